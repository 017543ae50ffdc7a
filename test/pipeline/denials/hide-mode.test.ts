import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../../support/test-app.ts';

let test: TestApp;
let weak: string;
let regions: string;
let writer: string;
beforeAll(async () => {
  test = await openTestApp({ places: true });
  const hidden = { onDenied: 'HIDE', plan: 'ENTERPRISE' };
  weak = (await test.createKey(['read:Query', 'read:City.name', 'read:City.id'], hidden)).key;
  regions = (await test.createKey(['read:Query.countries', 'read:Country.region'], hidden)).key;
  writer = (
    await test.createKey(
      ['read:Query', 'read:City.id', 'write:Mutation.createCity', 'write:City', '!write:City.population'],
      hidden,
    )
  ).key;
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

/** Status, headers and body as they are sent, with the name that was asked for taken out. */
async function answerTo(key: string, query: string, variables: object, name: string, accept: string): Promise<string> {
  const response = await test.fetch('/graphql', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: accept,
      Authorization: `Bearer ${key}`,
      'X-Request-Id': 'same',
    },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  return JSON.stringify([response.status, [...response.headers], text]).replaceAll(
    new RegExp(`\\b${name}\\b`, 'g'),
    '□',
  );
}

/** Compares a hidden name with one that nobody has, is as long, and is near to nothing. */
async function expectAlike(key: () => string, query: string, variables: object, name: string, isRepeated = true) {
  const unknown = 'zqxjkvwzqxjkvwzqxjkvw'.slice(0, name.length);
  const swap = (text: string) => text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), unknown);
  for (const accept of ['application/graphql-response+json', 'application/json']) {
    const hidden = await answerTo(key(), query, variables, name, accept);
    const foreign = await answerTo(key(), swap(query), JSON.parse(swap(JSON.stringify(variables))), unknown, accept);
    expect(hidden).toBe(foreign);
    expect(hidden.includes('□')).toBe(isRepeated);
  }
}

const order = 'query ($order: CityOrder) { cities(first: 1, orderBy: $order) { nodes { name } } }';
const filter = 'query ($filter: CityFilter) { cities(first: 1, filter: $filter) { nodes { name } } }';

describe('under HIDE a forbidden name answers exactly as an unknown one', () => {
  it.each<[string, string, object, string]>([
    ['a field', '{ cities(first: 1) { nodes { population } } }', {}, 'population'],
    ['T02 a field behind an alias', '{ cities(first: 1) { nodes { name: population } } }', {}, 'population'],
    [
      'T03 a field in fragments',
      '{ cities(first: 1) { ...A } } fragment A on CityConnection { nodes { ...B } } fragment B on City { population }',
      {},
      'population',
    ],
    ['T05 a field in an inline fragment', '{ node(id: "x") { ... on City { population } } }', {}, 'population'],
    ['T20 a leaf with a selection', '{ cities(first: 1) { nodes { population { x } } } }', {}, 'population'],
    ['T20 an object without one', '{ cities(first: 1) { nodes { location } } }', {}, 'location'],
    ['an object with one', '{ cities(first: 1) { nodes { location { latitude } } } }', {}, 'location'],
    ['an input key', '{ cities(first: 1, filter: { population: { gte: 1 } }) { nodes { name } } }', {}, 'population'],
    [
      'an input key with null',
      '{ cities(first: 1, filter: { population: null }) { nodes { name } } }',
      {},
      'population',
    ],
    ['an enum value', '{ cities(first: 1, orderBy: { field: POPULATION }) { nodes { name } } }', {}, 'POPULATION'],
    ['a type condition', '{ searchPlaces(text: "B") { ... on Country { name } } }', {}, 'Country'],
    ['a fragment on a type', '{ searchPlaces(text: "B") { ...F } } fragment F on Country { id }', {}, 'Country'],
    [
      'a variable type',
      'query ($input: UpsertCityInput) { cities(first: 1) { nodes { name } } }',
      {},
      'UpsertCityInput',
    ],
    ['T19 an input key in a variable', filter, { filter: { population: { gte: 1 } } }, 'population'],
    ['T23 an input key with null in a variable', filter, { filter: { population: null } }, 'population'],
    ['T19 an enum value in a variable', order, { order: { field: 'POPULATION' } }, 'POPULATION'],
    [
      'an introspection beside it',
      '{ __schema { queryType { name } } cities(first: 1) { nodes { population } } }',
      {},
      'population',
    ],
    [
      'a condition that is false',
      '{ cities(first: 1) { nodes { name population @include(if: false) } } }',
      {},
      'population',
    ],
    ['a mutation', 'mutation { createCity { city { id } } }', {}, 'createCity'],
    ['a subscription', 'subscription { cityChanged { action } }', {}, 'cityChanged'],
  ])('%s', async (what, query, variables, name) => {
    if (what === 'a mutation' || what === 'a subscription') {
      // The type that it stands on is hidden too, so that not even the name comes back.
      const [hidden, foreign] = await Promise.all(
        [query, query.replace(name, 'zebra')].map((text) => answerTo(weak, text, {}, '-', 'application/json')),
      );
      expect(hidden).toBe(foreign);
      return;
    }
    // A value of a variable never comes back, also where it is a name.
    await expectAlike(() => weak, query, variables, name, !what.includes('enum value in a variable'));
  });

  it('a root field and an argument', async () => {
    await expectAlike(() => regions, '{ searchPlaces(text: "B") { id } }', {}, 'searchPlaces');
    const ordered = '{ countries(first: 1, orderBy: { field: NAME }) { nodes { region } } }';
    await expectAlike(() => regions, ordered, {}, 'orderBy');
  });

  it('T21 T22 an input of a mutation, in a literal and in a variable, and nothing is written', async () => {
    const base = 'name: "Hidden", countryCode: "CH", latitude: 1, longitude: 1';
    await expectAlike(
      () => writer,
      `mutation { createCity(input: { ${base}, population: 5 }) { city { id } } }`,
      {},
      'population',
    );
    const input = { name: 'Hidden', countryCode: 'CH', latitude: 1, longitude: 1, population: 5 };
    const mutation = 'mutation ($input: CreateCityInput!) { createCity(input: $input) { city { id } } }';
    await expectAlike(() => writer, mutation, { input }, 'population');
    const found = await test.graphql(weak, '{ cities(first: 1, filter: { name: { eq: "Hidden" } }) { totalCount } }');
    expect(found.body.data.cities.totalCount).toBe(0);
  });

  it('names nothing but what the key sees in its suggestions', async () => {
    const { body } = await test.graphql(weak, '{ cities(first: 1) { nodes { nam populatio } } }');
    expect(body.errors.map(({ message }: { message: string }) => message)).toEqual([
      'Cannot query field "nam" on type "City". Did you mean "name"?',
      'Cannot query field "populatio" on type "City".',
    ]);
  });
});

