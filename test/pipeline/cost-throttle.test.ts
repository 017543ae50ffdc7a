import { sql } from 'drizzle-orm';
import { isInnerList, parseList } from 'structured-headers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { type GraphqlAnswer, openTestApp, type TestApp } from '../support/test-app.ts';
import { testClock } from '../support/test-clock.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { watchedStore } from './watched-store.ts';

const point = 1_000_000;
const clock = testClock();
const store = watchedStore(clock);
let database: Database;
let test: TestApp;
beforeAll(async () => {
  database = await openTestDatabase({ places: true });
  test = await openTestApp({
    environment: { EXECUTION_TIMEOUT: '3s' },
    overrides: { clock, database, throttle: store },
  });
});
afterAll(() => test.close());

/** One for the connection, and ten for its page. */
const tenCountries = '{ countries(first: 10) { nodes { name } } }';
const cost = 11;

async function makeKey(privileges: readonly string[], input: object = {}): Promise<string> {
  const { key } = await test.createKey(privileges, input);
  store.forget();
  return key;
}
const reader = (throttle: object = {}) => makeKey(['read:*'], { throttle });

/** What a refusal says to people, to clients and to HTTP. */
function refusal({ status, headers, body, codes }: GraphqlAnswer) {
  const { code: _, cost: __, ...details } = body.errors[0].extensions;
  return { status, codes, retryAfter: headers.get('retry-after'), details };
}

describe('a budget that is spent', () => {
  it('refuses with the time to wait, and the same operation passes then', async () => {
    const key = await reader({ maximumAvailable: 30, restoreRate: 2 });
    await test.graphql(key, tenCountries);
    await test.graphql(key, tenCountries);
    const answer = await test.graphql(key, tenCountries);
    expect(refusal(answer)).toEqual({
      status: 429,
      codes: ['THROTTLED'],
      retryAfter: '2',
      details: { policy: 'cost', retryAfterMs: 1500 },
    });
    expect(answer.body).not.toHaveProperty('data');
    const price = {
      requestedQueryCost: cost,
      actualQueryCost: null,
      throttleStatus: { maximumAvailable: 30, currentlyAvailable: 8, restoreRate: 2 },
    };
    expect(answer.body.errors[0].extensions.cost).toEqual(price);
    expect(answer.body.extensions.cost).toEqual(price);
    clock.advance(1499);
    expect((await test.graphql(key, tenCountries)).codes).toEqual(['THROTTLED']);
    clock.advance(1);
    expect((await test.graphql(key, tenCountries)).codes).toEqual([]);
  });

  it.each([1, 40, 999, 1000, 1001, 2500])(
    'Retry-After suffices and is less than a second too long: %i ms',
    async (ms) => {
      const key = await reader({ maximumAvailable: cost + ms / 1000, restoreRate: 1, maximumCost: cost });
      await test.graphql(key, tenCountries);
      clock.advance(cost * 1000 - 2 * ms);
      const { headers } = await test.graphql(key, tenCountries);
      const seconds = Number(headers.get('retry-after'));
      expect(seconds * 1000).toBeGreaterThanOrEqual(ms);
      expect(seconds * 1000 - Math.max(ms, 1)).toBeLessThan(1000);
    },
  );

  it('is spent by what runs only: a refusal of any kind takes nothing', async () => {
    const narrow = await makeKey(['read:Query', 'read:Country.name', 'read:CountryConnection']);
    for (const query of [
      '{ countries(first: 2) { nodes { name population } } }',
      '{ countries(first: 2) { nodes { capital } } }',
      '{ countries(first: 1000) { nodes { name } } }',
      '{',
    ]) {
      const { codes } = await test.graphql(narrow, query);
      expect(codes.length, query).toBeGreaterThan(0);
    }
    expect(store.reserved).toEqual([]);
    const dear = await reader({ maximumCost: 10 });
    expect((await test.graphql(dear, tenCountries)).codes).toEqual(['COST_LIMIT_EXCEEDED']);
    expect(store.reserved).toEqual([]);
  });

  it('of the application holds for all its keys', async () => {
    const application = await createApplication({ throttle: { maximumAvailable: 20, restoreRate: 1 } });
    const [first, second] = [
      await makeKey(['read:*'], { applicationId: application }),
      await makeKey(['read:*'], { applicationId: application }),
    ];
    expect((await test.graphql(first, tenCountries)).codes).toEqual([]);
    const answer = await test.graphql(second, tenCountries);
    expect(refusal(answer).details).toEqual({ policy: 'application', retryAfterMs: 2000 });
    // Its own budget is untouched.
    expect(answer.headers.get('ratelimit')).toBe('"cost";r=1000;t=0');
  });
});

