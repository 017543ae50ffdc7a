import type { RandomBytes } from '../../kernel/random.ts';
import type { ApiKeyEnvironment } from '../../keys/api-key.ts';
import { randomBase62 } from '../../keys/token/base62.ts';
import { redactToken } from '../../keys/token/key-token.ts';
import { hashDigest, type Peppers } from '../../keys/token/secret-hash.ts';
import { badInput } from '../rules/text.ts';

/** What is known of a key's text: nothing but a hash of it. */
export interface GivenHash {
  /** 64 hex digits. */
  readonly hash: string;
  /** SHA256: of the key's text. FIELDPASS_HMAC: as another Fieldpass stores it, under this server's current pepper. */
  readonly algorithm: 'SHA256' | 'FIELDPASS_HMAC';
  /** Of a key in the format of this server: the 12 characters in its text. Absent: a key of another format. */
  readonly publicId?: string | undefined;
  /** Of a key of another format: how its text begins. */
  readonly prefix?: string | undefined;
}

/** The secret as it is stored, and the public id that its key is found by. */
export interface ImportedSecret {
  readonly publicId: string;
  /** Whether the public id stands in the key's text. */
  readonly isOurs: boolean;
  readonly hash: Uint8Array;
  readonly pepperVersion: number;
  readonly redacted: string;
}

export interface ImportSettings {
  readonly keyPrefix: string;
  readonly importPrefixes: readonly string[];
  readonly peppers: Peppers;
  readonly random: RandomBytes;
}

/**
 * Reads one hash. A SHA-256 is put under the pepper at once, as every secret is.
 * @throws BAD_USER_INPUT
 */
export function importedSecret(
  { keyPrefix, importPrefixes, peppers, random }: ImportSettings,
  { hash, algorithm, publicId, prefix }: GivenHash,
  environment: ApiKeyEnvironment,
): ImportedSecret {
  if (!/^[0-9a-fA-F]{64}$/.test(hash)) throw badInput('hash', 'must be a hash of 32 bytes in hex: 64 digits');
  const bytes = Buffer.from(hash, 'hex');
  const pepper = peppers.current;
  const stored = {
    hash: algorithm === 'SHA256' ? hashDigest(bytes, pepper) : bytes,
    pepperVersion: pepper.version,
  };
  if (publicId !== undefined) {
    if (!/^[0-9A-Za-z]{12}$/.test(publicId)) throw badInput('publicId', 'must be the 12 characters in the key');
    return { ...stored, publicId, isOurs: true, redacted: redactToken({ prefix: keyPrefix, environment, publicId }) };
  }
  return {
    ...stored,
    publicId: randomBase62(random, 12),
    isOurs: false,
    redacted: `${foreignPrefix(importPrefixes, prefix)}…`,
  };
}

/** A key whose prefix the server does not know would be imported and never work. */
function foreignPrefix(known: readonly string[], given: string | undefined): string {
  const [only] = known;
  if (only === undefined) {
    throw badInput('prefix', 'of keys of another format must stand in KEY_IMPORT_PREFIXES, which is empty');
  }
  if (given === undefined && known.length === 1) return only;
  if (given !== undefined && known.includes(given)) return given;
  throw badInput('prefix', `must be one of KEY_IMPORT_PREFIXES: ${known.join(', ')}`);
}
