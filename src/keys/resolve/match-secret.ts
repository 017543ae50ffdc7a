import { timingSafeEqual } from 'node:crypto';
import { mostSecrets } from '../store/secret-store.ts';
import { digestOf, hashDigest, type Peppers } from '../token/secret-hash.ts';
import type { StoredKey, StoredSecret } from './key-resolution.ts';

/** Of no secret, but by chance 2⁻²⁵⁶. */
const noHash = Buffer.alloc(32);

/**
 * The secret of `stored` that the token proves, if any. Always the same work, whoever asks for what: one digest, one HMAC
 * for every pepper that is in use, and as many comparisons as a key can have secrets, dummies in place of those that are
 * missing. So neither an unknown id, nor a wrong secret, nor how often a key was rotated shows in the time.
 */
export function matchSecret(token: string, stored: StoredKey | undefined, peppers: Peppers): StoredSecret | undefined {
  const digest = digestOf(token);
  const hashes = new Map(peppers.all.map((pepper) => [pepper.version, hashDigest(digest, pepper)]));
  const dummy = { hash: noHash, pepperVersion: peppers.current.version };
  const secrets = stored?.secrets ?? [];
  let matching: StoredSecret | undefined;
  for (let place = 0; place < Math.max(mostSecrets, secrets.length); place++) {
    const secret = place < secrets.length ? secrets[place] : undefined;
    const { hash, pepperVersion } = secret ?? dummy;
    // Under a pepper that is not known any more nothing matches.
    const computed = hashes.get(pepperVersion) ?? noHash;
    const isEqual = computed.length === hash.length && timingSafeEqual(computed, hash);
    if (isEqual && secret && hashes.has(pepperVersion)) matching = secret;
  }
  return matching;
}
