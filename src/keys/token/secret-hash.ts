import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** 32 bytes that live outside the database: without them a copy of the database says nothing about any key. */
export interface Pepper {
  readonly version: number;
  readonly bytes: Uint8Array;
}

/** Every pepper that stored secrets may still be hashed under; new secrets take the current one. */
export interface Peppers {
  readonly current: Pepper;
  readonly all: readonly Pepper[];
}

export function onePepper(bytes: Uint8Array): Peppers {
  const pepper = { version: 1, bytes };
  return { current: pepper, all: [pepper] };
}

/** SHA-256 of a key's text (FIPS 180-4). It can be looked up and imported, and is never stored. */
export function digestOf(token: string): Uint8Array {
  return createHash('sha256').update(token, 'utf8').digest();
}

/** What is stored: HMAC-SHA-256 (RFC 2104) under the pepper of the key text's SHA-256; 32 bytes. */
export function hashDigest(digest: Uint8Array, pepper: Pepper): Uint8Array {
  return createHmac('sha256', pepper.bytes).update(digest).digest();
}

/**
 * Whether `token` is the one that `stored` was made from. Always one digest, one HMAC and one comparison in constant
 * time, also when the pepper is not known any more, so that the time says nothing about why it is not the one.
 */
export function secretMatches(token: string, stored: StoredHash, peppers: Peppers): boolean {
  const pepper = peppers.all.find(({ version }) => version === stored.pepperVersion);
  const computed = hashDigest(digestOf(token), pepper ?? peppers.current);
  return computed.length === stored.hash.length && timingSafeEqual(computed, stored.hash) && pepper !== undefined;
}

export interface StoredHash {
  readonly hash: Uint8Array;
  readonly pepperVersion: number;
}
