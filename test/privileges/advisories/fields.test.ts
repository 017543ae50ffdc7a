import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../../support/test-app.ts';

/** Advisories about what is selected, and what is given to select it. Each says what to break to see it fail. */
let test: TestApp;
let weak: string;
let both: string;
let partial: string;
let cityId: string;
let country: string;
beforeAll(async () => {
  test = await openTestApp({ places: true });
  const readers = ['read:Query', 'read:City.name', 'read:City.id'];
  const create = async (rules: readonly string[], input = {}) =>
    (await test.createKey(rules, { plan: 'ENTERPRISE', ...input })).key;
  weak = await create(readers);
  both = await create([...readers, 'read:Country.id']);
  partial = await create([...readers, 'read:Country.id'], { onDenied: 'NULL' });
  const { body } = await test.graphql(
    both,
    '{ cities(first: 1) { nodes { id } } countries(first: 1) { nodes { id } } }',
  );
  cityId = body.data.cities.nodes[0].id;
  country = body.data.countries.nodes[0].id;
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

const required = (body: { errors?: { extensions: { required?: string[] } }[] }) =>
  body.errors?.flatMap(({ extensions }) => extensions.required ?? []);

async function expectForbidden(key: string, query: string, rules: readonly string[], variables = {}) {
  const { status, body } = await test.graphql(key, query, variables);
  expect([status, required(body)]).toEqual([403, rules]);
}

describe('GHSA-x33c-7c2v-mrj9: of an interface it was asked whether its types agree, not whether the caller may', () => {
  // Break: `...selection.byType` in `walk`, privileges/demands/compile-demands.ts: take the first type alone.
  it('a field on an interface needs the privilege on each type that the key can see', async () => {
    await expectForbidden(both, '{ searchPlaces(text: "A", first: 1) { id name } }', ['read:Country.name']);
    await expectForbidden(both, '{ searchPlaces(text: "A", first: 1) { location { latitude } } }', [
      'read:City.location',
      'read:Location.latitude',
      'read:Country.location',
    ]);
  });
});

describe('GHSA-mx7m-j9xf-62hw: a rule on an interface was passed by a fragment on its implementation', () => {
  // Break: `add(field.field.needs)` in privileges/demands/compile-demands.ts.
  it.each([
    '{ searchPlaces(text: "A", first: 1) { ... on City { population } } }',
    '{ searchPlaces(text: "A", first: 1) { ...F } } fragment F on City { population }',
    '{ searchPlaces(text: "A", first: 1) { ... on Place { ... on City { population } } } }',
  ])('%s', (query) => expectForbidden(weak, query, ['read:City.population']));
});

describe('CVE-2025-31481: node(id) gave what no other door gives', () => {
  const query = (selection: string) => `query ($id: ID!) { node(id: $id) { ${selection} } }`;

  it('a field is judged by the type that is named', () =>
    expectForbidden(weak, query('... on City { population }'), ['read:City.population'], { id: cityId }));

  // Break: `context.access.sees(type.name)` in apis/shared/node.ts.
  it('an object of a hidden type is as good as missing, and is not even read', async () => {
    const hidden = await test.graphql(weak, query('id __typename'), { id: country });
    expect([hidden.body.data, hidden.codes]).toEqual([{ node: null }, []]);
    const seen = await test.graphql(both, query('id __typename'), { id: country });
    expect(seen.body.data.node.__typename).toBe('Country');
  });
});

describe('CVE-2022-39322: a kind of field that forgot its access control', () => {
  // Break: `add(field.field.needs)` in privileges/demands/compile-demands.ts.
  it.each([
    'name',
    'areaKm2',
    'languages',
    'location { latitude }',
    'borders { id }',
    'cities(first: 1) { totalCount }',
  ])('Country.%s', async (selection) => {
    const { status, body } = await test.graphql(weak, `{ country(code: "CH") { ${selection} } }`);
    expect(status).toBe(403);
    expect(required(body)).toContain(`read:Country.${/^\w+/.exec(selection)?.[0]}`);
  });
});

describe('CVE-2024-34708: redaction went by the name in the answer', () => {
  // Break: the coordinate in `bitDenials`, privileges/demands/check-demands.ts: take `field.responseKey`.
  it.each(['name: population', 'id: population', 'population: name other: population'])('%s', (selection) =>
    expectForbidden(weak, `{ cities(first: 1) { nodes { ${selection} } } }`, ['read:City.population']),
  );

  // Break: `denied.denials.has(field)` in privileges/null-mode/restore-nulls.ts.
  it('nor does what is null go by it', async () => {
    const selection = 'population: name name: population a: population';
    const { body } = await test.graphql(partial, `{ cities(first: 1) { nodes { ${selection} } } }`);
    expect(body.data.cities.nodes[0]).toEqual({ population: expect.any(String), name: null, a: null });
  });
});

describe('CVE-2025-46720, CVE-2026-33326, CVE-2021-32624, CVE-2026-35442: what is not readable, told by a count', () => {
  // Break: the loop over `suppliedInLiteral` in privileges/demands/compile-demands.ts.
  it.each([
    '{ cities(first: 1, filter: { population: { gte: 1000000 } }) { totalCount } }',
    '{ cities(first: 1, orderBy: { field: POPULATION }) { pageInfo { endCursor } } }',
  ])('%s', (query) => expectForbidden(weak, query, ['read:City.population']));

  it('a cursor of one order is no cursor of another', async () => {
    const strong = (await test.createKey(['read:*'], { plan: 'ENTERPRISE' })).key;
    const page = '{ cities(first: 1, orderBy: { field: POPULATION }) { pageInfo { endCursor } } }';
    const { endCursor } = (await test.graphql(strong, page)).body.data.cities.pageInfo;
    const { codes } = await test.graphql(weak, `{ cities(first: 1, after: "${endCursor}") { nodes { name } } }`);
    expect(codes).toEqual(['BAD_USER_INPUT']);
  });
});

describe('graphql-dotnet/authorization #16, #27: inputs were judged in literals and not in variables', () => {
  const filter = 'query ($filter: CityFilter) { cities(first: 1, filter: $filter) { totalCount } }';
  const byPopulation = { population: { gte: 1 } };

  // Break: `suppliedInValue` in privileges/demands/supplied-in-value.ts: yield nothing.
  it.each<[string, object]>([
    [filter, { filter: byPopulation }],
    [filter, { filter: { name: { eq: 'A' }, ...byPopulation } }],
    [filter, { filter: { population: null } }],
    ['query ($p: IntFilter) { cities(first: 1, filter: { population: $p }) { totalCount } }', { p: null }],
  ])('%s with %j', (query, variables) => expectForbidden(weak, query, ['read:City.population'], variables));

  // Break: `if (defaultValue !== undefined)` in privileges/demands/supplied-in-literal.ts.
  it('nor in the defaults of the document', () => {
    const document = filter.replace('$filter: CityFilter', '$filter: CityFilter = { population: { gte: 1 } }');
    return expectForbidden(weak, document, ['read:City.population']);
  });
});

describe('CVE-2026-32621: names that mean something to JavaScript', () => {
  // Break: the Map `fields` in plan/compile-document/collect-fields.ts, by a plain object.
  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])('%s', async (name) => {
    await expectForbidden(weak, `{ cities(first: 1) { nodes { ${name}: population } } }`, ['read:City.population']);
    const document = `query ($${name}: CityFilter) { cities(first: 1, filter: $${name}) { nodes { name } } }`;
    const variables = JSON.parse(`{ "${name}": { "population": { "gte": 1 } } }`);
    await expectForbidden(weak, document, ['read:City.population'], variables);
    const alone = await test.graphql(weak, `{ cities(first: 1) { nodes { ${name}: name } } }`);
    expect(alone.body.errors).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

// Break: the call of `budget.field` and `isNew` in plan/compile-document/collect-fields.ts; then this test never ends.
describe('CVE-2026-34573, CVE-2025-32034, CVE-2025-32380, CVE-2025-31496: fragments that 2^30 paths lead to', () => {
  it('are refused or answered, soon', async () => {
    const levels = 30;
    const fragments = Array.from({ length: levels }, (_, n) => {
      const next = n + 1 < levels ? `...F${n + 1} ...F${n + 1}` : 'population';
      return `fragment F${n} on City { ${next} }`;
    });
    const { status } = await test.graphql(weak, `{ cities(first: 1) { nodes { ...F0 } } } ${fragments.join(' ')}`);
    expect([400, 403]).toContain(status);
  });
});
