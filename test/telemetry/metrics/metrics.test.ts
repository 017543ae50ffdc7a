import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.ts';
import { metricDefinitions } from '../../../src/telemetry/metrics/definitions.ts';
import { createMemoryStore } from '../../../src/throttle/stores/memory-store.ts';
import type { ThrottleStore } from '../../../src/throttle/throttle-store.ts';
import { openTestApp, type TestApp } from '../../support/test-app.ts';
import { samplesOf } from '../samples.ts';

const token = 'a-token-for-prometheus';
const names = '{ countries(first: 2) { nodes { name } } }';

let test: TestApp;
/** Whether the throttle store answers. */
let isDown = false;
beforeAll(async () => {
  const store = createMemoryStore({ clock: systemClock });
  const asked = <Answer>(work: () => Promise<Answer>) => (isDown ? Promise.reject(new Error('refused')) : work());
  const away: ThrottleStore = {
    ...store,
    count: (windows) => asked(() => store.count(windows)),
    reserve: (reservation) => asked(() => store.reserve(reservation)),
  };
  test = await openTestApp({ places: true, environment: { METRICS_TOKEN: token }, overrides: { throttle: away } });
});
afterAll(() => test.close());

async function metricsText(): Promise<string> {
  const response = await test.fetch('/metrics', { headers: { Authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return response.text();
}

/** What `work` adds to each sample; those that it leaves as they are stay out. */
async function added(work: () => Promise<unknown>): Promise<Readonly<Record<string, number>>> {
  const before = samplesOf(await metricsText());
  await work();
  const after = samplesOf(await metricsText());
  const changes = [...after].map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const);
  return Object.fromEntries(changes.filter(([, change]) => change !== 0));
}

describe('/metrics', () => {
  it('has every metric that is documented, and no other', async () => {
    const text = await metricsText();
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]);
    expect(Object.fromEntries(types)).toEqual(
      Object.fromEntries(Object.entries(metricDefinitions).map(([name, { type }]) => [name, type])),
    );
  });

  it('counts a request by what became of it, with its cost', async () => {
    const { key } = await test.createKey(['read:Query', 'read:Country.name']);
    const changes = await added(() => test.graphql(key, names));
    expect(changes).toMatchObject({
      'fieldpass_requests_total{surface="API",operation_type="query",outcome="OK"}': 1,
      'fieldpass_request_duration_seconds_count{surface="API",operation_type="query",outcome="OK"}': 1,
      'fieldpass_key_cache_lookups_total{result="miss"}': 1,
      'fieldpass_throttle_store_duration_seconds_count{call="reserve"}': 1,
      'fieldpass_throttle_store_duration_seconds_count{call="count"}': 1,
    });
    const { body } = await test.graphql(key, names);
    const { requestedQueryCost, actualQueryCost } = body.extensions.cost;
    expect(changes['fieldpass_cost_requested_points_total{surface="API"}']).toBe(requestedQueryCost);
    expect(changes['fieldpass_cost_actual_points_total{surface="API"}']).toBe(actualQueryCost);
    expect(await added(() => test.graphql(key, names))).toMatchObject({
      'fieldpass_key_cache_lookups_total{result="hit"}': 1,
    });
  });

  it('counts what was given back', async () => {
    const { key } = await test.createKey(['read:Query', 'read:Country.name']);
    const query = '{ countries(filter: { name: { eq: "Switzerland" } }) { nodes { name } } }';
    const changes = await added(async () => {
      const { codes } = await test.graphql(key, query);
      expect(codes).toEqual([]);
    });
    const of = (part: string) => changes[`fieldpass_cost_${part}_points_total{surface="API"}`] ?? 0;
    expect(of('refunded')).toBeGreaterThan(0);
    expect(of('refunded')).toBeCloseTo(of('requested') - of('actual'));
  });

  it('counts each privilege that was lacking', async () => {
    const { key } = await test.createKey(['read:Query']);
    expect(await added(() => test.graphql(key, '{ countries { nodes { name code } } }'))).toMatchObject({
      'fieldpass_requests_total{surface="API",operation_type="query",outcome="FORBIDDEN"}': 1,
      'fieldpass_privilege_denials_total{surface="API",privilege="READ"}': 2,
    });
  });

  it('counts refusals by the limit that refused', async () => {
    const tight = { maximumAvailable: 10, restoreRate: 1, maximumCost: 10, requests: { max: 3, window: 'PT1M' } };
    const { key } = await test.createKey(['*'], { throttle: tight });
    const ask = (first: number) => test.graphql(key, `{ countries(first: ${first}) { nodes { name } } }`);
    expect((await ask(8)).codes).toEqual([]);
    expect(await added(() => ask(8))).toMatchObject({ 'fieldpass_throttled_total{surface="API",policy="cost"}': 1 });
    expect(await added(() => ask(90))).toMatchObject({
      'fieldpass_throttled_total{surface="API",policy="operation"}': 1,
    });
    expect(await added(() => ask(1))).toMatchObject({
      'fieldpass_throttled_total{surface="API",policy="requests"}': 1,
    });
  });

  it('counts what is only measured', async () => {
    const { key } = await test.createKey(['read:Query'], { enforcement: { privileges: 'MEASURE' } });
    expect(await added(() => test.graphql(key, names))).toMatchObject({
      'fieldpass_measured_refusals_total{surface="API",kind="privileges"}': 1,
    });
  });

  it('counts requests that never became an operation', async () => {
    const changes = await added(async () => {
      await test.graphql('nonsense', names);
      const body = 'x'.repeat(200_000);
      await test.fetch('/graphql', { method: 'POST', headers: { 'Content-Length': String(body.length) }, body });
      await test.graphql(test.demoKey, '{');
      await test.fetch('/schema.graphql', { headers: { 'X-API-Key': test.demoKey } });
    });
    expect(changes).toMatchObject({
      'fieldpass_requests_total{surface="API",operation_type="none",outcome="UNAUTHENTICATED"}': 1,
      'fieldpass_requests_total{surface="API",operation_type="none",outcome="INVALID"}': 2,
      'fieldpass_requests_total{surface="API",operation_type="schema",outcome="OK"}': 1,
    });
  });

  it('counts calls that the throttle store does not answer, and says that it is left alone', async () => {
    const { key } = await test.createKey(['*'], { plan: 'PRO' });
    isDown = true;
    const changes = await added(async () => {
      for (let attempt = 0; attempt < 3; attempt++) await test.graphql(key, names);
    });
    isDown = false;
    expect(changes).toMatchObject({
      'fieldpass_throttle_store_failures_total{call="count"}': 1,
      'fieldpass_throttle_store_failures_total{call="reserve"}': 1,
      fieldpass_throttle_store_degraded: 1,
    });
  });

  it('says how the server is', async () => {
    const samples = samplesOf(await metricsText());
    expect(samples.get('fieldpass_estimate_violations_total')).toBe(0);
    expect(samples.get('fieldpass_list_truncations_total')).toBe(0);
    expect(samples.get('fieldpass_usage_dropped_requests_total')).toBe(0);
    expect(samples.get('fieldpass_requests_in_flight')).toBe(0);
    expect(samples.get('fieldpass_open_streams')).toBe(0);
    expect(samples.get('fieldpass_database_statements_total')).toBeGreaterThan(0);
    expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    expect(samples.get('process_cpu_user_seconds_total')).toBeGreaterThan(0);
    expect(samples.get('nodejs_eventloop_lag_max_seconds')).toBeGreaterThanOrEqual(0);
  });

  it('has one series for however many operations, clients and keys', async () => {
    const count = async () => samplesOf(await metricsText()).size;
    const { key } = await test.createKey(['read:Query', 'read:Country.name']);
    await test.graphql(key, `query First ${names}`);
    const before = await count();
    for (let index = 0; index < 20; index++) {
      const headers = { 'GraphQL-Client-Name': `client-${index}` };
      await test.graphql(key, `query Name${index} ${names}`, {}, { headers });
    }
    expect(await count()).toBe(before);
    const text = await metricsText();
    for (const secret of [key, key.slice(16, 28), token, 'Name1', 'client-1']) expect(text).not.toContain(secret);
  });
});

