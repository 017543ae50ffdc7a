import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
let weak: string;
beforeAll(async () => {
  test = await openTestApp({ places: true });
  weak = (
    await test.createKey(
      ['read:Query', 'read:Country.name', 'read:Country.code', 'read:City.name', 'read:City.id', 'read:City.country'],
      {
        onDenied: 'NULL',
        plan: 'ENTERPRISE',
      },
    )
  ).key;
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

interface FieldError {
  readonly path: readonly string[];
  readonly extensions: { readonly code: string; readonly required: readonly string[] };
}
const denied = (body: { readonly errors?: readonly FieldError[] }) =>
  (body.errors ?? []).map(({ path, extensions: { code, required } }) => {
    expect(code).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
    return `${path.join('.')} ${required.join(' ')}`;
  });
const population = 'cities.nodes.population read:City.population';
const nameAndNull = { name: expect.any(String), population: null };

describe('under NULL a denied field is null', () => {
  it.each<[string, string, object, string[]]>([
    ['T01 a field', '{ cities(first: 2) { nodes { name population } } }', nameAndNull, [population]],
    [
      'T02 behind an alias',
      '{ cities(first: 2) { nodes { name: population id: population } } }',
      { name: null, id: null },
      ['cities.nodes.name read:City.population', 'cities.nodes.id read:City.population'],
    ],
    [
      'T03 in fragments',
      '{ cities(first: 2) { ...A } } fragment A on CityConnection { nodes { ...B } } fragment B on City { name ...C } fragment C on City { population }',
      nameAndNull,
      [population],
    ],
    [
      'T05 in inline fragments',
      '{ cities(first: 2) { nodes { name ... on City { ... { population } } } } }',
      nameAndNull,
      [population],
    ],
    [
      'selected twice',
      '{ cities(first: 2) { nodes { name population ... { population } } } }',
      nameAndNull,
      [population],
    ],
    ['alone', '{ cities(first: 2) { nodes { population } } }', { population: null }, [population]],
    [
      'T13 under a true condition',
      '{ cities(first: 2) { nodes { name population @include(if: true) } } }',
      nameAndNull,
      [population],
    ],
    [
      'T14 in a fragment under a default',
      'query ($v: Boolean = true) { cities(first: 2) { nodes { name ...P @include(if: $v) } } } fragment P on City { population }',
      nameAndNull,
      [population],
    ],
    [
      'T13 and not under a false one',
      '{ cities(first: 2) { nodes { name population @include(if: false) } } }',
      { name: expect.any(String) },
      [],
    ],
    [
      'below an object, of which another field is allowed',
      '{ cities(first: 2) { nodes { name country { name } other: country { capital } } } }',
      { name: expect.any(String), country: { name: expect.any(String) }, other: { capital: null } },
      ['cities.nodes.other.capital read:Country.capital'],
    ],
  ])('%s', async (_, query, node, errors) => {
    const { status, body } = await test.graphql(weak, query);
    expect(status).toBe(200);
    expect(body.data.cities.nodes).toEqual([node, node]);
    expect(denied(body)).toEqual(errors);
  });

  it('says what is missing, as FORBIDDEN does, and where', async () => {
    const { body } = await test.graphql(weak, '{ cities(first: 3) { nodes { name population } } }');
    expect(body.errors).toEqual([
      {
        message: expect.stringContaining('read:City.population'),
        path: ['cities', 'nodes', 'population'],
        locations: [{ line: 1, column: 35 }],
        extensions: {
          code: 'UNAUTHORIZED_FIELD_OR_TYPE',
          coordinate: 'City.population',
          privilege: 'READ',
          required: ['read:City.population'],
        },
      },
    ]);
  });

  it('reports the same with rows and without', async () => {
    const query = (name: string) =>
      `{ cities(first: 2, filter: { name: { eq: "${name}" } }) { nodes { name population } } }`;
    const [some, none] = await Promise.all([test.graphql(weak, query('Tokyo')), test.graphql(weak, query('Nowhere'))]);
    expect(some.body.data.cities.nodes).toHaveLength(1);
    expect(none.body.data.cities.nodes).toHaveLength(0);
    expect(denied(some.body)).toEqual(denied(none.body));
  });

  it('answers in the order of the document', async () => {
    const { body } = await test.graphql(
      weak,
      '{ a: country(code: "CH") { region name capital } b: country(code: "XX") { name } c: __typename }',
    );
    expect(JSON.stringify(body.data)).toBe(
      '{"a":{"region":null,"name":"Switzerland","capital":null},"b":null,"c":"Query"}',
    );
  });
});

describe('under NULL a null bubbles to what may be null', () => {
  it('from a non-null field to the object, in a list', async () => {
    const { body } = await test.graphql(weak, '{ cities(first: 2) { nodes { name location { latitude } } } }');
    expect(body.data.cities.nodes).toEqual([null, null]);
    expect(denied(body)).toEqual(['cities.nodes.location read:City.location']);
  });

  it('through a list of objects that are not null to the whole answer', async () => {
    const { status, body } = await test.graphql(
      weak,
      '{ searchPlaces(text: "Zü") { location { latitude } } cities(first: 1) { nodes { name } } }',
    );
    expect([status, body.data]).toEqual([200, null]);
    expect(denied(body)).toEqual(['searchPlaces.location read:City.location read:Country.location']);
  });

  it('from an object of which the key sees nothing at all', async () => {
    const { key } = await test.createKey(['read:Query', 'read:City.name', 'read:City.country'], { onDenied: 'NULL' });
    const { body } = await test.graphql(key, '{ cities(first: 2) { nodes { name country { name code } } } }');
    expect(body.data.cities.nodes).toEqual([null, null]);
    expect(denied(body)).toEqual(['cities.nodes.country read:Country']);
  });

  it('T40 when everything is denied', async () => {
    const { key } = await test.createKey([], { onDenied: 'NULL' });
    const { status, body } = await test.graphql(key, '{ country(code: "CH") { name } node(id: "x") { id } }');
    expect([status, body.data]).toEqual([200, { country: null, node: null }]);
    expect(denied(body).map((text) => text.split(' ')[0])).toEqual(['country', 'node']);
    const all = await test.graphql(key, '{ cities(first: 1) { totalCount } }');
    expect([all.status, all.body.data]).toEqual([200, null]);
  });
});

describe('under NULL a denied argument nulls the field that takes it', () => {
  const bad = [
    ['a filter', '{ cities(first: 1, filter: { population: { gte: 1 } }) { nodes { name } } }', {}],
    ['T23 an explicit null', '{ cities(first: 1, filter: { population: null }) { nodes { name } } }', {}],
    ['an order', '{ cities(first: 1, orderBy: { field: POPULATION }) { nodes { name } } }', {}],
    [
      'T22 a variable',
      'query ($f: CityFilter) { cities(first: 1, filter: $f) { nodes { name } } }',
      { f: { population: { gte: 1 } } },
    ],
    [
      'a default of the document',
      'query ($f: CityFilter = { population: { gte: 1 } }) { cities(first: 1, filter: $f) { nodes { name } } }',
      {},
    ],
  ] as const;
  it.each(bad)('%s', async (_, query, variables) => {
    const { status, body } = await test.graphql(weak, query, variables);
    expect([status, body.data, denied(body)]).toEqual([200, null, ['cities read:City.population']]);
  });

  it('and no other', async () => {
    const { body } = await test.graphql(
      weak,
      '{ country(code: "CH") { name } ok: country(code: "CH") { name cities(first: 1, orderBy: { field: POPULATION }) { nodes { name } } } }',
    );
    expect(body.data).toEqual({ country: { name: 'Switzerland' }, ok: null });
    expect(denied(body)[0]).toMatch(/^ok.cities /);
    const other = await test.graphql(
      weak,
      'query ($f: CityFilter) { cities(first: 1, filter: $f) { nodes { name } } }',
      { f: { name: { eq: 'Tokyo' } } },
    );
    expect([other.body.errors, other.body.data.cities.nodes]).toEqual([undefined, [{ name: 'Tokyo' }]]);
  });
});

describe('under NULL what is denied', () => {
  it('costs nothing and is not run', async () => {
    const { key } = await test.createKey(['read:Query', 'read:City.name'], { onDenied: 'NULL' });
    const cheap = await test.graphql(key, '{ cities(first: 2) { nodes { name } } }');
    const query = '{ cities(first: 2) { nodes { name nearby(radiusKm: 10, first: 100) { name } } } }';
    const { body } = await test.graphql(key, query);
    expect(body.extensions.cost.requestedQueryCost).toBe(cheap.body.extensions.cost.requestedQueryCost);
    expect(body.data.cities.nodes).toEqual([null, null]);
    const costly = await test.graphql(
      key,
      '{ countries(first: 100) { nodes { cities(first: 100) { nodes { cursorless: name } } } } cities(first: 1) { totalCount } }',
    );
    expect(costly.codes).not.toContain('COST_LIMIT_EXCEEDED');
  });

  it('has its arguments left unread', async () => {
    const { body } = await test.graphql(
      weak,
      '{ cities(first: 1) { nodes { name } } country(code: "CH") { name cities(first: 9999) { nodes { name } } } }',
    );
    expect(denied(body)).toEqual(['country.cities read:Country.cities']);
    expect(body.data.country).toBeNull();
  });

  it('T18 goes with the schema that the key sees', async () => {
    const { body } = await test.graphql(
      weak,
      '{ __schema { queryType { name } } cities(first: 1) { nodes { name population } } ...I } fragment I on Query { t: __type(name: "City") { ...F } } fragment F on __Type { fields { name } }',
    );
    expect(Object.keys(body.data)).toEqual(['__schema', 'cities', 't']);
    expect(body.data.cities.nodes[0]).toEqual(nameAndNull);
    expect(body.data.t.fields.map(({ name }: { name: string }) => name)).not.toContain('population');
  });

  it('T25 T27 rejects a mutation whole', async () => {
    const { key } = await test.createKey(
      ['write:Mutation.createCity', 'write:City', 'read:City.id', 'read:CreateCityPayload'],
      { onDenied: 'NULL' },
    );
    const input = '{ name: "Nulla", countryCode: "CH", latitude: 1, longitude: 1 }';
    const answer = await test.graphql(key, `mutation { createCity(input: ${input}) { city { id population } } }`);
    expect([answer.status, answer.codes, 'data' in answer.body]).toEqual([403, ['FORBIDDEN'], false]);
    const found = await test.graphql(weak, '{ cities(first: 1, filter: { name: { eq: "Nulla" } }) { totalCount } }');
    expect(found.body.data.cities.totalCount).toBe(0);
  });

  it('T09 is judged for each key, whoever asked first, and T33 by rules in any order', async () => {
    const strong = (await test.createKey(['read:*'], { plan: 'ENTERPRISE' })).key;
    const minus = (await test.createKey(['!read:City.population', 'read:*'], { plan: 'ENTERPRISE', onDenied: 'NULL' }))
      .key;
    for (const keys of [
      [strong, weak, minus],
      [minus, weak, strong],
    ]) {
      const query = `{ cities(first: 1) { nodes { name population } } } # ${keys.indexOf(weak)}${keys.indexOf(strong)}`;
      for (const key of keys) {
        const { body } = await test.graphql(key, query);
        expect(denied(body)).toEqual(key === strong ? [] : [population]);
        expect(body.data.cities.nodes[0].population === null).toBe(key !== strong);
      }
    }
  });

  it('T10 never reaches another key when many ask at once', async () => {
    const strong = (await test.createKey(['read:*'], { plan: 'ENTERPRISE' })).key;
    const query = '{ cities(first: 1) { nodes { name population } } }';
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        const key = n % 2 === 0 ? strong : weak;
        const { status, body } = await test.graphql(key, query);
        return status === 429 ? undefined : [key === strong, body.data.cities.nodes[0].population !== null];
      }),
    );
    for (const answer of answers) if (answer) expect(answer[0]).toBe(answer[1]);
    expect(answers.filter(Boolean).length).toBeGreaterThan(10);
  });
});
