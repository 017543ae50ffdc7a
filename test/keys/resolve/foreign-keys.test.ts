import { describe, expect, test } from 'vitest';
import { createForeignKeys } from '../../../src/keys/resolve/foreign-keys.ts';
import { isForeignToken } from '../../../src/keys/token/foreign-token.ts';
import { digestOf, hashDigest, onePepper } from '../../../src/keys/token/secret-hash.ts';
import { stoppedClock } from '../support.ts';

const peppers = onePepper(new Uint8Array(32).fill(5));
const token = `sk_live_${'a'.repeat(24)}`;

function open() {
  const clock = stoppedClock();
  /** What the database holds: public ids by hash. */
  const stored = new Map<string, string>();
  let reads = 0;
  const place = (text: string) => Buffer.from(hashDigest(digestOf(text), peppers.current)).toString('hex');
  const keys = createForeignKeys({
    clock,
    peppers,
    find: async (hashes) => {
      reads += 1;
      return hashes.map((hash) => stored.get(Buffer.from(hash).toString('hex'))).find((id) => id !== undefined);
    },
  });
  return { clock, keys, store: (text: string, id: string) => void stored.set(place(text), id), reads: () => reads };
}

describe('keys of other formats', () => {
  test('are looked up once', async () => {
    const { keys, store, reads } = open();
    store(token, 'abcdefghijkl');
    for (let use = 0; use < 3; use++) expect(await keys.publicIdOf(token)).toBe('abcdefghijkl');
    expect(reads()).toBe(1);
  });

  test('that are unknown are looked up again after a change, and after a while', async () => {
    const { keys, clock, store, reads } = open();
    expect(await keys.publicIdOf(token)).toBeUndefined();
    expect(await keys.publicIdOf(token)).toBeUndefined();
    expect(reads()).toBe(1);
    clock.advance(5000);
    expect(await keys.publicIdOf(token)).toBeUndefined();
    expect(reads()).toBe(2);
    store(token, 'abcdefghijkl');
    keys.forgetUnknown();
    expect(await keys.publicIdOf(token)).toBe('abcdefghijkl');
  });

  test('that were not there when a change overtook the look-up are not taken for unknown', async () => {
    const { keys, store } = open();
    const asked = keys.publicIdOf(token);
    keys.forgetUnknown();
    expect(await asked).toBeUndefined();
    store(token, 'abcdefghijkl');
    expect(await keys.publicIdOf(token)).toBe('abcdefghijkl');
  });

  test('may become keys of another after they were disproved', async () => {
    const { keys, store } = open();
    store(token, 'abcdefghijkl');
    await keys.publicIdOf(token);
    store(token, 'mnopqrstuvwx');
    keys.disproved(token);
    expect(await keys.publicIdOf(token)).toBe('mnopqrstuvwx');
  });

  test.each([
    [token, true],
    [`sk_live_${'a'.repeat(22)}`, true],
    [`sk_live_${'a'.repeat(21)}`, false],
    [`pk_live_${'a'.repeat(24)}`, false],
    [` ${token}`, false],
    ['', false],
  ])('%j may be one: %s', (text, expected) => {
    expect(isForeignToken(text, ['sk_live_', 'acme.'])).toBe(expected);
  });
});
