import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { digestOf, hashDigest, onePepper, secretMatches } from '../../../src/keys/token/secret-hash.ts';

const peppers = onePepper(new Uint8Array(32).fill(7));
const stored = (token: string) => ({ hash: hashDigest(digestOf(token), peppers.current), pepperVersion: 1 });

describe('a stored secret', () => {
  test('is the HMAC-SHA-256 under the pepper of the SHA-256 of the key', () => {
    const sha256 = createHash('sha256').update('some key').digest();
    const expected = createHmac('sha256', Buffer.alloc(32, 7)).update(sha256).digest();
    expect(Buffer.from(stored('some key').hash)).toEqual(expected);
  });

  test('matches its own key and no other', () => {
    expect(secretMatches('some key', stored('some key'), peppers)).toBe(true);
    expect(secretMatches('some kez', stored('some key'), peppers)).toBe(false);
  });

  test('matches nothing under another pepper, or a version that is not known', () => {
    expect(secretMatches('some key', stored('some key'), onePepper(new Uint8Array(32)))).toBe(false);
    expect(secretMatches('some key', { ...stored('some key'), pepperVersion: 2 }, peppers)).toBe(false);
  });

  test('of another length matches nothing and throws nothing', () => {
    expect(secretMatches('some key', { hash: new Uint8Array(31), pepperVersion: 1 }, peppers)).toBe(false);
  });

  test('under an older pepper of the list still matches', () => {
    const newer = { version: 2, bytes: new Uint8Array(32).fill(9) };
    expect(secretMatches('some key', stored('some key'), { current: newer, all: [newer, peppers.current] })).toBe(true);
  });
});
