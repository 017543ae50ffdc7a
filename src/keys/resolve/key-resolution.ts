import type { ApiKeyRecord, KeySecretRecord } from '../api-key.ts';
import type { StoredHash } from '../token/secret-hash.ts';

/** What became of a presented key: steps 1–4 of the way of a request, as one closed union. */
export type KeyResolution =
  | { readonly kind: 'ACTIVE'; readonly key: ApiKeyRecord; readonly secret: KeySecretRecord }
  /** Not of our format, or a wrong checksum, or of an environment that this server does not accept: no I/O was done. */
  | { readonly kind: 'MALFORMED' }
  /** No key has the public id. Outwardly the same as WRONG_SECRET. */
  | { readonly kind: 'UNKNOWN' }
  /** The key is named for counting attempts; the caller must not learn that it exists. */
  | { readonly kind: 'WRONG_SECRET'; readonly key: ApiKeyRecord }
  /** Not looked up: too many look-ups of its address are waiting. */
  | { readonly kind: 'TURNED_AWAY' }
  | KeyRefusal;

/** The secret is right, so the holder may know why; `at` is the moment it became (or becomes) so. */
export interface KeyRefusal {
  readonly kind: 'REVOKED' | 'DISABLED' | 'EXPIRED' | 'NOT_YET_VALID';
  readonly at: number | undefined;
  readonly key: ApiKeyRecord;
}

/** A key as the database holds it: what a cache may keep. It carries hashes, never a token. */
export interface StoredKey {
  readonly key: ApiKeyRecord;
  readonly secrets: readonly StoredSecret[];
}

export interface StoredSecret extends StoredHash {
  readonly record: KeySecretRecord;
}

/** Whether a text was presented that proves no key: an attempt that failed. One that was not looked up says nothing. */
export function provesNoKey({ kind }: KeyResolution): boolean {
  return kind === 'MALFORMED' || kind === 'UNKNOWN' || kind === 'WRONG_SECRET';
}
