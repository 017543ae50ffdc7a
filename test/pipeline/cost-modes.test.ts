import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { testClock } from '../support/test-clock.ts';
import { watchedStore } from './watched-store.ts';

const clock = testClock();
const store = watchedStore(clock);
const report = { headers: { 'GraphQL-Cost': 'report' } };
const validate = { headers: { 'GraphQL-Cost': 'validate' } };
const query = '{ countries(first: 3) { nodes { name cities(first: 2) { nodes { name } } } } }';
let test: TestApp;
beforeAll(async () => {
  test = await openTestApp({ places: true, overrides: { clock, throttle: store } });
});
afterAll(() => test.close());

async function reader(input: object = {}): Promise<string> {
  const { key } = await test.createKey(['read:*'], input);
  store.forget();
  return key;
}

describe('every priced answer', () => {
  it('says what it may cost, what it did cost, and what is left', async () => {
    const { body, headers } = await test.graphql(await reader(), query);
    expect(body.extensions.cost).toEqual({
      requestedQueryCost: 13,
      // Not every country has two cities in the sample.
      actualQueryCost: 11,
      throttleStatus: { maximumAvailable: 1000, currentlyAvailable: 989, restoreRate: 50 },
    });
    expect(headers.get('ratelimit-policy')).toContain('"cost";q=1000;w=20;');
    expect(headers.get('ratelimit')).toBe('"cost";r=989;t=1');
  });

  it('gets back what was not used', async () => {
    const key = await reader();
    const none = '{ cities(first: 90, filter: { name: { eq: "Nowhere" } }) { nodes { name } } }';
    const { body } = await test.graphql(key, none);
    const { requestedQueryCost, actualQueryCost, throttleStatus } = body.extensions.cost;
    expect([requestedQueryCost, actualQueryCost]).toEqual([112, 22]);
    expect(throttleStatus.currentlyAvailable).toBe(978);
    expect(store.settled.at(-1)).toMatchObject({ reserved: 112_000_000, actual: 22_000_000 });
  });
});

describe('GraphQL-Cost: report', () => {
  it('adds a line for each field, and the two numbers of IBM', async () => {
    const { body } = await test.graphql(await reader(), query, {}, report);
    const { fields, ibm, requestedQueryCost } = body.extensions.cost;
    expect(body.data.countries.nodes).toHaveLength(3);
    expect(fields.map(({ path, requestedTotalCost }: Line) => [path, requestedTotalCost])).toEqual([
      ['countries', 13],
      ['countries.nodes', 12],
      ['countries.nodes.cities', 9],
      ['countries.nodes.cities.nodes', 6],
    ]);
    expect(requestedQueryCost).toBe(13);
    expect(ibm).toEqual({ fieldCost: expect.any(Number), typeCost: expect.any(Number) });
  });

  it('is given with a refusal too', async () => {
    const key = await reader({ throttle: { maximumCost: 10 } });
    const { status, body, codes } = await test.graphql(key, query, {}, report);
    expect([status, codes]).toEqual([400, ['COST_LIMIT_EXCEEDED']]);
    expect(body.extensions.cost).toMatchObject({ requestedQueryCost: 13, actualQueryCost: null });
    expect(body.extensions.cost.fields).toHaveLength(4);
  });

  it('any other value is taken for none', async () => {
    const { body } = await test.graphql(await reader(), query, {}, { headers: { 'GraphQL-Cost': 'all' } });
    expect(body.data).toBeTruthy();
    expect(body.extensions.cost).not.toHaveProperty('fields');
  });
});

describe('GraphQL-Cost: validate', () => {
  it('prices without running or charging', async () => {
    const key = await reader();
    const { status, body } = await test.graphql(key, query, {}, validate);
    expect([status, body.data, body.errors]).toEqual([200, null, undefined]);
    expect(body.extensions.cost).toMatchObject({
      requestedQueryCost: 13,
      actualQueryCost: null,
      wouldBeThrottled: false,
      retryAfterMs: 0,
      throttleStatus: { currentlyAvailable: 1000 },
    });
    expect(body.extensions.cost.fields).toHaveLength(4);
    expect(store.reserved).toEqual([]);
  });

  it('says when it would be throttled, and for how long', async () => {
    const key = await reader({ throttle: { maximumAvailable: 20, restoreRate: 1 } });
    await test.graphql(key, query);
    const { body } = await test.graphql(key, query, {}, validate);
    expect(body.extensions.cost).toMatchObject({ wouldBeThrottled: true, retryAfterMs: 4000 });
  });

  it('runs no mutation', async () => {
    const { key } = await test.createKey(['write:*', 'read:*']);
    const mutation = 'mutation ($input: CreateCityInput!) { createCity(input: $input) { city { id } } }';
    const input = { name: 'Never', countryCode: 'CH', latitude: 47, longitude: 8 };
    const { body } = await test.graphql(key, mutation, { input }, validate);
    expect([body.data, body.extensions.cost.requestedQueryCost]).toEqual([null, 13]);
    const found = await test.graphql(key, '{ cities(filter: { name: { eq: "Never" } }) { nodes { name } } }');
    expect(found.body.data.cities.nodes).toEqual([]);
  });

  it('opens no subscription', async () => {
    const response = await test.fetch('/graphql', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'text/event-stream',
        'X-API-Key': await reader(),
        'GraphQL-Cost': 'validate',
      },
      body: JSON.stringify({ query: 'subscription { cityChanged { city { name } } }' }),
    });
    expect(await response.text()).toContain('"wouldBeThrottled":false');
    expect(store.reserved).toEqual([]);
  });

  it('refuses what would be refused', async () => {
    const { key } = await test.createKey(['read:Query', 'read:Country.name']);
    expect((await test.graphql(key, query, {}, validate)).codes).toContain('FORBIDDEN');
    const dear = await test.graphql(await reader({ throttle: { maximumCost: 10 } }), query, {}, validate);
    expect(dear.codes).toEqual(['COST_LIMIT_EXCEEDED']);
  });

  it('counts in the requests window', async () => {
    const key = await reader({ throttle: { requests: { max: 2, window: 'PT1M' } } });
    await test.graphql(key, query, {}, validate);
    await test.graphql(key, query, {}, validate);
    expect((await test.graphql(key, query, {}, validate)).codes).toEqual(['THROTTLED']);
  });
});

interface Line {
  readonly path: string;
  readonly requestedTotalCost: number;
}
