import type { ApiKeyDetails } from '../../keys/store/api-key-details.ts';
import { findApiKeyByPublicId, findApiKeyBySecret } from '../../keys/store/find-api-keys.ts';
import { visibilityOf } from '../../keys/store/visibility.ts';
import { digestOf, hashDigest } from '../../keys/token/secret-hash.ts';
import { badInput } from '../rules/text.ts';
import type { AdministrationServices, Caller } from '../services.ts';

/** By what somebody has of a key. */
export type ApiKeyLookup =
  /** Its whole text. */
  | { readonly kind: 'KEY'; readonly key: string }
  | { readonly kind: 'PUBLIC_ID'; readonly publicId: string }
  /** SHA-256 of its text, in hex. */
  | { readonly kind: 'SHA256'; readonly sha256: string };

/** Longer than any key, also an imported one of another format. */
const longestKey = 512;

/**
 * The key, by any of its secrets, also those that have ended; `undefined` when there is none or the caller may not see
 * it. A text or a hash is looked up by what is stored of it, and neither is kept.
 * @throws BAD_USER_INPUT
 */
export async function lookupApiKey(
  { database, peppers }: AdministrationServices,
  { key: actor }: Caller,
  by: ApiKeyLookup,
): Promise<ApiKeyDetails | undefined> {
  const visibility = visibilityOf(actor);
  if (by.kind === 'PUBLIC_ID') return findApiKeyByPublicId(database.queries, by.publicId, visibility);
  const digest = by.kind === 'KEY' ? digestOfKey(by.key) : digestOfHex(by.sha256);
  const hashes = peppers.all.map((pepper) => hashDigest(digest, pepper));
  return findApiKeyBySecret(database.queries, hashes, visibility);
}

function digestOfKey(key: string): Uint8Array {
  if (key.length > longestKey) throw badInput('key', `must have at most ${longestKey} characters`);
  return digestOf(key);
}

function digestOfHex(sha256: string): Uint8Array {
  if (!/^[0-9a-fA-F]{64}$/.test(sha256)) throw badInput('sha256', 'must be a SHA-256 in hex: 64 digits');
  return Buffer.from(sha256, 'hex');
}
