import { isUuid } from '../../kernel/uuid.ts';
import { type GlobalId, idWithin } from '../shared/global-id.ts';

/** An id that no object has: what is looked for by an id of another type is not there. */
const nobody = '00000000-0000-0000-0000-000000000000';

/** The database's id of an object of this type. A global id of another type names an object that does not exist. */
export function objectId(typename: string, globalId: GlobalId): string {
  const id = idWithin(typename, globalId);
  return id !== undefined && isUuid(id) ? id : nobody;
}

/** Null clears, absent keeps. */
export function objectIds(
  typename: string,
  globalIds: readonly GlobalId[] | null | undefined,
): readonly string[] | null | undefined {
  return globalIds ? globalIds.map((id) => objectId(typename, id)) : globalIds;
}

export function optionalObjectId(typename: string, globalId: GlobalId | null | undefined): string | undefined {
  return globalId ? objectId(typename, globalId) : undefined;
}
