import { type SQL, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/db/database.ts';
import { periodAt } from '../../../src/throttle/quota-period.ts';
import { createPostgresStore, type PostgresStore } from '../../../src/throttle/stores/postgres-store.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { instants } from './instants.ts';
import { bucket, quota, reservation, storeConformance } from './store-conformance.ts';

const point = 1_000_000;
let database: Database;
let store: PostgresStore;
beforeAll(async () => {
  database = await openTestDatabase();
  store = createPostgresStore({ database, deadlineMs: 5000 });
});
afterAll(() => database.close());

storeConformance('PostgreSQL', async () => ({
  store,
  other: createPostgresStore({ database, deadlineMs: 5000 }),
  passTime: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  close: async () => {},
}));

describe('PostgreSQL store', () => {
  const ids = async (statement: SQL) => (await database.rows<{ id: string }>(statement)).map(({ id }) => id);

  test('forgets what is full and has ended, and nothing else', async () => {
    await database.rows(sql`TRUNCATE rate_bucket, rate_window`);
    const full = bucket({ restoreRate: 1_000_000 * point });
    const drained = bucket();
    const counted = bucket({ restoreRate: 1_000_000 * point, quota: quota(1000) });
    for (const of of [full, counted]) {
      const spent = reservation(10, [of]);
      await store.reserve(spent);
      await store.settle(spent, 10 * point);
    }
    await store.reserve(reservation(10, [drained]));
    await store.count([{ id: 'a', partition: 'a', max: 1, windowMs: 60_000 }]);
    await store.count([{ id: 'b', partition: 'a', max: 1, windowMs: 1 }]);
    await expect
      .poll(async () => {
        await store.forgetFull();
        return [await ids(sql`SELECT id FROM rate_bucket ORDER BY id`), await ids(sql`SELECT id FROM rate_window`)];
      })
      .toEqual([[drained.id, counted.id].toSorted(), ['a']]);
  });

  test('forgets some at a time, so that no statement outlasts its deadline however many there are', async () => {
    await database.rows(sql`TRUNCATE rate_bucket, rate_window`);
    await database.rows(sql`INSERT INTO rate_window SELECT n::text, 1, 0, n FROM generate_series(1, 4500) n`);
    await database.rows(sql`INSERT INTO rate_bucket SELECT n::text, 0, 0, n FROM generate_series(1, 4500) n`);
    await database.rows(sql`CREATE FUNCTION refuse_many() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF (SELECT count(*) FROM gone) > 2000 THEN RAISE 'too many at once'; END IF; RETURN NULL; END $$`);
    for (const table of ['rate_window', 'rate_bucket']) {
      await database.rows(sql`CREATE TRIGGER refuse_many AFTER DELETE ON ${sql.identifier(table)}
        REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION refuse_many()`);
    }
    await store.forgetFull();
    expect(await ids(sql`SELECT id FROM rate_bucket UNION ALL SELECT id FROM rate_window`)).toEqual([]);
    await database.rows(sql`DROP FUNCTION refuse_many CASCADE`);
  });

  test('two buckets in the opposite order never lock each other out', async () => {
    const [left, right] = [bucket(), bucket()];
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        store.reserve(reservation(1, index % 2 ? [left, right] : [right, left])),
      ),
    );
    expect(answers.every(({ kind }) => kind === 'RESERVED')).toBe(true);
    expect(await store.peek([left, right])).toEqual([
      { available: 900 * point, inFlight: 100 },
      { available: 900 * point, inFlight: 100 },
    ]);
  });

  test.each(['DAY', 'MONTH'] as const)('knows the calendar in UTC: %s', async (period) => {
    const found = await database.rows<{ starts: string; ends: string }>(
      sql`SELECT throttle_period_start(${period}, at::bigint * 1000)::text AS starts,
        throttle_period_end(${period}, at::bigint * 1000)::text AS ends
        FROM jsonb_array_elements_text(${JSON.stringify(instants)}::jsonb) WITH ORDINALITY AS list(at, place) ORDER BY place`,
    );
    expect(found.map(({ starts, ends }) => ({ startsAt: Number(starts) / 1000, endsAt: Number(ends) / 1000 }))).toEqual(
      instants.map((at) => periodAt(period, at)),
    );
  });
});
