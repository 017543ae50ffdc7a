import { dummyHash, type Peppers, secretMatches } from '../token/secret-hash.ts';
import type { StoredKey, StoredSecret } from './key-resolution.ts';

/**
 * The secret of `stored` that the token proves, if any. Every secret is compared, also after a match; without a key or
 * without secrets one comparison with a dummy takes the place, so that an unknown id costs what a wrong secret costs.
 */
export function matchSecret(token: string, stored: StoredKey | undefined, peppers: Peppers): StoredSecret | undefined {
  const secrets = stored?.secrets ?? [];
  if (secrets.length === 0) {
    secretMatches(token, dummyHash(peppers), peppers);
    return undefined;
  }
  let matching: StoredSecret | undefined;
  for (const secret of secrets) {
    if (secretMatches(token, secret, peppers)) matching = secret;
  }
  return matching;
}
