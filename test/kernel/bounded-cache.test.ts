import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundedCache, boundOfEntries, weighedCache } from '../../src/kernel/bounded-cache.ts';

const runs = Number(process.env['FIELDPASS_PROPERTY_RUNS'] ?? 200);

describe('a cache', () => {
  it('of entries that are alike holds as many as its bound says, and forgets the one that was used least recently', () => {
    const cache = boundedCache<string, number>(boundOfEntries('numbers', 2, 50));
    cache.set('a', 1);
    cache.set('b', 2);
    cache.get('a');
    cache.set('c', 3);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
  });

  it('does not keep what is larger than all of it', () => {
    const cache = weighedCache<string, string>({ holds: 'texts', maxBytes: 1_000 }, (text) => text.length);
    cache.set('small', 'x');
    cache.set('large', 'x'.repeat(1_001));
    expect([cache.has('small'), cache.has('large')]).toEqual([true, false]);
  });

  it('lets others go, or itself, when an entry grows', () => {
    const sizes = { a: 100, b: 100 };
    const cache = weighedCache<string, keyof typeof sizes>(
      { holds: 'growing', maxBytes: 1_000 },
      (name) => sizes[name],
    );
    cache.set('a', 'a');
    cache.set('b', 'b');
    sizes.b = 700;
    cache.grown('b');
    expect([cache.has('a'), cache.has('b')]).toEqual([false, true]);
    sizes.b = 2_000;
    cache.grown('b');
    expect([cache.size, cache.bytes]).toEqual([0, 0]);
  });

  it('never weighs more than its bound, whatever comes, grows and goes', () => {
    const step = fc.record({
      key: fc.integer({ min: 0, max: 20 }),
      bytes: fc.integer({ min: 1, max: 3_000 }),
      what: fc.constantFrom('set', 'grow', 'get', 'delete'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const cache = weighedCache<number, { bytes: number }>(
          { holds: 'anything', maxBytes: 5_000 },
          ({ bytes }) => bytes,
        );
        for (const { key, bytes, what } of steps) {
          if (what === 'set') cache.set(key, { bytes });
          else if (what === 'delete') cache.delete(key);
          else {
            const value = cache.get(key);
            if (value && what === 'grow') {
              value.bytes += bytes;
              cache.grown(key);
            }
          }
          const held = [...cache.values()].reduce((sum, value) => sum + value.bytes, 0);
          expect(cache.bytes).toBeGreaterThanOrEqual(held);
          expect(cache.bytes).toBeLessThanOrEqual(5_000);
        }
      }),
      { numRuns: runs },
    );
  });
});
