import { describe, expect, test } from 'vitest';
import type { StoredSecret } from '../../../src/keys/resolve/key-resolution.ts';
import { matchSecret } from '../../../src/keys/resolve/match-secret.ts';
import { digestOf, hashDigest, type Pepper, type Peppers } from '../../../src/keys/token/secret-hash.ts';
import { someKey, someSecret } from '../support.ts';

const former: Pepper = { version: 1, bytes: new Uint8Array(32).fill(1) };
const current: Pepper = { version: 2, bytes: new Uint8Array(32).fill(2) };
const both: Peppers = { current, all: [current, former] };

const secret = (text: string, pepper: Pepper): StoredSecret => ({
  hash: hashDigest(digestOf(text), pepper),
  pepperVersion: pepper.version,
  record: someSecret({ id: text }),
});
const keyWith = (...secrets: StoredSecret[]) => ({ key: someKey(), secrets });

describe('the secret that a token proves', () => {
  const rotated = keyWith(secret('first', former), secret('second', current), secret('third', current));

  test.each(['first', 'second', 'third'])('is found among several, under either pepper (%s)', (text) => {
    expect(matchSecret(text, rotated, both)?.record.id).toBe(text);
  });

  test('is none of a key that has others, of a key without any, and of no key', () => {
    expect(matchSecret('fourth', rotated, both)).toBeUndefined();
    expect(matchSecret('first', keyWith(), both)).toBeUndefined();
    expect(matchSecret('first', undefined, both)).toBeUndefined();
  });

  test('is none under a pepper that is not known any more, nor under another version of it', () => {
    expect(matchSecret('first', rotated, { current, all: [current] })).toBeUndefined();
    const mislabelled = { ...secret('first', former), pepperVersion: current.version };
    expect(matchSecret('first', keyWith(mislabelled), both)).toBeUndefined();
  });

  test('is none of a stored hash of another length, or of zeros', () => {
    const stored = (hash: Uint8Array, pepperVersion: number) =>
      keyWith({ ...secret('first', current), hash, pepperVersion });
    expect(matchSecret('first', stored(new Uint8Array(31), 2), both)).toBeUndefined();
    expect(matchSecret('first', stored(new Uint8Array(32), 2), both)).toBeUndefined();
    expect(matchSecret('first', stored(new Uint8Array(32), 9), both)).toBeUndefined();
  });

  test('is found also when a key has more secrets than it can', () => {
    const many = Array.from({ length: 12 }, (_, index) => secret(`secret ${index}`, current));
    expect(matchSecret('secret 11', keyWith(...many), both)?.record.id).toBe('secret 11');
  });
});
