import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
let weak: string;
beforeAll(async () => {
  test = await openTestApp({ places: true });
  weak = (await test.createKey(['read:Query', 'read:Country', 'read:City.name', 'read:City.id'])).key;
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

const required = (body: { errors?: { extensions: { required?: string[] } }[] }) =>
  body.errors?.flatMap(({ extensions }) => extensions.required ?? []);

describe('the gate', () => {
  it.each([
    ['an interface', '{ searchPlaces(text: "B") { ... on City { population } } }'],
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
  ])('denies what a variable brings: %s', async (_, query, variables) => {
    const { status, body } = await test.graphql(weak, query, variables);
    expect([status, required(body)]).toEqual([403, ['read:City.population']]);
  });

  it.each([
    ['a variable that was not given', 'query ($f: CityFilter) { cities(first: 1, filter: $f) { nodes { name } } }', {}],
    ['a concrete type through an interface', '{ searchPlaces(text: "Zürich", first: 1) { ... on City { name } } }', {}],
  ])('lets pass what is not given or not asked of another type: %s', async (_, query, variables) => {
    const { status, body } = await test.graphql(weak, query, variables);
    expect([status, body.errors]).toEqual([200, undefined]);
  });

  it('judges an interface by every type that the key can see', async () => {
    const { body } = await test.graphql(weak, '{ searchPlaces(text: "B") { name location { latitude } } }');
    expect(required(body)).toEqual(['read:City.location', 'read:Location.latitude']);
  });
});

describe('the schema that a key sees', () => {
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
    expect(headers.get('ratelimit-policy')).toBe('"cost";q=1000;w=20;fieldpass-unit="points", "requests";q=600;w=60');
    expect(headers.get('ratelimit')).toBe('"cost";r=989;t=1');
  });

  it('is given back where it was not used', async () => {
    const { body } = await test.graphql(
      weak,
      '{ cities(first: 100, filter: { name: { eq: "Bern" } }) { nodes { name } } }',
    );
    const { requestedQueryCost, actualQueryCost, throttleStatus } = body.extensions.cost;
    expect(requestedQueryCost).toBeGreaterThan(100);
    expect(actualQueryCost).toBeLessThan(30);
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
