import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
let weak: string;
beforeAll(async () => {
  test = await openTestApp({ places: true });
  weak = (
    await test.createKey(['read:Query', 'read:Subscription', 'read:CityChange', 'read:City.name', 'read:City.id'])
  ).key;
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

describe('documents made to confuse', () => {
  it('keeps a fragment whose name is the name of a rewritten one', async () => {
    const query = `{ __schema { queryType { name } } ...A cities(first: 1) { nodes { ...A__onRoot } } }
      fragment A on Query { viewer { __typename } } fragment A__onRoot on City { name }`;
    const { body } = await test.graphql(weak, query);
    expect(body.data.cities.nodes[0]).toHaveProperty('name');
  });

  it.each(['text/event-streaming', 'multipart/mixed, text/event-streams'])(
    'opens no source that it cannot answer: Accept %s',
    async (accept) => {
      const answer = await test.fetch('/graphql', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Accept: accept, Authorization: `Bearer ${weak}` },
        body: JSON.stringify({ query: 'subscription { cityChanged { __typename } }' }),
      });
      expect([answer.status, await answer.text()]).toEqual([406, expect.stringContaining('NOT_ACCEPTABLE')]);
    },
  );

  it.each([
    [
      'a single value for a list',
      'query { cities(first:1, filter:{ or: { population: {gte:1} } }) { nodes { name } } }',
      {},
    ],
    [
      '__proto__ in variables',
      'query($f: CityFilter) { cities(first:1, filter:$f) { nodes { name } } }',
      { f: JSON.parse('{"__proto__":{"population":{"gte":1}}}') },
    ],
    [
      'nested lists',
      'query($f: CityFilter) { cities(first:1, filter:$f) { nodes { name } } }',
      { f: { not: { or: [{ and: [{ population: { gte: 1 } }] }] } } },
    ],
    ['interface field', '{ searchPlaces(text:"B") { location { latitude } } }', {}],
    ['inline fragment on Node', '{ node(id:"Q2l0eTox") { ... on Place { location { latitude } } } }', {}],
    ['huge page', '{ cities(first: 2147483647) { nodes { name } } }', {}],
    ['negative page', '{ cities(first: -1) { nodes { name } } }', {}],
    ['null page', '{ cities(first: null, last: null) { nodes { name } } }', {}],
    [
      'operation name of another',
      'query A { viewer { __typename } } query B { cities(first:1) { nodes { population } } }',
      {},
    ],
  ])('refuses or answers within its rules: %s', async (name, query, variables) => {
    const { status } = await test.graphql(weak, query, variables, {
      operationName: name.startsWith('operation') ? 'B' : '',
    });
    expect(status).not.toBe(500);
  });

  it('names nothing in a validation message that the caller may not know and did not say', async () => {
    const input = await test.graphql(weak, 'mutation { createCity(input: {}) { __typename } }');
    expect(JSON.stringify(input.body)).not.toMatch(/countryCode|latitude/);
  });
  it('names no required argument of a field that the caller may not see', async () => {
    const { key } = await test.createKey(['read:Query.viewer']);
    const argument = await test.graphql(key, '{ citiesNear { __typename } }');
    expect(JSON.stringify(argument.body)).not.toMatch(/latitude|radiusKm/);
  });
  it('names no type of a field that the caller may not see', async () => {
    const type = await test.graphql(weak, '{ cities(first: 1) { nodes { country } } }');
    expect(JSON.stringify(type.body)).not.toContain('Country!');
  });
  it('names no field of a hidden input in an error of a variable', async () => {
    const query = 'mutation ($i: CreateCityInput!) { createCity(input: $i) { __typename } }';
    expect(JSON.stringify((await test.graphql(weak, query, { i: {} })).body)).not.toMatch(/countryCode|latitude/);
  });
});
