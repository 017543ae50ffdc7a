import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPlacesSchema } from '../../../src/apis/places/places-schema.ts';
import { city } from '../../../src/apis/places/tables.ts';
import type { Database } from '../../../src/db/database.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { cityGlobalId, type PlacesClient, placesClient, placesServices } from './support.ts';

let database: Database;
let query: PlacesClient;

beforeAll(async () => {
  database = await openTestDatabase({ places: true });
  query = placesClient(buildPlacesSchema(), placesServices(database));
});
afterAll(() => database.close());

async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  const before = database.statements;
  await work();
  return database.statements - before;
}

describe('city', () => {
  test('answers every field of a city', async () => {
    const { data, codes } = await query(
      `query ($id: ID!) { city(id: $id) {
        id name alternateName country { code } population adminCode featureCode location { latitude longitude }
        editorNotes contributorEmail createdAt updatedAt } }`,
      { id: cityGlobalId(2988507) },
    );
    expect(codes).toEqual([]);
    expect(data.city).toMatchObject({
      id: cityGlobalId(2988507),
      name: 'Paris',
      country: { code: 'FR' },
      featureCode: 'PPLC',
      editorNotes: null,
      contributorEmail: null,
      createdAt: '2026-01-01T00:00:00.000Z',
    });
    expect(data.city.population).toBeGreaterThan(2_000_000);
    expect(data.city.location.latitude).toBeCloseTo(48.85, 1);
  });

  test('is a node', async () => {
    const { data } = await query('query ($id: ID!) { node(id: $id) { __typename ... on Place { name } } }', {
      id: cityGlobalId(2988507),
    });
    expect(data.node).toEqual({ __typename: 'City', name: 'Paris' });
  });
});

