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

  test('charges a bucket and counts in a window that are forgotten while it begins', async () => {
    const of = bucket({ capacity: 100 * point, restoreRate: 1 });
    const window = { id: 'forgotten', partition: 'a', max: 5, windowMs: 60_000 };
    // As if the job deleted the rows between the statement that makes them and the one that locks them, once.
    for (const table of ['rate_bucket', 'rate_window']) {
      await database.rows(sql.raw(`CREATE SEQUENCE forgotten_${table}`));
      await database.rows(
        sql.raw(`CREATE FUNCTION forget_${table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF nextval('forgotten_${table}') = 1 THEN DELETE FROM ${table}; END IF; RETURN NULL; END $$`),
      );
      await database.rows(
        sql.raw(`CREATE TRIGGER forget AFTER INSERT ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION forget_${table}()`),
      );
    }
    expect(await store.reserve(reservation(60, [of]))).toMatchObject({ kind: 'RESERVED' });
    expect(await store.count([window])).toMatchObject({ kind: 'COUNTED', remaining: 4 });
    for (const table of ['rate_bucket', 'rate_window']) await database.rows(sql.raw(`DROP TRIGGER forget ON ${table}`));
    const [state] = await store.peek([of]);
    expect(state).toMatchObject({ inFlight: 1 });
    expect(state?.available).toBeLessThan(41 * point);
    expect(await store.count([window])).toMatchObject({ kind: 'COUNTED', remaining: 3 });
  });

  test('a refusal does not begin a window that has ended', async () => {
    const ended = { id: 'ended', partition: 'a', max: 2, windowMs: 1 };
    const full = { id: 'full', partition: 'a', max: 1, windowMs: 60_000 };
    await store.count([ended, full]);
    await expect.poll(async () => (await store.count([ended, full])).kind).toBe('REFUSED');
    const begun = sql`SELECT started_at AS id FROM rate_window WHERE id = 'ended'`;
    const [before] = await ids(begun);
    await expect
      .poll(
        async () =>
          (
            await database.rows<{ ended: boolean }>(
              sql`SELECT throttle_now() > ends_at AS ended FROM rate_window WHERE id = 'ended'`,
            )
          )[0]?.ended,
      )
      .toBe(true);
    expect(await store.count([ended, full])).toMatchObject({ kind: 'REFUSED' });
    expect(await ids(begun)).toEqual([before]);
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