it('headers of the budget are structured fields', async () => {
  const { headers } = await test.graphql(await reader(), tenCountries);
  const itemsOf = (name: string) =>
    parseList(headers.get(name) ?? '').map((item) => !isInnerList(item) && [item[0], Object.fromEntries(item[1])]);
  expect(itemsOf('ratelimit-policy')).toEqual([
    ['cost', { q: 1000, w: 20, 'fieldpass-unit': 'points' }],
    ['requests', { q: 600, w: 60 }],
  ]);
  expect(itemsOf('ratelimit')).toEqual([['cost', { r: 989, t: 1 }]]);
});

it('one operation that is too dear names its dearest fields, and nothing to wait for', async () => {
  const key = await reader({ maximumCost: 50 });
  const { status, body, codes, headers } = await test.graphql(
    key,
    '{ countries(first: 20) { nodes { cities(first: 20) { nodes { country { name } } } } } }',
  );
  expect([status, codes, headers.get('retry-after')]).toEqual([400, ['COST_LIMIT_EXCEEDED'], null]);
  expect(body.errors[0].extensions).toMatchObject({
    requestedQueryCost: 841,
    maximumCost: 50,
    topFields: [
      { path: 'countries.nodes.cities.nodes', cost: 400 },
      { path: 'countries.nodes.cities.nodes.country', cost: 400 },
      { path: 'countries.nodes', cost: 20 },
    ],
  });
  expect(body.extensions.cost.requestedQueryCost).toBe(841);
});

describe('the requests window', () => {
  it('counts what passes authentication, valid or not, and ends', async () => {
    const key = await reader({ requests: { max: 2, window: 'PT10S' } });
    await test.graphql(key, '{');
    clock.advance(4000);
    await test.graphql(key, tenCountries);
    const refused = await test.graphql(key, tenCountries);
    expect(refusal(refused)).toEqual({
      status: 429,
      codes: ['THROTTLED'],
      retryAfter: '6',
      details: { policy: 'requests', retryAfterMs: 6000 },
    });
    expect(refused.headers.get('ratelimit')).toBe('"requests";r=0;t=6');
    expect(refused.headers.get('ratelimit-policy')).toBe(
      '"cost";q=1000;w=20;fieldpass-unit="points", "requests";q=2;w=10',
    );
    clock.advance(6000);
    expect((await test.graphql(key, tenCountries)).codes).toEqual([]);
  });
});

describe('while operations run', () => {
  it('more than the cap are refused, and the slots are free when they end', async () => {
    const key = await reader({ inFlight: 1 });
    await test.graphql(key, '{ viewer { apiKey { name } } }');
    const { release, held } = holdTables();
    await held;
    const running = test.graphql(key, tenCountries);
    await expect.poll(() => store.reserved.length).toBe(2);
    expect(refusal(await test.graphql(key, tenCountries))).toEqual({
      status: 429,
      codes: ['THROTTLED'],
      retryAfter: '1',
      details: { policy: 'inFlight', retryAfterMs: 1000 },
    });
    await release();
    expect((await running).codes).toEqual([]);
    expect((await test.graphql(key, tenCountries)).codes).toEqual([]);
  });
});

