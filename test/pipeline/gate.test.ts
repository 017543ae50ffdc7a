import { buildClientSchema, getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
let weak: string;
let strong: string;
beforeAll(async () => {
  test = await openTestApp({ places: true });
  weak = (await test.createKey(['read:Query', 'read:Country', 'read:City.name', 'read:City.id'])).key;
  strong = (await test.createKey(['read:*', '!read:City.editorNotes'], { plan: 'ENTERPRISE' })).key;
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

const required = (body: { errors?: { extensions: { required?: string[] } }[] }) =>
  body.errors?.flatMap(({ extensions }) => extensions.required ?? []);

describe('the gate', () => {
  it.each([
    ['a field', '{ cities(first: 1) { nodes { population } } }'],
    ['an alias', '{ cities(first: 1) { nodes { name: population } } }'],
    [
      'a fragment in fragments',
      '{ cities(first: 1) { ...A } } fragment A on CityConnection { ...B } fragment B on CityConnection { nodes { ...C } } fragment C on City { population }',
    ],
    ['an inline fragment', '{ cities(first: 1) { nodes { ... on City { ... { population } } } } }'],
    ['the global id', '{ node(id: "x") { ... on City { population } } }'],
    ['an interface', '{ searchPlaces(text: "B") { ... on City { population } } }'],
    ['a true condition', '{ cities(first: 1) { nodes { population @include(if: true) } } }'],
    ['a filter', '{ cities(first: 1, filter: { population: { gte: 1 } }) { nodes { name } } }'],
    ['an order', '{ cities(first: 1, orderBy: { field: POPULATION }) { nodes { name } } }'],
    ['an explicit null in a filter', '{ cities(first: 1, filter: { population: null }) { nodes { name } } }'],
  ])('denies a field by its coordinate: %s', async (_, query) => {
    const { status, body, codes } = await test.graphql(weak, query);
    expect([status, codes, required(body)]).toEqual([403, ['FORBIDDEN'], ['read:City.population']]);
    expect(body).not.toHaveProperty('data');
  });

  it.each([
    [
      'a filter',
      'query ($f: CityFilter) { cities(first: 1, filter: $f) { nodes { name } } }',
      { f: { population: { gte: 1 } } },
    ],
    [
      'an order',
      'query ($o: CityOrder) { cities(first: 1, orderBy: $o) { nodes { name } } }',
      { o: { field: 'POPULATION' } },
    ],
    [
      'a value of an order',
      'query ($o: CityOrderField!) { cities(first: 1, orderBy: { field: $o }) { nodes { name } } }',
      { o: 'POPULATION' },
    ],
    [
      'a default of the document',
      'query ($f: CityFilter = { population: { gte: 1 } }) { cities(first: 1, filter: $f) { nodes { name } } }',
      {},
    ],
    [
      'a condition',
      'query ($v: Boolean!) { cities(first: 1) { nodes { name population @include(if: $v) } } }',
      { v: true },
    ],
    [
      'a condition by default',
      'query ($v: Boolean = true) { cities(first: 1) { nodes { name ...P @include(if: $v) } } } fragment P on City { population }',
      {},
    ],
  ])('denies what a variable brings: %s', async (_, query, variables) => {
    const { status, body } = await test.graphql(weak, query, variables);
    expect([status, required(body)]).toEqual([403, ['read:City.population']]);
  });

  it.each([
    ['a false condition', '{ cities(first: 1) { nodes { name population @include(if: false) } } }', {}],
    [
      'a skipped field',
      'query ($v: Boolean!) { cities(first: 1) { nodes { name population @skip(if: $v) } } }',
      { v: true },
    ],
    ['a variable that was not given', 'query ($f: CityFilter) { cities(first: 1, filter: $f) { nodes { name } } }', {}],
    ['type names', '{ __typename cities(first: 1) { __typename nodes { __typename name } } }', {}],
    ['a concrete type through an interface', '{ searchPlaces(text: "Zürich", first: 1) { ... on City { name } } }', {}],
  ])('lets pass what is not executed or not given: %s', async (_, query, variables) => {
    const { status, body } = await test.graphql(weak, query, variables);
    expect([status, body.errors]).toEqual([200, undefined]);
  });

  it('judges an interface by every type that the key can see', async () => {
    const { body } = await test.graphql(weak, '{ searchPlaces(text: "B") { name location { latitude } } }');
    expect(required(body)).toEqual(['read:City.location', 'read:Location.latitude']);
  });

  it('never confuses two keys that send the same document, in either order', async () => {
    const query = '{ cities(first: 1) { nodes { id population } } }';
    for (const keys of [
      [strong, weak],
      [weak, strong],
    ]) {
      const fresh = `${query} # ${keys.indexOf(strong)}`;
      for (const key of keys) expect((await test.graphql(key ?? '', fresh)).status).toBe(key === strong ? 200 : 403);
    }
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, n) => {
        const key = n % 2 === 0 ? strong : weak;
        return [
          key === strong,
          (await test.graphql(key, query, {}, { headers: { 'X-Request-Id': `r${n}` } })).codes.join(),
        ] as const;
      }),
    );
    for (const [isStrong, codes] of answers) expect(codes).toMatch(isStrong ? /^$/ : /^(FORBIDDEN|THROTTLED)$/);
  });

  it('chooses the operation that is executed', async () => {
    const document =
      'query Good { cities(first: 1) { nodes { name } } } query Bad { cities(first: 1) { nodes { population } } }';
    expect((await test.graphql(weak, document, {}, { operationName: 'Good' })).status).toBe(200);
    expect((await test.graphql(weak, document, {}, { operationName: 'Bad' })).codes).toEqual(['FORBIDDEN']);
    expect((await test.graphql(weak, document)).codes).toEqual(['OPERATION_RESOLUTION_FAILURE']);
    expect((await test.graphql(weak, document, {}, { operationName: 'None' })).status).toBe(400);
  });

  it('rejects a mutation whole before its first field runs', async () => {
    const { key } = await test.createKey([
      'write:Mutation.createCity',
      'write:City',
      'read:City.id',
      'read:CreateCityPayload',
    ]);
    const input = '{ name: "Atomica", countryCode: "CH", latitude: 1, longitude: 1 }';
    const { status, body } = await test.graphql(
      key,
      `mutation { createCity(input: ${input}) { city { id } } deleteCity(input: { id: "x" }) { deletedCityId } }`,
    );
    expect(status).toBe(403);
    expect(required(body)).toContain('update:Mutation.deleteCity');
    const found = await test.graphql(
      strong,
      '{ cities(first: 1, filter: { name: { eq: "Atomica" } }) { totalCount } }',
    );
    expect(found.body.data.cities.totalCount).toBe(0);
  });

  it('denies an input field by the field that it sets, however it is given', async () => {
    const { key } = await test.createKey([
      'write:Mutation.createCity',
      'write:City',
      '!write:City.population',
      'read:City.id',
    ]);
    const base = { name: 'A', countryCode: 'CH', latitude: 1, longitude: 1 };
    const mutation = 'mutation ($input: CreateCityInput!) { createCity(input: $input) { city { id } } }';
    for (const population of [5, null]) {
      const { body } = await test.graphql(key, mutation, { input: { ...base, population } });
      expect(required(body)).toEqual(['write:City.population']);
    }
    const nested =
      'mutation ($p: Int) { createCity(input: { name: "A", countryCode: "CH", latitude: 1, longitude: 1, population: $p }) { city { id } } }';
    expect(required((await test.graphql(key, nested, { p: 1 })).body)).toEqual(['write:City.population']);
    expect((await test.graphql(key, nested)).status).toBe(200);
    expect((await test.graphql(key, mutation, { input: base })).status).toBe(200);
  });

  it('never gives an explicit field to a wildcard', async () => {
    const { body } = await test.graphql(strong, '{ cities(first: 1) { nodes { contributorEmail } } }');
    expect(required(body)).toEqual(['read:City.contributorEmail']);
  });
});