describe('under HIDE what is visible works as ever', () => {
  it('T09 whoever warmed the caches', async () => {
    const query = '{ cities(first: 1) { nodes { name population } } }';
    const strong = (await test.createKey(['read:*'], { plan: 'ENTERPRISE' })).key;
    for (const keys of [
      [strong, weak],
      [weak, strong],
    ]) {
      const fresh = `${query} # ${keys.indexOf(weak)}`;
      for (const key of keys) {
        const { codes } = await test.graphql(key, fresh);
        expect(codes).toEqual(key === weak ? ['GRAPHQL_VALIDATION_FAILED'] : []);
      }
    }
  });

  it('with the defaults of the full schema', async () => {
    const { status, body } = await test.graphql(weak, order, { order: { field: 'NAME' } });
    expect([status, body.errors]).toEqual([200, undefined]);
    const written = await test.graphql(
      writer,
      'mutation { createCity(input: { name: "Seen", countryCode: "CH", latitude: 1, longitude: 1 }) { city { id } } }',
    );
    expect([written.status, written.body.errors]).toEqual([200, undefined]);
  });

  it('T12 chooses the operation, and refuses a document of which any part is unknown', async () => {
    const both = 'query A { cities(first: 1) { nodes { name } } } query B { cities(first: 1) { nodes { id } } }';
    expect((await test.graphql(weak, both, {}, { operationName: 'A' })).status).toBe(200);
    const bad = 'query A { cities(first: 1) { nodes { name } } } query B { cities(first: 1) { nodes { population } } }';
    expect((await test.graphql(weak, bad, {}, { operationName: 'A' })).codes).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });

  it('T40 with no privilege at all nothing is there, and nothing breaks', async () => {
    const { key } = await test.createKey([], { onDenied: 'HIDE' });
    expect((await test.graphql(key, '{ cities(first: 1) { nodes { name } } }')).codes).toEqual([
      'GRAPHQL_VALIDATION_FAILED',
    ]);
    expect((await test.graphql(key, '{ viewer { privileges } }')).body.data).toEqual({ viewer: { privileges: [] } });
    expect((await test.graphql(key, 'mutation { deleteCity(input: { id: "x" }) { deletedCityId } }')).status).toBe(400);
  });
});

describe('under HIDE the owner of the API', () => {
  it('reads in the log what was forbidden, and what does not exist', async () => {
    const outcomeOf = async (query: string, variables = {}) => {
      await test.graphql(weak, query, variables);
      return test.log.map((line) => JSON.parse(line).outcome).findLast((outcome) => outcome !== undefined);
    };
    expect(await outcomeOf('{ cities(first: 1) { nodes { population } } }')).toBe('FORBIDDEN');
    expect(await outcomeOf('{ cities(first: 1) { nodes { zebra } } }')).toBe('INVALID');
    expect(await outcomeOf(filter, { filter: { population: null } })).toBe('FORBIDDEN');
    expect(await outcomeOf(filter, { filter: { zebra: null } })).toBe('INVALID');
  });
});