describe('each reservation is settled once', () => {
  const settlements = () => store.settled.map(({ reserved, actual }) => [reserved / point, actual / point]);

  it('on success', async () => {
    const key = await reader();
    await test.graphql(key, tenCountries);
    expect(settlements()).toEqual([[cost, cost]]);
  });

  it('on errors of fields, with what was resolved', async () => {
    const key = await makeKey(['update:*', 'read:*']);
    const { codes, body } = await test.graphql(
      key,
      'mutation ($id: ID!) { updateCity(input: { id: $id, population: 1 }) { city { name country { name } } } }',
      { id: Buffer.from('City:999999999').toString('base64') },
    );
    expect(codes.length, JSON.stringify(body)).toBeGreaterThan(0);
    expect(settlements()).toEqual([[14, expect.any(Number)]]);
    expect(store.settled[0]?.actual).toBeLessThan(14 * point);
  });

  it('after its time, with all that was reserved, when its resolvers have let go', async () => {
    const key = await reader({ inFlight: 1 });
    await test.graphql(key, '{ viewer { apiKey { name } } }');
    store.forget();
    const { release, held } = holdTables();
    await held;
    const answer = await test.graphql(key, tenCountries);
    expect([answer.status, answer.codes]).toEqual([504, ['EXECUTION_TIMEOUT']]);
    expect(answer.body.extensions.cost.actualQueryCost).toBe(cost);
    expect((await test.graphql(key, tenCountries)).codes).toEqual(['THROTTLED']);
    expect(settlements()).toEqual([]);
    await release();
    await expect.poll(settlements).toEqual([[cost, cost]]);
    expect((await test.graphql(key, '{ viewer { apiKey { name } } }')).codes).toEqual([]);
  });

  it('when the client has gone', async () => {
    const key = await reader();
    await test.graphql(key, '{ viewer { apiKey { name } } }');
    store.forget();
    const { api } = await test.app.listen();
    const { release, held } = holdTables();
    await held;
    const leaving = new AbortController();
    const request = fetch(api, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-API-Key': key },
      body: JSON.stringify({ query: tenCountries }),
      signal: leaving.signal,
    }).catch((error: Error) => error.name);
    await expect.poll(() => store.reserved.length).toBe(1);
    leaving.abort();
    expect(await request).toBe('AbortError');
    await release();
    await expect.poll(settlements).toEqual([[cost, cost]]);
  });
});

describe('a quota', () => {
  it('is spent by what operations cost, until the next period', async () => {
    const key = await reader({ quota: { points: 25, period: 'DAY' } });
    await test.graphql(key, tenCountries);
    await test.graphql(key, tenCountries);
    const answer = await test.graphql(key, tenCountries);
    const resetAt = Date.UTC(2026, 10, 25);
    expect(refusal(answer)).toMatchObject({
      status: 429,
      codes: ['QUOTA_EXCEEDED'],
      details: {
        resetAt: new Date(resetAt).toISOString(),
        retryAfterMs: resetAt - clock.now(),
        quota: { points: 25, period: 'DAY', used: 22 },
      },
    });
    expect(Number(answer.headers.get('retry-after'))).toBe(Math.ceil((resetAt - clock.now()) / 1000));
    expect((await test.graphql(key, '{ viewer { apiKey { name } } }')).codes).toEqual([]);
    clock.advance(resetAt - clock.now());
    expect((await test.graphql(key, tenCountries)).codes).toEqual([]);
  });

  it('of a new day is not charged for what began on the day before', async () => {
    const dayMs = 86_400_000;
    const key = await reader({ quota: { points: 100, period: 'DAY' } });
    clock.advance(Math.ceil(clock.now() / dayMs) * dayMs - clock.now() - 1000);
    await test.graphql(key, tenCountries);
    const { release, held } = holdTables();
    await held;
    const running = test.graphql(key, tenCountries);
    await expect.poll(() => store.reserved.length).toBe(2);
    clock.advance(1500);
    await release();
    expect((await running).codes).toEqual([]);
    expect((await test.graphql(key, tenCountries)).codes).toEqual([]);
    const [state] = await store.peek(store.reserved.at(-1)?.buckets ?? []);
    expect(state?.quota?.spent).toBe(cost * point);
  });

  it('is seen by who administers the key', async () => {
    const { id, key } = await test.createKey(['read:*'], { throttle: { quota: { points: 100, period: 'MONTH' } } });
    await test.graphql(key, tenCountries);
    const { body } = await test.management(
      test.adminKey,
      'query ($id: ID!) { apiKey(id: $id) { throttle { maximumAvailable quota { points period used resetAt } } } }',
      { id },
    );
    expect(body.data.apiKey.throttle).toEqual({
      maximumAvailable: null,
      quota: { points: 100, period: 'MONTH', used: cost, resetAt: '2026-12-01T00:00:00.000Z' },
    });
  });

  it('that is smaller than the operation is nothing to wait for', async () => {
    const key = await reader({ quota: { points: 5, period: 'MONTH' } });
    expect((await test.graphql(key, tenCountries)).codes).toEqual(['COST_LIMIT_EXCEEDED']);
  });

  it('must be one that can be counted', async () => {
    await expect(reader({ quota: { points: 0, period: 'DAY' } })).rejects.toThrow(/throttle\.quota\.points/);
  });
});

