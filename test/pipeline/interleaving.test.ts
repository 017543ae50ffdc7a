import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp({ places: true });
});
afterAll(() => test.close());

const atOnce = { inFlight: 2000, requests: { max: 100_000, window: 'PT1M' } };
const throttle = { maximumAvailable: 1_000_000, restoreRate: 10_000, maximumCost: 10_000, ...atOnce };

/** What the weak key may learn of each; every one is asked by both keys. */
const documents: readonly { readonly query: string; readonly weakIs: 'SERVED' | 'FORBIDDEN' }[] = [
  { query: '{ cities(first: 1) { nodes { name } } }', weakIs: 'SERVED' },
  { query: '{ cities(first: 1) { nodes { name: population } } }', weakIs: 'FORBIDDEN' },
  {
    query: '{ cities(first: 1) { ...F } } fragment F on CityConnection { nodes { id population } }',
    weakIs: 'FORBIDDEN',
  },
  { query: '{ countries(first: 1) { nodes { region } } }', weakIs: 'FORBIDDEN' },
  { query: '{ cities(first: 1, orderBy: { field: POPULATION }) { nodes { name } } }', weakIs: 'FORBIDDEN' },
  { query: '{ searchPlaces(text: "B", first: 2) { name __typename } }', weakIs: 'SERVED' },
  { query: '{ __type(name: "City") { fields { name } } country: __type(name: "Country") { name } }', weakIs: 'SERVED' },
  {
    query: '{ __type(name: "City") { fields { name } } cities(first: 1) { nodes { population } } }',
    weakIs: 'FORBIDDEN',
  },
  { query: getIntrospectionQuery(), weakIs: 'SERVED' },
  { query: '{ viewer { privileges } }', weakIs: 'SERVED' },
];

async function ask(key: string, query: string) {
  const { status, codes, body } = await test.graphql(key, query);
  return { status, codes, text: JSON.stringify({ data: body.data, errors: body.errors }) };
}

const hidden = ['"population"', '"region"', '"Country"', '"contributorEmail"', 'CreateCityInput', 'City.population'];

describe('a thousand requests of two keys at once, with the same documents', () => {
  // Break: the hash in the key of `viewCache`, or anything that keeps a verdict with a document, to see it fail.
  it.each(['STRONG', 'WEAK'])('are each judged alone: the %s key came first', async (first) => {
    // Rules and texts of its own for each order: no cache is warm.
    const ownRule = `write:City.${first === 'STRONG' ? 'name' : 'adminCode'}`;
    const weak = (await test.createKey(['read:Query', 'read:City.name', 'read:City.id', ownRule], { throttle })).key;
    const strong = (await test.createKey(['read:*', ownRule], { throttle })).key;
    const own = documents.map(({ query, weakIs }) => ({ query: `${query} # ${first}`, weakIs }));
    const alone = new Map<string, string>();
    for (const key of first === 'STRONG' ? [strong, weak] : [weak, strong]) {
      for (const { query } of own) alone.set(`${key} ${query}`, (await ask(key, query)).text);
    }
    const answers = await Promise.all(
      Array.from({ length: 1000 }, async (_, n) => {
        const { query, weakIs } = own[(n * 7) % own.length] as (typeof own)[number];
        const key = (n >> 1) % 2 === 0 ? strong : weak;
        return { key, query, weakIs, answer: await ask(key, query) };
      }),
    );
    const asked = { weak: 0, strong: 0 };
    for (const { key, query, weakIs, answer } of answers) {
      if (key === strong) {
        asked.strong++;
        expect(answer.codes, query).toEqual([]);
      } else {
        asked.weak++;
        expect(answer.codes, query).toEqual(weakIs === 'SERVED' ? [] : ['FORBIDDEN']);
        if (weakIs === 'SERVED') expect(hidden.filter((name) => answer.text.includes(name))).toEqual([]);
        else expect(answer.text).not.toContain('"data"');
      }
      expect(answer.text).toBe(alone.get(`${key} ${query}`));
    }
    expect(Math.min(asked.weak, asked.strong)).toBeGreaterThan(400);
  });
});
