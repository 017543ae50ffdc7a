import { crc32 } from 'node:zlib';
import type { RandomBytes } from '../../kernel/random.ts';
import type { ApiKeyEnvironment } from '../api-key.ts';
import { encodeBase62, randomBase62 } from './base62.ts';

/**
 * What stands in a key's text: `<prefix>_<live|test>_<12 base62: public id>_<32 base62: secret><6 base62: CRC-32>`.
 * The checksum covers everything before it, so that halves of two keys do not fit together, and a mistyped key is
 * refused without a look at the database.
 */
export interface KeyToken {
  readonly prefix: string;
  readonly environment: ApiKeyEnvironment;
  readonly publicId: string;
  /** About 190 bits. */
  readonly secret: string;
}

const publicIdLength = 12;
const secretLength = 32;
const checksumLength = 6;

export function generateToken(prefix: string, environment: ApiKeyEnvironment, random: RandomBytes): KeyToken {
  return {
    prefix,
    environment,
    publicId: randomBase62(random, publicIdLength),
    secret: randomBase62(random, secretLength),
  };
}

export function formatToken(token: KeyToken): string {
  const body = `${token.prefix}_${token.environment.toLowerCase()}_${token.publicId}_${token.secret}`;
  return body + checksumOf(body);
}

/** The inverse of `formatToken`, or `undefined` for every other text. No I/O. */
export function parseToken(text: string, prefix: string): KeyToken | undefined {
  if (!text.startsWith(`${prefix}_`)) return undefined;
  const match = bodyPattern.exec(text.slice(prefix.length));
  if (!match) return undefined;
  const [, environment = '', publicId = '', secret = '', checksum = ''] = match;
  if (checksumOf(text.slice(0, -checksumLength)) !== checksum) return undefined;
  return { prefix, environment: environment === 'live' ? 'LIVE' : 'TEST', publicId, secret };
}

/** For display: says which key it is and nothing of the secret. */
export function redactToken(token: Omit<KeyToken, 'secret'>): string {
  return `${token.prefix}_${token.environment.toLowerCase()}_${token.publicId}_…`;
}

const bodyPattern = /^_(live|test)_([0-9A-Za-z]{12})_([0-9A-Za-z]{32})([0-9A-Za-z]{6})$/;

function checksumOf(body: string): string {
  return encodeBase62(crc32(body), checksumLength);
}