describe('MEASURE', () => {
  const measured = (throttle: object) =>
    makeKey(['*'], { throttle, enforcement: { privileges: 'ENFORCE', throttle: 'MEASURE' } });
  const logged = () => JSON.parse(test.log.at(-1) ?? '{}').wouldBeThrottled;

  it('notes what would be refused, and lets it pass without a charge', async () => {
    const key = await measured({ maximumAvailable: 12, restoreRate: 0.001 });
    expect((await test.graphql(key, tenCountries)).codes).toEqual([]);
    expect(logged()).toBeUndefined();
    const over = await test.graphql(key, tenCountries);
    expect([over.codes, over.body.extensions.cost.throttleStatus.currentlyAvailable]).toEqual([[], 1]);
    expect(logged()).toEqual(['THROTTLED']);
  });

  it('also of the price, the quota and the requests', async () => {
    const dear = await measured({ maximumCost: 5 });
    expect((await test.graphql(dear, tenCountries)).codes).toEqual([]);
    expect(logged()).toEqual(['COST_LIMIT_EXCEEDED']);
    const spent = await measured({ quota: { points: 12, period: 'MONTH' } });
    await test.graphql(spent, tenCountries);
    expect((await test.graphql(spent, tenCountries)).codes).toEqual([]);
    expect(logged()).toEqual(['QUOTA_EXCEEDED']);
    const often = await measured({ requests: { max: 1, window: 'PT1M' } });
    await test.graphql(often, tenCountries);
    expect((await test.graphql(often, tenCountries)).codes).toEqual([]);
    expect(logged()).toEqual(['THROTTLED']);
    const headers = { Accept: 'text/event-stream, application/json', 'GraphQL-Cost': 'validate' };
    await test.graphql(often, 'subscription { cityChanged { action } }', {}, { headers });
    expect(logged()).toEqual(['THROTTLED']);
  });

  it('nor of the in-flight cap when more was spent than the quota allows', async () => {
    const key = await measured({ maximumAvailable: 9000, inFlight: 1, quota: { points: 1000, period: 'MONTH' } });
    await test.graphql(key, tenCountries);
    const [of] = store.reserved.at(-1)?.buckets ?? [];
    if (!of?.quota) throw new Error('expected a bucket with a quota');
    // As before somebody lowered it.
    const larger = { ...of, inFlight: 9, quota: { ...of.quota, points: 2000 * point } };
    const former = { id: 'former', cost: 995 * point, buckets: [larger], ttlMs: 1000 };
    expect(await store.reserve(former)).toMatchObject({ kind: 'RESERVED' });
    await store.settle(former, former.cost);
    const { release, held } = holdTables();
    await held;
    const reserved = store.reserved.length;
    const running = test.graphql(key, tenCountries);
    await expect.poll(() => store.reserved.length).toBe(reserved + 1);
    expect((await test.graphql(key, tenCountries)).codes).toEqual(['THROTTLED']);
    await release();
    await running;
  });

  it('never of a mutation, nor of the in-flight cap', async () => {
    const mutation = 'mutation ($input: CreateCityInput!) { createCity(input: $input) { city { id } } }';
    const input = { name: 'Measured', countryCode: 'CH', latitude: 47, longitude: 8 };
    const key = await measured({
      maximumAvailable: 12,
      restoreRate: 0.001,
      inFlight: 1,
      requests: { max: 3, window: 'PT1M' },
    });
    expect((await test.graphql(key, mutation, { input })).codes).toEqual(['COST_LIMIT_EXCEEDED']);
    await test.graphql(key, tenCountries);
    const { release, held } = holdTables();
    await held;
    const running = test.graphql(key, tenCountries);
    await expect.poll(() => store.reserved.length).toBe(2);
    expect((await test.graphql(key, tenCountries)).codes).toEqual(['THROTTLED']);
    await release();
    await running;
    expect((await test.graphql(key, mutation, { input })).codes).toEqual(['THROTTLED']);
  });
});