describe('whoever reads /metrics', () => {
  it('needs the token', async () => {
    for (const authorization of [
      undefined,
      'Bearer wrong',
      `Basic ${token}`,
      `Bearer ${token}x`,
      `Bearer ${test.adminKey}`,
    ]) {
      const response = await test.fetch('/metrics', authorization ? { headers: { Authorization: authorization } } : {});
      expect([response.status, response.headers.get('www-authenticate')], authorization).toEqual([401, 'Bearer']);
      expect(await response.text()).not.toContain('fieldpass_');
    }
  });

  it('may not change anything', async () => {
    const response = await test.fetch('/metrics', { method: 'POST', headers: { Authorization: `Bearer ${token}` } });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe('without METRICS_TOKEN', () => {
  let other: TestApp;
  beforeAll(async () => {
    other = await openTestApp({ environment: { ADMIN_PORT: '0' } });
  });
  afterAll(() => other.close());

  it('/metrics is on the listener of ADMIN_PORT alone', async () => {
    const { api, management } = await other.app.listen();
    const ofAdmin = await fetch(new URL('/metrics', management));
    expect(ofAdmin.status).toBe(200);
    expect(await ofAdmin.text()).toContain('fieldpass_requests_total');
    expect((await fetch(new URL('/metrics', api))).status).toBe(404);
    expect((await other.fetch('/metrics')).status).toBe(404);
  });
});
