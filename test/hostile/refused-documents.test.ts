import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { collectedHeap } from '../support/heap.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
const keys: Record<string, string> = {};
beforeAll(async () => {
  test = await openTestApp({ places: true });
  for (const onDenied of ['REJECT', 'NULL', 'HIDE'] as const) {
    const { key } = await test.createKey(['read:Query', 'read:City.name', 'read:City.id'], {
      onDenied,
      throttle: { maximumAvailable: 20_000, restoreRate: 1000, requests: { max: 100_000, window: 'PT1M' } },
    });
    keys[onDenied] = key;
  }
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

const repeat = (times: number, text: (index: number) => string) =>
  Array.from({ length: times }, (_, index) => text(index)).join(' ');

/** Other documents every time, of three thousand bytes. */
const kinds: readonly (readonly [string, (seed: number) => string])[] = [
  ['denied leaves', (seed) => `{ cities(first: 1) { nodes { ${repeat(150, (i) => `a${i}x${seed}:population`)} } } }`],
  ['denied on an interface', (seed) => `{ ${repeat(60, (i) => `a${i}x${seed}:node(id:"x"){id ...on Country{id}}`)} }`],
  ['unknown fields', (seed) => `{ ${repeat(300, (i) => `n${i}x${seed}`)} }`],
  ['too dear', (seed) => `{ ${repeat(60, (i) => `a${i}x${seed}:cities(first:100){nodes{name}}`)} }`],
  ['a page that is too large', (seed) => `{ ${repeat(60, (i) => `a${i}x${seed}:cities(first:999){nodes{name}}`)} }`],
  ['no GraphQL', (seed) => `{ ${repeat(300, (i) => `n${i}x${seed}`)} `],
  [
    'fragments that multiply',
    (seed) =>
      `{ ${repeat(40, (i) => `a${i}x${seed}:city(id:"x"){...F}`)} } fragment F on City { ${repeat(40, (i) => `b${i}x${seed}:country{name}`)} }`,
  ],
];

describe('what is refused holds nothing', () => {
  it.each(kinds)(
    '%s',
    async (kind, make) => {
      const send = async (from: number, count: number) => {
        for (let seed = from; seed < from + count; seed++) {
          for (const [mode, key] of Object.entries(keys)) {
            // There a denied leaf is null, and the rest runs.
            if (mode === 'NULL' && kind === 'denied leaves') continue;
            const { body } = await test.graphql(key, make(seed));
            expect(body.errors?.length).toBeGreaterThan(0);
            expect(body.data).toBeUndefined();
          }
          if (seed % 10 === 0) test.clock.advance(60_000);
        }
      };
      await send(0, 5);
      const before = collectedHeap();
      await send(100, 8);
      // Usage counts two dozen requests of other documents meanwhile, and the log has a line of each.
      expect(collectedHeap() - before).toBeLessThan(2_000_000);
    },
    120_000,
  );

  it('by sixteen names of one text neither', async () => {
    const text = (seed: number) =>
      repeat(16, (i) => `query Q${i} { ${repeat(8, (j) => `a${j}x${seed}:node(id:"x"){id ...on Country{id}}`)} }`);
    const { REJECT = '' } = keys;
    const before = collectedHeap();
    for (let seed = 0; seed < 12; seed++) {
      for (let name = 0; name < 16; name++) {
        const { codes } = await test.graphql(REJECT, text(seed), {}, { operationName: `Q${name}` });
        expect(codes).toContain('FORBIDDEN');
      }
    }
    expect(collectedHeap() - before).toBeLessThan(2_000_000);
  }, 120_000);
});
