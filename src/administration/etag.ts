import { codedError } from '../kernel/errors.ts';

/** Names one state of an object; opaque to clients. It changes with every change that an administrator makes. */
export function etagOf(object: { readonly id: string; readonly version: number }): string {
  return Buffer.from(`${object.id.slice(-12)}.${object.version}`).toString('base64url');
}

/** A client that gives an etag wants its change only when nobody changed the object in between. */
export function requireEtag(object: { readonly id: string; readonly version: number }, etag: string | undefined): void {
  if (etag === undefined || etag === etagOf(object)) return;
  throw codedError('ETAG_MISMATCH', 'The object was changed since it was read. Read it again, then repeat the change.');
}
