import type { ApplicationScope } from '../../keys/api-key.ts';
import type { ApiKeyDetails } from '../../keys/store/api-key-details.ts';
import type { ApiKeySettings } from '../api-keys/api-key-input.ts';
import type { AdministrationServices } from '../services.ts';
import { parseKnownRules, parseRules } from './privileges.ts';
import { badInput } from './text.ts';

/** New rules of a key or a role. */
export interface PrivilegeChanges {
  /** Replaces all rules; not together with the two below. */
  readonly privileges?: readonly string[] | null | undefined;
  readonly addPrivileges?: readonly string[] | null | undefined;
  readonly removePrivileges?: readonly string[] | null | undefined;
}

/** The part of an update that decides how strong the key is. Absent keeps, null clears. */
export type RuleChanges = PrivilegeChanges & Pick<ApiKeySettings, 'grantable' | 'applicationScope'>;

export interface GivenRules {
  readonly privileges?: string[];
  /** Null: it may hand out nothing. */
  readonly grantable?: string[] | null;
  readonly applicationScope?: ApplicationScope;
}

/**
 * The rules that an update asks for; what it leaves out is absent. Names are checked in what is new only, so that a key
 * which still names something that the schema has lost can be changed. Removing a rule that is not there changes nothing.
 */
export function givenRules(services: AdministrationServices, input: RuleChanges, before: ApiKeyDetails): GivenRules {
  const privileges = givenPrivileges(services, input, before);
  return {
    ...(privileges && { privileges }),
    ...(input.grantable !== undefined && {
      grantable: input.grantable && [...parseKnownRules(input.grantable, services.schemas.API).texts],
    }),
    ...(input.applicationScope !== undefined && { applicationScope: input.applicationScope ?? 'OWN' }),
  };
}

/** The rules that an update writes for a key or a role, whether they are there already or not. */
export function saidPrivileges({ privileges, addPrivileges }: PrivilegeChanges): readonly string[] {
  return parseRules(privileges ?? addPrivileges ?? []).texts;
}

/** All rules that result, or `undefined` when none is to change. */
export function givenPrivileges(
  { schemas }: AdministrationServices,
  { privileges, addPrivileges, removePrivileges }: PrivilegeChanges,
  before: Pick<ApiKeyDetails, 'type' | 'privileges'>,
): string[] | undefined {
  if (privileges === null) throw badInput('privileges', 'cannot be cleared: an empty list allows nothing');
  if (privileges !== undefined) {
    if (addPrivileges || removePrivileges) {
      throw badInput('privileges', 'replaces all rules: leave out addPrivileges and removePrivileges');
    }
    return [...parseKnownRules(privileges, schemas[before.type]).texts];
  }
  if (!addPrivileges && !removePrivileges) return undefined;
  const removed = new Set(parseRules(removePrivileges ?? []).texts);
  const added = parseKnownRules(addPrivileges ?? [], schemas[before.type]).texts;
  return [...parseRules([...before.privileges.filter((rule) => !removed.has(rule)), ...added]).texts];
}