it('a field that is called too often is an error of its own, in an answer that is good', async () => {
  const key = await reader({ maximumAvailable: 10_000, maximumCost: 10_000 });
  const calls = Array.from({ length: 301 }, (_, index) => `c${index}: searchPlaces(text: "Zürich", first: 1) { name }`);
  const { status, codes, body, headers } = await test.graphql(key, `{ ${calls.join(' ')} viewer { apiKey { name } } }`);
  expect([status, codes, headers.get('retry-after')]).toEqual([200, ['FIELD_THROTTLED'], null]);
  expect(body.errors[0].extensions.retryAfterMs).toBe(60_000);
  expect(body.errors[0].path).toEqual(['c300']);
});

describe('very many leaves of one object', () => {
  /** A list of scalars, each of which counts for ten. */
  const aliases = (count: number) => Array.from({ length: count }, (_, index) => `a${index}: capital`).join(' ');
  const many = `{ countries(first: 10) { nodes { ${aliases(901)} } } }`;

  it('are paid, of the objects that are there', async () => {
    const key = await reader({ maximumAvailable: 10_000, maximumCost: 10_000 });
    const { body } = await test.graphql(key, many);
    expect(body.extensions.cost).toMatchObject({ requestedQueryCost: 11 + 10 * 90, actualQueryCost: 11 + 10 * 90 });
    const one = many.replace('first: 10', 'first: 10, filter: { name: { eq: "Iceland" } }');
    const found = await test.graphql(key, one);
    expect(found.body.extensions.cost).toMatchObject({ requestedQueryCost: 2 + 911, actualQueryCost: 2 + 2 + 90 });
  });

  it('are paid as nulls, one for each, when they are denied', async () => {
    const denied = await makeKey(['read:*', '!read:Country.capital'], { onDenied: 'NULL' });
    const { body } = await test.graphql(denied, many.replace(' } } }', ' code } } }'));
    expect(body.data.countries.nodes[0].code).toBeDefined();
    expect(body.extensions.cost).toMatchObject({ requestedQueryCost: 11 + 10 * 9, actualQueryCost: 11 + 10 * 9 });
  });
});

describe('what ends a key', () => {
  const disable = 'mutation ($id: ID!) { disableApiKey(input: { id: $id }) { apiKey { status } } }';
  const list = '{ viewer { apiKey { name } } }';

  it('passes an empty budget, an exceeded window and a store that is down', async () => {
    const key = await makeKey(['*'], {
      type: 'MANAGEMENT',
      throttle: { maximumAvailable: 2, restoreRate: 0.001, requests: { max: 2, window: 'PT1H' }, inFlight: 1 },
    });
    const victims = [await test.createKey([]), await test.createKey([]), await test.createKey([])];
    expect((await test.management(key, list)).codes).toEqual([]);
    const [spent, tooMany] = [await test.management(key, list), await test.management(key, list)];
    expect([refusal(spent).details.policy, refusal(tooMany).details.policy]).toEqual(['cost', 'requests']);
    for (const { id } of victims.slice(0, 2)) {
      expect((await test.management(key, disable, { id })).body.data).toEqual({
        disableApiKey: { apiKey: { status: 'DISABLED' } },
      });
    }
    store.down = true;
    const last = await test.management(key, disable, { id: victims[2]?.id });
    expect(last.body.data).toEqual({ disableApiKey: { apiKey: { status: 'DISABLED' } } });
    store.down = false;
    clock.advance(1000);
  });

  it('is no emergency when it is many at once', async () => {
    const key = await makeKey(['*'], { type: 'MANAGEMENT', throttle: { maximumAvailable: 50, restoreRate: 0.001 } });
    const { id } = await test.createKey([]);
    const many = Array.from(
      { length: 90 },
      (_, index) => `d${index}: disableApiKey(input: { id: $id }) { apiKey { status } }`,
    );
    const { codes } = await test.management(key, `mutation ($id: ID!) { ${many.join(' ')} }`, { id });
    expect(codes).toEqual(['COST_LIMIT_EXCEEDED']);
  });
});

