import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type HostileClient, openHostileClient, whoAmI } from '../support/hostile-client.ts';

let client: HostileClient;
beforeAll(async () => {
  client = await openHostileClient();
});
afterAll(() => client.test.close());
afterEach(() => client.expectHealthy());

describe('documents', () => {
  const aliases = (count: number) => Array.from({ length: count }, (_, index) => `a${index}:id`).join(' ');
  const nested = (depth: number) =>
    `{ country(code: "CH") { ${'borders { '.repeat(depth - 2)}name${' }'.repeat(depth)}`;
  /** Each fragment spreads the next one twice: 2^30 paths in 31 short lines. */
  const bomb = Array.from({ length: 30 }, (_, index) => {
    const next = `country { ...F${index + 1} }`;
    return `fragment F${index} on City { a: ${next} b: ${next} }`.replaceAll(
      'on City',
      index % 2 ? 'on Country' : 'on City',
    );
  });
  const flatBomb = Array.from(
    { length: 30 },
    (_, index) => `fragment F${index} on Viewer { ...F${index + 1} ...F${index + 1} }`,
  );

  it.each<[string, string, string]>([
    ['10,000 aliases', `{ ${aliases(10_000)} }`, 'QUERY_TOO_COMPLEX'],
    ['5,001 tokens', `{ ${'__typename '.repeat(4999)}}`, 'QUERY_TOO_COMPLEX'],
    ['one field 4,900 times', `{ ${'__typename '.repeat(4900)}}`, 'QUERY_TOO_COMPLEX'],
    ['one object 700 times', `{ ${'viewer { apiKey { name } } '.repeat(700)}}`, 'QUERY_TOO_COMPLEX'],
    ['a depth of 16', nested(16), 'QUERY_TOO_DEEP'],
    ['a depth of 290', nested(290), 'QUERY_TOO_DEEP'],
    ['a depth of 1,000', nested(1000), 'QUERY_TOO_COMPLEX'],
    ['a depth of 20,000', `${'{a'.repeat(20_000)}${'}'.repeat(20_000)}`, 'QUERY_TOO_COMPLEX'],
    ['a list in lists', `{ node(id: ${'['.repeat(20_000)}) { id } }`, 'QUERY_TOO_COMPLEX'],
    [
      'fragments in a circle',
      `{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['a fragment in itself', `{ viewer { ...A } } fragment A on Viewer { ...A }`, 'GRAPHQL_VALIDATION_FAILED'],
    ['a fragment that is not used', `${whoAmI} fragment A on Viewer { privileges }`, 'GRAPHQL_VALIDATION_FAILED'],
    ['a type definition', 'type Query { a: Int }', 'OPERATION_RESOLUTION_FAILURE'],
    ['a comment alone', '# nothing', 'GRAPHQL_PARSE_FAILED'],
    ['half a string', '{ country(code: "CH', 'GRAPHQL_PARSE_FAILED'],
    ['NUL', '{ viewer \u0000 }', 'GRAPHQL_PARSE_FAILED'],
    ['NUL in a string', '{ country(code: "C\\u0000H") { name } }', 'BAD_USER_INPUT'],
    ['half a surrogate pair in a string', '{ country(code: "\\uD800") { name } }', 'GRAPHQL_PARSE_FAILED'],
    [
      'a number that is too large',
      '{ citiesNear(latitude: 1e309, longitude: 1, radiusKm: 1) { name } }',
      'BAD_USER_INPUT',
    ],
    ['a whole number that is too large', '{ cities(first: 2147483648) { totalCount } }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a number of 40,000 digits',
      `{ cities(first: ${'9'.repeat(40_000)}) { totalCount } }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['names of prototypes', '{ __proto__ constructor }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'the schema of the schema',
      `{ __schema { types { ...A0 } } } ${[0, 1, 2, 3, 4, 5].map((n) => `fragment A${n} on __Type { ${'abcdefgh'.replaceAll(/./g, (alias) => `${alias}: fields { type { ...A${n + 1} } } `)} }`).join(' ')} fragment A6 on __Type { name }`,
      'QUERY_TOO_COMPLEX',
    ],
  ])('%s', async (_, query, code) => {
    const { status, codes, body } = await client.ask(query);
    expect([status, codes[0], 'data' in body]).toEqual([400, code, false]);
  });

  it('a bomb of fragments is refused by counting, not by walking it', async () => {
    const deep = await client.ask(`{ node(id: "x") { ...F0 } } ${bomb.join(' ')} fragment F30 on City { id }`);
    expect([deep.status, 'data' in deep.body]).toEqual([400, false]);
    const flat = await client.ask(
      `{ viewer { ...F0 } } ${flatBomb.join(' ')} fragment F30 on Viewer { apiKey { name } }`,
    );
    expect([flat.status, flat.body.data]).toEqual([200, { viewer: { apiKey: { name: 'test' } } }]);
  });

  it('a page of pages is priced, not run', async () => {
    const query = `{ countries(first: 100) { nodes { cities(first: 100) { nodes { nearby(radiusKm: 500, first: 100) { name } } } } } }`;
    const { status, codes, body } = await client.ask(query);
    expect([status, codes]).toEqual([400, ['COST_LIMIT_EXCEEDED']]);
    expect(body.errors[0].extensions.requestedQueryCost).toBeGreaterThan(1_000_000);
  });

  it('that do not say which operation to run', async () => {
    const two = 'query A { viewer { apiKey { name } } } query B { viewer { apiKey { id } } }';
    for (const more of [{}, { operationName: 'C' }, { operationName: '' }, { operationName: '__proto__' }]) {
      const { status, codes } = await client.ask(two, {}, more);
      expect([status, codes], JSON.stringify(more)).toEqual([400, ['OPERATION_RESOLUTION_FAILURE']]);
    }
    const one = await client.ask(whoAmI, {}, { operationName: 'Other' });
    expect([one.status, one.codes]).toEqual([400, ['OPERATION_RESOLUTION_FAILURE']]);
    const fragment = await client.ask('fragment A on Viewer { privileges }');
    expect(fragment.status).toBe(400);
  });
});

describe('variables', () => {
  const cities = 'query ($filter: CityFilter, $first: Int) { cities(filter: $filter, first: $first) { totalCount } }';
  const nest = (depth: number): unknown => (depth === 0 ? 1 : { name: nest(depth - 1) });
  const deepText = `${'{"name":'.repeat(5000)}1${'}'.repeat(5000)}`;

  it.each<[string, object]>([
    ['nest 63 deep', { filter: nest(63) }],
    ['nest 65 deep where nobody looks', { unused: nest(65) }],
    ['hold a text for a number', { first: '1' }],
    ['hold a number that is too large', { first: 2 ** 31 }],
    ['hold half a number', { first: 0.5 }],
    ['hold a list for an object', { filter: [[]] }],
    ['hold an unknown field', { filter: { nothing: 1 } }],
    ['hold a field of prototypes', { filter: { constructor: { name: 'x' } } }],
    ['hold NUL', { filter: { name: { eq: 'a\u0000' } } }],
    ['hold NUL where nobody looks', { unused: ['a\u0000'] }],
    ['hold half a surrogate pair', { filter: { name: { in: ['\udfff'] } } }],
    ['hold a page that is too large', { first: 101 }],
    ['hold a page of less than nothing', { first: -1 }],
  ])('that %s', async (_, variables) => {
    const { status, codes, body } = await client.ask(cities, variables);
    expect([status, codes.length >= 1, 'data' in body]).toEqual([400, true, false]);
  });

  it.each([
    ['an object in 5,000 others', `{"filter": ${deepText}}`],
    ['an object in 5,000 others where nobody looks', `{"unused": ${deepText}}`],
    ['a key __proto__', '{"filter": {"__proto__": {"name": {"eq": "x"}}}}'],
    ['1e309', '{"first": 1e309}'],
    ['-1e309', '{"filter": {"population": {"gte": -1e309}}}'],
  ])('that hold %s', async (_, variables) => {
    const { status, codes } = await client.post(`{"query": ${JSON.stringify(cities)}, "variables": ${variables}}`);
    expect([status, codes]).toEqual([400, ['BAD_USER_INPUT']]);
  });

  it('that nobody asked for change nothing', async () => {
    const plain = await client.ask(cities, { first: 1 });
    const { status, body } = await client.post(
      `{"query": ${JSON.stringify(cities)}, "variables": {"first": 1, "other": {"a": [1]}, "__proto__": {"first": 99}}}`,
    );
    expect([status, body.data, body.extensions.cost.requestedQueryCost]).toEqual([
      200,
      plain.body.data,
      plain.body.extensions.cost.requestedQueryCost,
    ]);
  });

  it('that hold a list of 10,000 texts are refused or answered', async () => {
    const { status, codes } = await client.ask(cities, {
      filter: { name: { in: Array.from({ length: 10_000 }, () => 'abc') } },
    });
    expect([status, codes]).toEqual([400, ['BAD_USER_INPUT']]);
  });
});
