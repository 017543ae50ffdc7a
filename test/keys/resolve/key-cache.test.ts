import { describe, expect, test } from 'vitest';
import { boundOfEntries } from '../../../src/kernel/bounded-cache.ts';
import { createKeyCache } from '../../../src/keys/resolve/key-cache.ts';
import type { StoredKey } from '../../../src/keys/resolve/key-resolution.ts';
import { someApplication, someKey, stoppedClock } from '../support.ts';

/** A database whose reads end when the test says so. */
function heldReads() {
  const waiting: ((stored: StoredKey | undefined) => void)[] = [];
  const load = () => new Promise<StoredKey | undefined>((resolve) => waiting.push(resolve));
  return {
    load,
    reads: () => waiting.length,
    answer: (index: number, stored: StoredKey | undefined) => waiting[index]?.(stored),
  };
}

function cacheOver(load: (publicId: string) => Promise<StoredKey | undefined>, clock = stoppedClock()) {
  return createKeyCache({
    clock,
    load,
    bounds: { keys: { holds: 'keys', maxBytes: 100_000 }, unknown: boundOfEntries('none', 2, 200) },
  });
}

const stored = (version: number, publicId = 'abcdefghijkl'): StoredKey => ({
  key: someKey({ version, publicId }),
  secrets: [],
});
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('cached keys', () => {
  test('are read once for many requests at the same moment', async () => {
    const reads = heldReads();
    const cache = cacheOver(reads.load);
    const waiting = Array.from({ length: 50 }, () => cache.get('abcdefghijkl'));
    reads.answer(0, stored(1));
    expect(new Set(await Promise.all(waiting)).size).toBe(1);
    await cache.get('abcdefghijkl');
    expect(reads.reads()).toBe(1);
  });

  test('are neither kept nor used when a change overtook their read', async () => {
    const reads = heldReads();
    const cache = cacheOver(reads.load);
    const waiting = cache.get('abcdefghijkl');
    cache.forgetKeys(['abcdefghijkl']);
    reads.answer(0, stored(1));
    await settled();
    expect(reads.reads()).toBe(2);
    reads.answer(1, stored(2));
    expect((await waiting)?.key.version).toBe(2);
    expect((await cache.get('abcdefghijkl'))?.key.version).toBe(2);
    expect(reads.reads()).toBe(2);
  });

  test.each([
    ['of everything', (cache: ReturnType<typeof cacheOver>) => cache.clear()],
    ['of an application', (cache: ReturnType<typeof cacheOver>) => cache.forgetApplications([someApplication.id])],
  ])('are read again when a change %s overtook their read', async (_, change) => {
    const reads = heldReads();
    const cache = cacheOver(reads.load);
    const waiting = cache.get('abcdefghijkl');
    change(cache);
    reads.answer(0, stored(1));
    await settled();
    reads.answer(1, stored(2));
    expect((await waiting)?.key.version).toBe(2);
  });

  test('do not join a read that a change overtook', async () => {
    const reads = heldReads();
    const cache = cacheOver(reads.load);
    const before = cache.get('abcdefghijkl');
    cache.forgetKeys(['abcdefghijkl']);
    const after = cache.get('abcdefghijkl');
    expect(reads.reads()).toBe(2);
    reads.answer(1, stored(2));
    expect((await after)?.key.version).toBe(2);
    reads.answer(0, stored(1));
    expect((await before)?.key.version).toBe(2);
  });

  test('give up with a coded error on a key that changes during every read', async () => {
    const cache: ReturnType<typeof cacheOver> = cacheOver(async () => {
      await settled();
      cache.forgetKeys(['abcdefghijkl']);
      return stored(1);
    });
    await expect(cache.get('abcdefghijkl')).rejects.toMatchObject({ extensions: { code: 'DATABASE_UNAVAILABLE' } });
  });

  test('remember what does not exist, for a short time and until it is made', async () => {
    const clock = stoppedClock();
    let reads = 0;
    const cache = cacheOver(async () => {
      reads += 1;
      return undefined;
    }, clock);
    await cache.get('abcdefghijkl');
    await cache.get('abcdefghijkl');
    expect(reads).toBe(1);
    cache.forgetKeys(['abcdefghijkl']);
    await cache.get('abcdefghijkl');
    expect(reads).toBe(2);
    clock.advance(5000);
    await cache.get('abcdefghijkl');
    expect(reads).toBe(3);
  });

  test('do not lose their place to ids that do not exist', async () => {
    let reads = 0;
    const cache = cacheOver(async (publicId) => {
      reads += 1;
      return publicId === 'abcdefghijkl' ? stored(1) : undefined;
    });
    await cache.get('abcdefghijkl');
    for (let guess = 0; guess < 10; guess++) await cache.get(`guess${guess}`);
    expect(reads).toBe(11);
    await cache.get('abcdefghijkl');
    expect(reads).toBe(11);
  });

  test('are read again after a minute at the latest', async () => {
    const clock = stoppedClock();
    let reads = 0;
    const cache = cacheOver(async () => {
      reads += 1;
      return stored(1);
    }, clock);
    await cache.get('abcdefghijkl');
    clock.advance(59_999);
    await cache.get('abcdefghijkl');
    expect(reads).toBe(1);
    clock.advance(1);
    await cache.get('abcdefghijkl');
    expect(reads).toBe(2);
  });

  test('are not kept after a failed read', async () => {
    let reads = 0;
    const cache = cacheOver(async () => {
      reads += 1;
      if (reads === 1) throw new Error('no database');
      return stored(1);
    });
    await expect(cache.get('abcdefghijkl')).rejects.toThrow('no database');
    expect((await cache.get('abcdefghijkl'))?.key.version).toBe(1);
  });
});
