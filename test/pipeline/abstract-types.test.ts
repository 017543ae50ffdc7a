import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const modes = ['REJECT', 'NULL', 'HIDE'] as const;
type Mode = (typeof modes)[number];

let test: TestApp;
const ofCities = {} as Record<Mode, string>;
const ofBoth = {} as Record<Mode, string>;
let cityId: string;
let countryId: string;
beforeAll(async () => {
  test = await openTestApp({ places: true });
  for (const onDenied of modes) {
    const create = async (rules: readonly string[]) =>
      (await test.createKey(rules, { onDenied, plan: 'ENTERPRISE' })).key;
    ofCities[onDenied] = await create(['read:Query', 'read:City.id', 'read:City.name']);
    ofBoth[onDenied] = await create([
      'read:Query',
      'read:City.id',
      'read:City.name',
      'read:Country.id',
      'read:Country.name',
      'read:Country.region',
    ]);
  }
  const strong = (await test.createKey(['read:*'])).key;
  const { body } = await test.graphql(
    strong,
    '{ cities(first: 1, filter: { name: { eq: "Bogotá" } }) { nodes { id } } country(code: "CH") { id } }',
  );
  cityId = body.data.cities.nodes[0].id;
  countryId = body.data.country.id;
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

const outcome: Record<Mode, (codes: readonly string[]) => void> = {
  REJECT: (codes) => expect(codes).toEqual(['FORBIDDEN']),
  NULL: (codes) => expect(codes).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']),
  HIDE: (codes) => expect(codes).toEqual(['GRAPHQL_VALIDATION_FAILED']),
};

describe.each(modes)('through an abstract type, under %s', (mode) => {
  it.each([
    ['T06 the global id', 'query ($city: ID!) { node(id: $city) { id ... on City { population } } }'],
    [
      'T05 a fragment in a fragment',
      'query ($city: ID!) { node(id: $city) { ... on Place { id ... on City { population } } } }',
    ],
    ['a search', '{ searchPlaces(text: "B", first: 1) { id ... on City { population } } }'],
  ])('a field is denied by the concrete type: %s', async (_, query) => {
    const { body, codes } = await test.graphql(ofCities[mode], query, query.includes('$city') ? { city: cityId } : {});
    outcome[mode](codes);
    if (mode === 'NULL') {
      const [found] = [body.data.node ?? body.data.searchPlaces].flat();
      expect(found).toEqual({ id: expect.any(String), population: null });
    }
  });

  it('T15 type names of what it sees are free', async () => {
    const { body } = await test.graphql(
      ofBoth[mode],
      'query ($city: ID!) { __typename node(id: $city) { __typename ... on City { __typename name } } searchPlaces(text: "B", first: 2) { __typename } }',
      { city: cityId },
    );
    expect(body.errors).toBeUndefined();
    expect(body.data).toMatchObject({ __typename: 'Query', node: { __typename: 'City' } });
  });

  it('T08 an object of a hidden type is no object, and is named nowhere', async () => {
    const query = 'query ($id: ID!) { node(id: $id) { __typename id } }';
    const { body } = await test.graphql(ofCities[mode], query, { id: countryId });
    expect(body.data).toEqual({ node: null });
    expect(JSON.stringify(body)).not.toContain('Country');
    const found = await test.graphql(ofCities[mode], '{ searchPlaces(text: "B") { __typename name } }');
    expect(found.body.data.searchPlaces.length).toBeGreaterThan(0);
    expect(JSON.stringify(found.body)).not.toContain('Country');
  });
});

describe('T07 one response key on two types', () => {
  const query =
    '{ searchPlaces(text: "S", first: 30) { __typename ... on City { text: adminCode name } ... on Country { text: region name } } }';

  it('is null where it is denied and not where it is allowed', async () => {
    const { body } = await test.graphql(ofBoth.NULL, query);
    const of = (name: string) =>
      body.data.searchPlaces.filter(({ __typename }: { __typename: string }) => __typename === name);
    expect(of('City').length).toBeGreaterThan(0);
    expect(of('Country').length).toBeGreaterThan(0);
    for (const { text, name } of of('City')) expect([text, name]).toEqual([null, expect.any(String)]);
    for (const { text } of of('Country')) expect(text).toEqual(expect.any(String));
    expect(
      body.errors.map(({ path, extensions }: { path: string[]; extensions: object }) => [path, extensions]),
    ).toEqual([[['searchPlaces', 'text'], expect.objectContaining({ required: ['read:City.adminCode'] })]]);
  });

  it('shows nothing of how types were told apart', async () => {
    const { body } = await test.graphql(
      ofBoth.NULL,
      '{ searchPlaces(text: "S", first: 30) { __typename_: name ... on City { population } } }',
    );
    for (const place of body.data.searchPlaces) {
      expect(Object.keys(place).filter((key) => key.startsWith('__'))).toEqual(['__typename_']);
      expect(place.__typename_).toMatch(/^S/);
    }
  });

  it('bubbles on the types alone that need it', async () => {
    const { key } = await test.createKey(['read:Query', 'read:Country.name', 'read:City.id'], { onDenied: 'NULL' });
    const node = (id: string) =>
      test.graphql(key, 'query ($id: ID!) { node(id: $id) { ... on Place { name } } }', { id });
    const [city, country] = await Promise.all([node(cityId), node(countryId)]);
    expect(city.body.data).toEqual({ node: null });
    expect(country.body.data).toEqual({ node: { name: 'Switzerland' } });
    expect(city.body.errors).toEqual(country.body.errors);
  });
});
