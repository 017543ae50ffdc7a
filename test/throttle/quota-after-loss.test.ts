import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { createMemoryStore } from '../../src/throttle/stores/memory-store.ts';
import { createPostgresStore } from '../../src/throttle/stores/postgres-store.ts';
import { createRedisStore } from '../../src/throttle/stores/redis-store.ts';
import type { ThrottleStore } from '../../src/throttle/throttle-store.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { testClock } from '../support/test-clock.ts';
import { openTestDatabase } from '../support/test-database.ts';

const redisUrl = process.env['TEST_REDIS_URL'];
/** Stores with a clock of their own count in the same month. */
const clock = testClock(Date.now());
/** Of all servers on the database. */
const environment = { KEY_PEPPER: randomBytes(32).toString('hex') };
let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

interface Place {
  readonly store: ThrottleStore;
  lose(): Promise<void>;
}

function inMemory(): Place {
  let memory = createMemoryStore({ clock });
  const store: ThrottleStore = {
    count: (windows, requests) => memory.count(windows, requests),
    reserve: (reservation) => memory.reserve(reservation),
    settle: (reservation, actual) => memory.settle(reservation, actual),
    peek: (buckets) => memory.peek(buckets),
    close: async () => {},
  };
  const lose = async () => {
    memory = createMemoryStore({ clock });
  };
  return { store, lose };
}

function inRedis(): Place {
  const keyPrefix = `fieldpass-test:${randomUUID()}:`;
  const store = createRedisStore({ url: redisUrl ?? '', keyPrefix, deadlineMs: 2000 });
  const lose = async () => {
    const client = new Redis(redisUrl ?? '');
    const keys = await client.keys(`${keyPrefix}*`);
    expect(await client.del(...keys)).toBeGreaterThan(0);
    await client.quit();
  };
  return { store, lose };
}

function inPostgres(): Place {
  const store = createPostgresStore({ database, deadlineMs: 5000 });
  const lose = async () => void (await database.rows(sql`TRUNCATE rate_bucket, rate_window`));
  return { store, lose };
}

const places = [
  ['memory', inMemory],
  ['PostgreSQL', inPostgres],
  ...(redisUrl ? [['Redis', inRedis] as const] : []),
] as const;

describe.each(places)('a quota that is counted in %s', (_, open) => {
  test('holds when everything there is lost: of the key, and of its application', async () => {
    const { store, lose } = open();
    const kept = Object.assign(Object.create(database), { close: async () => {} });
    const shared = { ...store, close: async () => {} };
    const start = () => openTestApp({ environment, overrides: { clock, database: kept, throttle: shared } });
    const one = await start();
    const other = await start();
    const admin = await adminKeyOf(one, other);
    const { id: application } = (
      await one.management(admin, create, {
        input: {
          ...{ name: 'Quota', ownerName: 'Ada', ownerEmail: 'ada@example.com' },
          throttle: { quota: { points: 40, period: 'MONTH' } },
        },
      })
    ).body.data.createApplication.application;
    const newKey = async (points: number): Promise<string> => {
      const input = { applicationId: application, name: 'k', privileges: ['read:*'] };
      const throttle = { quota: { points, period: 'MONTH' } };
      const { body } = await one.management(admin, createKey, { input: { ...input, throttle } });
      return body.data.createApiKey.key;
    };
    const [small, large] = [await newKey(12), await newKey(100)];
    // Three points each.
    const spend = async (key: string, times: number) => {
      const codes: string[] = [];
      for (let turn = 0; turn < times; turn++) {
        const server = turn % 2 ? one : other;
        codes.push(...(await server.graphql(key, '{ viewer { apiKey { name } application { name } } }')).codes);
      }
      return codes;
    };
    expect(await spend(small, 3)).toEqual([]);
    // Written, as it is every second.
    for (const server of [one, other]) await server.app.close();
    const again = await start();
    await lose();
    const asked = async (key: string) =>
      (await again.graphql(key, '{ viewer { apiKey { name } application { name } } }')).codes;
    expect([await asked(small), await asked(small)]).toEqual([[], ['QUOTA_EXCEEDED']]);
    const outcomes: string[] = [];
    for (let turn = 0; turn < 12; turn++) outcomes.push(...(await asked(large)));
    // Twelve points of the small key and twenty-seven of the large one: one is left.
    expect(outcomes).toEqual(Array(3).fill('QUOTA_EXCEEDED'));
    await again.app.close();
    await store.close();
  });
});

const create = 'mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { application { id } } }';
const createKey = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }';

/** The first start on a database makes it. */
let firstAdminKey = '';
async function adminKeyOf(...servers: readonly TestApp[]): Promise<string> {
  firstAdminKey ||= servers.map(({ adminKey }) => adminKey).find((key) => key !== '') ?? '';
  return firstAdminKey;
}
