import { codedError } from '../../kernel/errors.ts';

/** What a global id names: an object type and the id within it. */
export interface GlobalId {
  readonly typename: string;
  readonly id: string;
}

const base64Pattern = /^[A-Za-z0-9+/]{4,200}={0,2}$/;
const contentPattern = /^([A-Za-z_][A-Za-z0-9_]{0,79}):([\x21-\x7e]{1,100})$/;

/** Base64 of `Type:id`. Opaque to clients. */
export function encodeGlobalId(typename: string, id: string): string {
  return Buffer.from(`${typename}:${id}`, 'utf8').toString('base64');
}

/** @throws BAD_USER_INPUT when the text was not made by `encodeGlobalId`. Whether the object exists is another question. */
export function decodeGlobalId(text: string): GlobalId {
  const content = base64Pattern.test(text) ? Buffer.from(text, 'base64').toString('latin1') : '';
  const [, typename, id] = contentPattern.exec(content) ?? [];
  if (typename === undefined || id === undefined || encodeGlobalId(typename, id) !== text) {
    throw codedError('BAD_USER_INPUT', 'The id is not a global id: pass an `id` as this API returned it.');
  }
  return { typename, id };
}

/** The id within the type, or `undefined` when the global id names another type: an object that is not there. */
export function idWithin(typename: string, globalId: GlobalId): string | undefined {
  return globalId.typename === typename ? globalId.id : undefined;
}