describe('the schema that a key sees', () => {
  it('is its own view, and builds', async () => {
    const { body } = await test.graphql(weak, getIntrospectionQuery());
    const schema = buildClientSchema(body.data);
    expect(Object.keys(schema.getTypeMap())).not.toContain('CreateCityInput');
    const text = JSON.stringify(body);
    for (const hidden of [
      'population',
      'contributorEmail',
      'editorNotes',
      'Mutation',
      'CityChange',
      '"Location"',
      'IntFilter',
      'POPULATION',
    ]) {
      expect(text, hidden).not.toContain(hidden);
    }
  });

  it('is the same in SDL, and is priced', async () => {
    const response = await test.fetch('/schema.graphql', { headers: { 'X-API-Key': weak } });
    const text = await response.text();
    expect(text).toContain('type City');
    expect(text).not.toContain('population');
    expect((await test.fetch('/schema.graphql')).status).toBe(401);
  });

  it('answers an operation that asks for data and for the schema in the order of the document', async () => {
    const { body } = await test.graphql(
      weak,
      '{ a: __type(name: "Location") { name } country(code: "CH") { name } b: __type(name: "City") { fields { name } } }',
    );
    expect(JSON.stringify(body.data)).toBe(
      '{"a":null,"country":{"name":"Switzerland"},"b":{"fields":[{"name":"country"},{"name":"id"},{"name":"name"}]}}'.replace(
        '{"name":"country"},',
        '',
      ),
    );
  });

  it('denies data in an operation that also asks for the schema', async () => {
    const { status } = await test.graphql(
      weak,
      '{ __schema { queryType { name } } cities(first: 1) { nodes { population } } }',
    );
    expect(status).toBe(403);
  });

  it('makes suggestions from what the key may know only', async () => {
    const near = await test.graphql(weak, '{ cities(first: 1) { nodes { nam populatio } } }');
    const messages = near.body.errors.map(({ message }: { message: string }) => message);
    expect(messages).toEqual([
      'Cannot query field "nam" on type "City". Did you mean "name"?',
      'Cannot query field "populatio" on type "City".',
    ]);
  });
});

