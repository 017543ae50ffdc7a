import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
const keys: Record<string, string> = {};
beforeAll(async () => {
  test = await openTestApp({ places: true });
  for (const onDenied of ['REJECT', 'HIDE', 'NULL']) {
    keys[onDenied] = (await test.createKey(['*'], { plan: 'ENTERPRISE', onDenied })).key;
  }
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

const fields = (count: number, field: string) =>
  Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');
const unknown = Object.fromEntries(Array.from({ length: 7000 }, (_, index) => [`k${index}`, 1]));
const list = (count: number, item: unknown) => Array.from({ length: count }, () => item);
const filtered = 'query ($v: CityFilter) { cities(filter: $v) { totalCount } }';

/** A body of up to 95 KB each. */
const refused: readonly [string, string, Record<string, unknown>][] = [
  [
    'a list that many fields share',
    `query ($v: CityFilter) { ${fields(80, 'cities(filter: $v) { totalCount }')} }`,
    { v: { name: { in: list(31_000, '') } } },
  ],
  [
    'a list within literals',
    `query ($v: [String!]) { ${fields(80, 'cities(filter: { name: { in: $v } }) { totalCount }')} }`,
    { v: list(31_000, '') },
  ],
  [
    'a list in the document',
    `{ cities(filter: { name: { in: [${list(4800, '""').join(' ')}] } }) { totalCount } }`,
    {},
  ],
  ['fields that are not there', filtered, { v: unknown }],
  ['fields that are not there, further in', filtered, { v: { name: unknown } }],
  ['items of another type', filtered, { v: { name: { in: list(40_000, 1) } } }],
  ['an object for a text', 'query ($v: String!) { country(code: $v) { name } }', { v: unknown }],
  [
    'a text that is no value of an enum',
    'query ($v: CityOrder) { cities(orderBy: $v) { totalCount } }',
    { v: { field: 'x'.repeat(90_000), direction: 'ASC' } },
  ],
  ['ids', `query ($v: ID!) { ${fields(220, 'city(id: $v) { name }')} }`, { v: 'A'.repeat(4000) }],
];

describe('variables that are refused', () => {
  it.each(refused)('get a short answer in every mode, without what was sent: %s', async (_, query, variables) => {
    for (const key of Object.values(keys)) {
      const { status, body, codes } = await test.graphql(key, query, variables);
      expect(status).toBe(400);
      expect(new Set(codes)).toEqual(new Set(['BAD_USER_INPUT']));
      expect(codes.length).toBeLessThanOrEqual(20);
      expect(JSON.stringify(body).length).toBeLessThan(8000);
    }
  });
});