describe('cities', () => {
  test('reads a page with its countries in two statements', async () => {
    expect(await statementsOf(() => query('{ cities(first: 100) { nodes { name country { name } } } }'))).toBe(2);
  });

  test('counts only when totalCount is selected, and looks beyond a page only for pageInfo', async () => {
    expect(await statementsOf(() => query('{ cities { nodes { name } } }'))).toBe(1);
    expect(await statementsOf(() => query('{ cities { totalCount nodes { name } } }'))).toBe(2);
    expect(await statementsOf(() => query('{ cities { nodes { name } pageInfo { hasNextPage } } }'))).toBe(1);
  });

  test('reads what only editors write by one statement a field, and only when it is selected', async () => {
    expect(await statementsOf(() => query('{ cities(first: 50) { nodes { name editorNotes } } }'))).toBe(2);
    expect(await statementsOf(() => query('{ cities(first: 50) { nodes { editorNotes contributorEmail } } }'))).toBe(3);
  });

  test('filters by each condition', async () => {
    const all = await database.queries.select().from(city);
    const { data, codes } = await query(`{
      name: cities(filter: { name: { eq: "Paris" } }) { totalCount }
      country: cities(filter: { countryCode: { in: ["FR", "IT"] } }) { totalCount }
      startsWith: cities(filter: { name: { startsWith: "San " } }) { totalCount }
      contains: cities(filter: { name: { contains: "ã" } }) { totalCount }
      population: cities(filter: { population: { gte: 1000000, lte: 2000000 } }) { totalCount }
      featureCode: cities(filter: { featureCode: { eq: "PPLC" }, countryCode: { eq: "JP" } }) { nodes { name } }
    }`);
    expect(codes).toEqual([]);
    const count = (matches: (row: (typeof all)[number]) => boolean) => ({ totalCount: all.filter(matches).length });
    expect(data.name).toEqual(count(({ name }) => name === 'Paris'));
    expect(data.country).toEqual(count(({ countryCode }) => countryCode === 'FR' || countryCode === 'IT'));
    expect(data.startsWith).toEqual(count(({ name }) => name.startsWith('San ')));
    expect(data.contains).toEqual(count(({ name }) => name.includes('ã')));
    expect(data.population).toEqual(count(({ population }) => population >= 1_000_000 && population <= 2_000_000));
    expect(data.featureCode.nodes).toEqual([{ name: 'Tokyo' }]);
    expect(data.startsWith.totalCount).toBeGreaterThan(10);
  });

  test('takes wildcards of LIKE, quotes and backslashes for what they are', async () => {
    for (const text of ['%', '_', '\\', "'", '";--', "' OR true --", '$1', '%s']) {
      const { data, codes } = await query(
        `query ($text: String!) {
          startsWith: cities(filter: { name: { startsWith: $text } }) { totalCount }
          eq: cities(filter: { name: { eq: $text } }) { totalCount }
          in: cities(filter: { name: { in: [$text] } }) { totalCount }
          search: searchPlaces(text: $text) { name }
        }`,
        { text },
      );
      expect([codes, data.startsWith.totalCount, data.eq.totalCount, data.in.totalCount, data.search]).toEqual([
        [],
        0,
        0,
        0,
        [],
      ]);
    }
    const { data } = await query('{ cities(filter: { name: { contains: "%" } }) { totalCount } }');
    expect(data.cities.totalCount).toBe(0);
  });

  test.each([
    ['NUL', '\u0000'],
    ['a high surrogate alone', 'a\ud800'],
    ['a low surrogate alone', '\udfffa'],
    ['201 characters', 'a'.repeat(201)],
  ])('refuses text with %s', async (_what, text) => {
    for (const condition of ['eq', 'startsWith', 'contains']) {
      const { codes } = await query(
        `query ($text: String!) { cities(filter: { name: { ${condition}: $text } }) { totalCount } }`,
        { text },
      );
      expect(codes).toEqual(['BAD_USER_INPUT']);
    }
    const answers = await Promise.all([
      query('query ($text: String!) { cities(filter: { name: { in: ["a", $text] } }) { totalCount } }', { text }),
      query('query ($text: String!) { country(code: $text) { name } }', { text }),
      query('query ($text: String!) { searchPlaces(text: $text) { name } }', { text }),
    ]);
    expect(answers.map(({ codes }) => codes)).toEqual(Array(3).fill(['BAD_USER_INPUT']));
  });

  test('bounds the lists of a filter', async () => {
    const ask = (length: number) =>
      query('query ($in: [Int!]!) { cities(filter: { population: { in: $in } }) { totalCount } }', {
        in: Array.from({ length }, (_, index) => index),
      });
    expect((await ask(100)).codes).toEqual([]);
    expect((await ask(101)).codes).toEqual(['BAD_USER_INPUT']);
  });
});

describe('searchPlaces', () => {
  test('finds countries and cities whose name begins with the text, by name', async () => {
    const { data } = await query(
      '{ searchPlaces(text: "Mexico", first: 5) { __typename name location { latitude } } }',
    );
    expect(data.searchPlaces).toMatchObject([
      { __typename: 'Country', name: 'Mexico' },
      { __typename: 'City', name: 'Mexico City' },
    ]);
  });

  test('looks only for the kinds whose name the key may read', async () => {
    const search = (denied: string) =>
      query(
        '{ searchPlaces(text: "Mexico") { name } }',
        {},
        {
          hash: denied,
          has: () => true,
          allows: (_verb, type, field) => `${type}.${field}` !== denied,
          sees: () => true,
        },
      );
    expect((await search('City.name')).data.searchPlaces).toEqual([{ name: 'Mexico' }]);
    expect(await statementsOf(() => search('Country.name'))).toBe(1);
  });
});

test('a plain list is at most 100 long', async () => {
  const near = (first: number | null) =>
    query('query ($first: Int) { citiesNear(latitude: 48.85, longitude: 2.35, radiusKm: 500, first: $first) { id } }', {
      first,
    });
  expect((await near(101)).codes).toEqual(['PAGE_SIZE_OUT_OF_RANGE']);
  expect((await near(-1)).codes).toEqual(['PAGE_SIZE_OUT_OF_RANGE']);
  expect((await near(0)).data.citiesNear).toEqual([]);
  expect((await near(null)).data.citiesNear).toHaveLength(10);
  expect((await near(30)).data.citiesNear).toHaveLength(30);
});