describe('what a request costs', () => {
  it('is said in the answer and in the headers', async () => {
    const { headers, body } = await test.graphql(weak, '{ cities(first: 10) { nodes { name } } }');
    expect(body.extensions).toEqual({
      cost: {
        requestedQueryCost: 11,
        actualQueryCost: 11,
        throttleStatus: { maximumAvailable: 1000, currentlyAvailable: 989, restoreRate: 50 },
      },
    });
    expect(headers.get('ratelimit-policy')).toBe('"cost";q=1000;w=20');
    expect(headers.get('ratelimit')).toBe('"cost";r=989;t=1');
  });

  it('is given back where it was not used', async () => {
    const { body } = await test.graphql(
      weak,
      '{ cities(first: 100, filter: { name: { eq: "Bern" } }) { nodes { name } } }',
    );
    const { requestedQueryCost, actualQueryCost, throttleStatus } = body.extensions.cost;
    expect(requestedQueryCost).toBeGreaterThan(100);
    expect(actualQueryCost).toBeLessThan(10);
    expect(throttleStatus.currentlyAvailable).toBe(1000 - actualQueryCost);
  });

  it('is nothing when the request is refused', async () => {
    await test.graphql(weak, '{ cities(first: 100) { nodes { population } } }');
    await test.graphql(weak, '{ cities(first: 101) { nodes { name } } }');
    const { body } = await test.graphql(weak, '{ rateLimit { currentlyAvailable maximumCost } }');
    expect(body.data.rateLimit).toEqual({ currentlyAvailable: 999, maximumCost: 500 });
  });

  it('may not be more than the key may ever spend at once', async () => {
    const query = '{ countries(first: 100) { nodes { cities(first: 10) { nodes { name } } } } }';
    const { status, headers, body } = await test.graphql(weak, query);
    expect(status).toBe(400);
    expect(headers.get('retry-after')).toBeNull();
    expect(body.errors[0].extensions).toMatchObject({
      code: 'COST_LIMIT_EXCEEDED',
      requestedQueryCost: 1201,
      maximumCost: 500,
    });
    expect(body.errors[0].extensions.topFields[0].path).toBe('countries.nodes.cities.nodes');
  });

  it('must be in the bucket, or the client is told when to come back', async () => {
    const { key } = await test.createKey(['read:Query', 'read:City'], {
      throttle: { maximumAvailable: 100, restoreRate: 10, maximumCost: 100 },
    });
    const query = '{ cities(first: 50) { nodes { name } } }';
    expect((await test.graphql(key, query)).status).toBe(200);
    const refused = await test.graphql(key, query);
    expect([refused.status, refused.codes]).toEqual([429, ['THROTTLED']]);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.body.errors[0].extensions).toMatchObject({
      policy: 'cost',
      retryAfterMs: 200,
      cost: { requestedQueryCost: 51, actualQueryCost: null },
    });
    test.clock.advance(200);
    expect((await test.graphql(key, query)).status).toBe(200);
  });

  it('is counted in requests too', async () => {
    const { key } = await test.createKey(['read:Query'], { throttle: { requests: { max: 3, window: 'PT1M' } } });
    const ask = async () => (await test.graphql(key, '{ viewer { apiKey { name } } }')).status;
    expect([await ask(), await ask(), await ask(), await ask()]).toEqual([200, 200, 200, 429]);
    test.clock.advance(60_000);
    expect(await ask()).toBe(200);
  });
});
