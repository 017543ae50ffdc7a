import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/db/database.ts';
import { createSharedTime } from '../../../src/db/shared-time.ts';
import { createLogger } from '../../../src/kernel/logger.ts';
import { systemRandom } from '../../../src/kernel/random.ts';
import { uuidMaker } from '../../../src/kernel/uuid.ts';
import { listPartitions } from '../../../src/usage/partitions.ts';
import { createUsageRecorder } from '../../../src/usage/record/usage-recorder.ts';
import { usageTotal } from '../../../src/usage/report/usage-report.ts';
import { startUsageJobs } from '../../../src/usage/roll-up/usage-jobs.ts';
import { openTestApp } from '../../support/test-app.ts';
import { type TestClock, testClock } from '../../support/test-clock.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { usageEvent } from '../events.ts';

const hour = 3_600_000;
const day = 24 * hour;
const retention = { minuteMs: 2 * day, hourMs: 90 * day, dayMs: 1000 * day, requestLogMs: 7 * day };
const logger = createLogger('silent');

describe('usage of instances on one database', () => {
  let database: Database;
  /** Of the database, and of the healthy. */
  const clock = testClock(Date.UTC(2026, 10, 24, 12, 30));
  const makeId = uuidMaker(clock, systemRandom);
  const uses = [{ coordinate: 'City.name', verb: 'read' }] as const;
  const apiKey = { id: makeId(), secretId: makeId(), applicationId: makeId() };

  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  function ahead(ms: number): TestClock {
    return { ...clock, now: () => clock.now() + ms };
  }

  /** One run of the jobs of an instance that has this clock. */
  async function runJobs(own: TestClock): Promise<void> {
    const time = createSharedTime({ read: async () => clock.now(), clock: own, logger });
    const jobs = startUsageJobs({ database, time, logger, retention });
    await jobs.run();
    await jobs.close();
  }

  async function record(of: TestClock, times: readonly number[]): Promise<void> {
    const usage = createUsageRecorder({
      database,
      clock: of,
      makeId,
      logger,
      logRatePerSecond: 1000,
      random: Math.random,
    });
    for (const at of times) usage.record(usageEvent({ apiKey, at, uses }));
    await usage.close();
  }

  async function everything(): Promise<unknown> {
    const [rows] = await database.rows(sql`SELECT (SELECT count(*) FROM request_log) AS log,
      (SELECT sum(requests)::int8 FROM usage_minute) AS minutes, (SELECT sum(requests)::int8 FROM usage_hour) AS hours,
      (SELECT sum(requests)::int8 FROM usage_day) AS days, (SELECT sum(uses)::int8 FROM usage_set_hour) AS sets`);
    return { ...rows, partitions: (await listPartitions(database)).map(({ name }) => name).sort() };
  }

  const reported = async (interval: 'HOUR' | 'DAY', at: number): Promise<number> => {
    const length = interval === 'HOUR' ? hour : day;
    const range = {
      interval,
      since: Math.floor(at / length) * length,
      until: Math.floor(at / length) * length + length,
    };
    return (await usageTotal(database, { ...range, filter: {}, visibility: { applicationId: apiKey.applicationId } }))
      .requests;
  };

  it.each([
    ['ten days ahead', 10 * day],
    ['ten days behind', -10 * day],
    ['61 seconds ahead', 61_000],
    ['a thousand years ahead', 365_000 * day],
  ])('is all kept beside one whose clock is %s', async (_, offset) => {
    const now = clock.now();
    await record(clock, [now - 30 * hour, now - 3 * hour, now - 1000]);
    await runJobs(clock);
    const before = await everything();
    await runJobs(ahead(offset));
    expect(await everything()).toEqual(before);
    await runJobs(clock);
    expect(await everything()).toEqual(before);
  });

  it('goes when its time has come, by the clock of the database', async () => {
    const old = clock.now() - 3 * day;
    await record(clock, [old]);
    expect(await reported('HOUR', old)).toBe(1);
    await runJobs(ahead(30_000));
    const [{ minutes } = { minutes: 1 }] = await database.rows<{ minutes: number }>(
      sql`SELECT count(*) AS minutes FROM usage_minute WHERE at < ${new Date(old + hour).toISOString()}::timestamptz`,
    );
    expect(minutes).toBe(0);
    expect(await reported('HOUR', old)).toBe(1);
  });

  it('of hours whose minutes are gone takes in what comes late, and loses nothing of what was there', async () => {
    const old = clock.now() - 5 * day;
    await record(clock, [old, old, old + day]);
    await runJobs(clock);
    expect([await reported('HOUR', old), await reported('DAY', old)]).toEqual([2, 2]);
    // From an instance whose clock is five days behind.
    for (const total of [3, 4, 5]) {
      await record(ahead(-5 * day), [old]);
      expect([await reported('HOUR', old), await reported('DAY', old)]).toEqual([total, total]);
      await runJobs(clock);
      expect([await reported('HOUR', old), await reported('DAY', old)]).toEqual([total, total]);
      await runJobs(clock);
    }
    expect([await reported('HOUR', old), await reported('DAY', old)]).toEqual([5, 5]);
    expect([await reported('HOUR', old + day), await reported('DAY', old + day)]).toEqual([1, 1]);
  });

  it('of days whose hours are gone takes in what comes late as well, of requests and of fields', async () => {
    const old = clock.now() - 120 * day;
    const used = async (): Promise<number | null | undefined> => {
      const [row] = await database.rows<{ uses: number | null }>(
        sql`SELECT sum(uses)::int8 AS uses FROM usage_field_day WHERE at = date_trunc('day', ${new Date(old).toISOString()}::timestamptz, 'UTC')`,
      );
      return row?.uses;
    };
    await record(clock, [old, old]);
    for (let run = 0; run < 2; run++) await runJobs(clock);
    expect(await reported('DAY', old)).toBe(2);
    const once = await used();
    await record(ahead(-120 * day), [old]);
    expect(await reported('DAY', old)).toBe(3);
    for (let run = 0; run < 3; run++) await runJobs(clock);
    expect(await reported('DAY', old)).toBe(3);
    expect([once, await used()]).toEqual([2, 3]);
  });
});

describe('an instance whose clock is off', () => {
  const clock = testClock();

  async function startsWith(wrong: number) {
    const app = await openTestApp({ overrides: { clock, databaseTime: async () => clock.now() - wrong } });
    const response = await app.fetch('/health/ready');
    const answer = { status: response.status, body: await response.json() };
    const live = (await app.fetch('/health/live')).status;
    const said = app.log.filter((line) => line.includes('differs from that of the database')).length;
    await app.close();
    return { ...answer, live, said };
  }

  it.each([10 * day, -10 * day, 60_001])('by %i ms is not ready, alive, and says so in the log', async (wrong) => {
    expect(await startsWith(wrong)).toEqual({
      status: 503,
      body: { status: 'unready', reason: 'clock', code: 'SERVICE_UNAVAILABLE' },
      live: 200,
      said: 1,
    });
  });

  it('by less than a minute is ready', async () => {
    expect(await startsWith(59_000)).toMatchObject({ status: 200, said: 0 });
  });
});
