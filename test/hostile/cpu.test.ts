import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
let weak: string;
beforeAll(async () => {
  test = await openTestApp({ places: true });
  weak = (await test.createKey(['read:Country.name'])).key;
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

/** Milliseconds of this process's own time, so that what else runs beside it counts for nothing. */
async function cpuMs(query: string): Promise<number> {
  const before = process.cpuUsage();
  await test.graphql(weak, query);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
const repeat = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

describe('a document within the limits of size costs little time to judge', () => {
  it.each([
    ['the same field thousands of times', `{ ${repeat(4900, () => 'x')} }`],
    ['the same valid leaf thousands of times', `{ ${repeat(4900, () => '__typename')} }`],
    ['the same object field', `{ ${repeat(1200, () => 'viewer{__typename}')} }`],
    ['deep repeated fields', `{ ${repeat(240, () => 'cities(first:1){nodes{country{name}}}')} }`],
    [
      'fragments that spread each other',
      `{ ${repeat(60, (i) => `...F${i}`)} } ${repeat(60, (i) => `fragment F${i} on Query { ${repeat(35, (j) => `...F${(i + j + 1) % 60}`)} }`)}`,
    ],
    [
      'acyclic fragments with the same field',
      `{ ...F0 } ${repeat(100, (i) => `fragment F${i} on Query { ${repeat(8, () => 'viewer{__typename}')} ${i < 99 ? `...F${i + 1}` : ''} }`)}`,
    ],
    [
      'nested same response names in fragments',
      `{ ${repeat(300, () => 'viewer{...A}')} } fragment A on Viewer { ${repeat(1500, () => '__typename')} }`,
    ],
    ['unknown fields with suggestions', `{ ${repeat(2400, (i) => `countriess${i.toString(36)}`)} }`],
    ['unknown variables', `{ ${repeat(600, (i) => `a${i}: country(code: $v${i}) {name}`)} }`],
    ['many operations', repeat(700, (i) => `query Q${i} { viewer { __typename } }`)],
    [
      'many operations that share fragments',
      `${repeat(300, (i) => `query Q${i}($a:Int) { ...F0 }`)} ${repeat(150, (i) => `fragment F${i} on Query { __typename ${i < 149 ? `...F${i + 1}` : ''} }`)}`,
    ],
  ])(
    '%s',
    async (_, query) => {
      // Some thirty times what it takes: a walk that goes by the square takes minutes.
      expect(await cpuMs(query)).toBeLessThan(2000);
    },
    60_000,
  );
});