describe('a store that is down', () => {
  it('is replaced by a share of the budget, which a header says, and comes back by itself', async () => {
    const key = await reader({ maximumAvailable: 60, restoreRate: 0.001 });
    await test.graphql(key, tenCountries);
    store.down = true;
    const local = await test.graphql(key, tenCountries);
    expect([local.status, local.codes]).toEqual([200, []]);
    expect(local.headers.get('ratelimit-policy')).toContain(';fieldpass-store=local');
    const refused = await test.graphql(key, tenCountries);
    expect(refused.codes).toEqual(['THROTTLED']);
    expect(refused.headers.get('ratelimit-policy')).toContain(';fieldpass-store=local');
    store.down = false;
    clock.advance(1000);
    const back = await test.graphql(key, tenCountries);
    expect(back.headers.get('ratelimit-policy')).not.toContain('fieldpass-store');
    expect(back.headers.get('ratelimit')).toBe('"cost";r=38;t=1000');
    expect(test.log.join('')).toContain('the throttle store answers again');
  });
});

describe('a store that is down, with THROTTLE_ON_STORE_FAILURE=closed', () => {
  it('refuses on the API, and never on the management surface', async () => {
    const ownStore = watchedStore(clock);
    const closed = await openTestApp({
      environment: { THROTTLE_ON_STORE_FAILURE: 'closed' },
      overrides: { clock, throttle: ownStore },
    });
    const { id, key } = await closed.createKey(['read:*']);
    ownStore.down = true;
    for (let attempt = 0; attempt < 3; attempt++) {
      const answer = await closed.graphql(key, '{ viewer { apiKey { name } } }');
      expect([answer.status, answer.codes, answer.headers.get('retry-after')]).toEqual([
        503,
        ['RATE_LIMITER_UNAVAILABLE'],
        '1',
      ]);
    }
    const sdl = await closed.fetch('/schema.graphql', { headers: { 'X-API-Key': key } });
    expect([sdl.status, await sdl.text()]).toEqual([503, expect.stringContaining('RATE_LIMITER_UNAVAILABLE')]);
    const ended = await closed.management(
      closed.adminKey,
      'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { status } } }',
      { id },
    );
    expect(ended.body.data.revokeApiKey.apiKey.status).toBe('REVOKED');
    await closed.close();
  });
});

async function createApplication(input: object): Promise<string> {
  const { body } = await test.management(
    test.adminKey,
    'mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { application { id } } }',
    { input: { name: 'Shared', ownerName: 'Ada', ownerEmail: 'ada@example.com', ...input } },
  );
  return body.data.createApplication.application.id;
}

/** Nothing that reads the Places tables goes on until they are released. */
function holdTables(): { readonly held: Promise<void>; release(): Promise<void> } {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  let done: Promise<void> = Promise.resolve();
  const held = new Promise<void>((resolve) => {
    done = database.transaction(async (queries) => {
      await queries.execute(sql`LOCK TABLE country IN ACCESS EXCLUSIVE MODE`);
      resolve();
      await gate;
    });
  });
  return {
    held,
    release: async () => {
      release();
      await done;
    },
  };
}
