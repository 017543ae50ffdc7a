import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { openTestDatabase } from '../support/test-database.ts';

const server = process.env['TEST_DATABASE_URL'];
const privileges = ['read:Query', 'read:City', 'read:Country', 'read:Location'];
const throttle = { maximumAvailable: 100_000, restoreRate: 1, maximumCost: 100_000, inFlight: 50 };
const near = 'citiesNear(latitude: 48.85, longitude: 2.35, radiusKm: 500, first: 1) { name }';
const manyTimes = (count: number, field: string) =>
  `{ ${Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ')} }`;

describe.skipIf(server === undefined)('while every connection for data is stuck', () => {
  let database: Database;
  let test: TestApp;

  beforeAll(async () => {
    // Longer than this test takes on a busy machine: what gave up waiting for the lock would be asked again.
    database = await openTestDatabase({ places: true, queryTimeoutMs: 60_000 });
    test = await openTestApp({ overrides: { database } });
  });
  afterAll(() => test.close());

  const revoke = (id: string) =>
    test.management(
      test.adminKey,
      'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { id status } receipt { effectiveAt } } }',
      { id },
    );

  it('keys are looked up, made, listed and revoked, leases are renewed, and the server is ready', async () => {
    // One after the other, for one application: it may have four fifths of the connections.
    const crowd = [await test.createKey(privileges, { throttle }), await test.createKey(privileges, { throttle })];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let locked = () => {};
    const isLocked = new Promise<void>((resolve) => {
      locked = resolve;
    });
    const holding = database.transaction(async (within) => {
      await within.execute(sql`LOCK TABLE city IN ACCESS EXCLUSIVE MODE`);
      locked();
      await held;
    });
    await isLocked;
    const stuck = crowd.flatMap(({ key }) => [1, 2].map(() => test.graphql(key, manyTimes(20, near))));
    const waiting = async () => {
      const rows = await database.lookups.execute(sql`SELECT count(*)::int AS count FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'fieldpass (data)' AND wait_event_type = 'Lock'`);
      return (rows as unknown as { count: number }[])[0]?.count;
    };
    await expect.poll(waiting, { timeout: 20_000 }).toBe(8);

    const fresh = await test.createKey(privileges);
    expect((await test.graphql(fresh.key, '{ viewer { apiKey { id } } }')).status).toBe(200);
    const list = await test.management(test.adminKey, '{ apiKeys(first: 5) { nodes { id name } } }');
    expect(list.body.data.apiKeys.nodes.length).toBeGreaterThan(0);
    expect((await revoke(fresh.id)).body.data.revokeApiKey.apiKey.status).toBe('REVOKED');
    expect((await test.graphql(fresh.key, '{ viewer { apiKey { id } } }')).codes).toEqual(['API_KEY_REVOKED']);
    expect((await test.fetch('/health/ready')).status).toBe(200);
    expect(await waiting()).toBe(8);

    release();
    await holding;
    for (const { body } of await Promise.all(stuck)) expect(body.errors).toBeUndefined();
  });
});
