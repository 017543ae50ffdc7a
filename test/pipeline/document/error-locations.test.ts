import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../../support/test-app.ts';

let test: TestApp;
let key: string;
beforeAll(async () => {
  test = await openTestApp();
  key = (await test.createKey(['*'])).key;
});
afterAll(() => test.close());

const deep = (field: string, levels: number) => `${`${field} { `.repeat(levels)}id${' }'.repeat(levels)}`;

/** GraphQL spec §7.1.2: an error that belongs to a point of the document says which. */
describe('a request error says where in the document it is', () => {
  it.each<[string, string, string, object, number]>([
    ['a text that is no document', 'GRAPHQL_PARSE_FAILED', '{ a(b: ) }', {}, 8],
    ['too many tokens', 'QUERY_TOO_COMPLEX', `{ ${'a '.repeat(5001)}}`, {}, 10_001],
    ['too many brackets', 'QUERY_TOO_COMPLEX', `{ a(b: ${'['.repeat(400)}`, {}, 306],
    ['a field that is unknown', 'GRAPHQL_VALIDATION_FAILED', '{ nothing }', {}, 3],
    ['a fragment alone', 'OPERATION_RESOLUTION_FAILURE', 'fragment F on Query { viewer { __typename } }', {}, 1],
    [
      'a number beyond all bounds',
      'BAD_USER_INPUT',
      '{ citiesNear(latitude: 1e400, longitude: 1, radiusKm: 1) { id } }',
      {},
      24,
    ],
    [
      'a literal that a scalar refuses',
      'GRAPHQL_VALIDATION_FAILED',
      '{ viewer { apiKey { usage(interval: DAY, since: "bad") { __typename } } } }',
      {},
      49,
    ],
    [
      'a default that a scalar refuses',
      'GRAPHQL_VALIDATION_FAILED',
      'query ($c: DateTime = "bad") { viewer { apiKey { usage(interval: DAY, since: $c) { __typename } } } }',
      {},
      23,
    ],
    ['NUL in a text', 'BAD_USER_INPUT', '{ country(code: "C\\u0000") { name } }', {}, 17],
    [
      'NUL in a variable',
      'BAD_USER_INPUT',
      'query ($a: Int, $c: String!) { country(code: $c) { name } a: countries(first: $a) { nodes { id } } }',
      { c: '\0' },
      17,
    ],
    ['a variable of another type', 'BAD_USER_INPUT', 'query ($c: String!) { country(code: $c) { name } }', { c: 1 }, 8],
    [
      'null for a condition',
      'BAD_USER_INPUT',
      'query ($s: Boolean = true) { viewer @skip(if: $s) { __typename } }',
      { s: null },
      8,
    ],
    ['too many levels', 'QUERY_TOO_DEEP', `{ country(code: "CH") { ${deep('borders', 20)} } }`, {}, 25 + 14 * 10],
    [
      'too many levels of introspection',
      'QUERY_TOO_DEEP',
      `{ __schema { types { ${deep('ofType', 50).replace('id', 'name')} } } }`,
      {},
      371,
    ],
    [
      'a page that is too large',
      'PAGE_SIZE_OUT_OF_RANGE',
      '{ country(code: "CH") { cities(first: 101) { nodes { id } } } }',
      {},
      25,
    ],
  ])('%s', async (_, code, query, variables, column) => {
    const { body } = await test.graphql(key, query, variables);
    expect(body.errors[0].extensions.code).toBe(code);
    expect(body.errors[0]).toMatchObject({ locations: [{ line: 1, column }] });
  });

  it('an operation of a type that the caller’s schema does not have', async () => {
    const hiding = await test.createKey(['read:Query'], { onDenied: 'HIDE' });
    const query = 'query A { viewer { __typename } } mutation B { __typename }';
    const { body } = await test.graphql(hiding.key, query, {}, { operationName: 'B' });
    expect(body.errors[0].extensions.code).toBe('OPERATION_RESOLUTION_FAILURE');
    expect(body.errors[0]).toMatchObject({ locations: [{ line: 1, column: 35 }] });
  });

  it('a mutation by a method for queries', async () => {
    const query = encodeURIComponent('mutation { deleteCity(input: { id: "x" }) { __typename } }');
    const response = await test.fetch(`/graphql?query=${query}`, { headers: { 'X-API-Key': key } });
    const { errors } = await response.json();
    expect([errors[0].extensions.code, errors[0].locations]).toEqual(['METHOD_NOT_ALLOWED', [{ line: 1, column: 1 }]]);
  });
});
