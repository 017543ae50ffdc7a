import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/db/database.ts';
import { createLogger } from '../../../src/kernel/logger.ts';
import { systemRandom } from '../../../src/kernel/random.ts';
import { uuidMaker } from '../../../src/kernel/uuid.ts';
import { createUsageRecorder } from '../../../src/usage/record/usage-recorder.ts';
import { usageTotal } from '../../../src/usage/report/usage-report.ts';
import { removeOldUsage } from '../../../src/usage/roll-up/remove-old-usage.ts';
import { rollUp } from '../../../src/usage/roll-up/roll-up.ts';
import { testClock } from '../../support/test-clock.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { operationNamed, usageEvent } from '../events.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(() => database.close());

const clock = testClock();
const makeId = uuidMaker(clock, systemRandom);
const hour = 3_600_000;
const day = 24 * hour;

async function record(events: readonly Parameters<typeof usageEvent>[0][]): Promise<void> {
  const usage = createUsageRecorder({
    database,
    clock,
    makeId,
    logger: createLogger('silent'),
    logRatePerSecond: 100,
    random: Math.random,
  });
  for (const event of events) usage.record(usageEvent(event));
  await usage.close();
}

async function sumOf(table: string, apiKeyId: string): Promise<number> {
  const [row] = await database.rows<{ sum: number | null }>(
    sql`SELECT sum(${sql.raw(table.includes('field') ? 'uses' : 'requests')})::bigint AS sum FROM ${sql.raw(table)} WHERE api_key_id = ${apiKeyId}`,
  );
  return row?.sum ?? 0;
}

describe('rolling up', () => {
  const start = Date.UTC(2026, 10, 20);

  it('makes hours and days that are over, from scratch each time', async () => {
    const apiKey = { id: makeId(), secretId: makeId(), applicationId: makeId() };
    const uses = [{ coordinate: 'City.name', verb: 'read' } as const];
    const events = [0, 1, 70, 71].map((minute) => ({ apiKey, uses, at: start + minute * 60_000 }));
    await record(events);
    await record([{ apiKey, uses, at: start + 25 * hour }]);
    await rollUp(database, start + day + hour);
    expect([await sumOf('usage_hour', apiKey.id), await sumOf('usage_day', apiKey.id)]).toEqual([4, 4]);
    expect(await sumOf('usage_field_day', apiKey.id)).toBe(4);
    await rollUp(database, start + 3 * day);
    expect([await sumOf('usage_hour', apiKey.id), await sumOf('usage_day', apiKey.id)]).toEqual([5, 5]);

    // What is written late is added, and nothing twice.
    await record([{ apiKey, uses, at: start + 60_000 }]);
    expect(await rollUp(database, start + 3 * day)).toBe(2);
    expect(await rollUp(database, start + 3 * day)).toBe(0);
    expect([await sumOf('usage_hour', apiKey.id), await sumOf('usage_day', apiKey.id)]).toEqual([6, 6]);
    expect(await sumOf('usage_field_day', apiKey.id)).toBe(6);
    const [latency] = await database.rows(
      sql`SELECT sum(latency_5)::bigint AS fast FROM usage_day WHERE api_key_id = ${apiKey.id}`,
    );
    expect(latency).toEqual({ fast: 6 });
  });

  it('keeps a bounded number of rows for a key, the rest under "other"', async () => {
    const applicationId = makeId();
    const apiKey = { id: makeId(), secretId: makeId(), applicationId };
    const at = start + 5 * day;
    // Eight instances, each with names of its own.
    for (let instance = 0; instance < 8; instance++) {
      await record(
        Array.from({ length: 200 }, (_, number) => ({
          apiKey,
          at,
          operation: operationNamed(`Operation${instance}x${number}`),
        })),
      );
    }
    await rollUp(database, at + 2 * day);
    const rows = await database.rows<{ operation_name: string; requests: number }>(
      sql`SELECT operation_name, requests FROM usage_hour WHERE api_key_id = ${apiKey.id} ORDER BY requests DESC`,
    );
    expect(rows).toHaveLength(1001);
    expect(rows[0]).toEqual({ operation_name: 'other', requests: 600 });
    expect(await sumOf('usage_day', apiKey.id)).toBe(1600);
  });

  it('is made in parts, goes on where another was cut off, and readers see no difference', async () => {
    const applicationId = makeId();
    const at = start + 15 * day;
    const keys = Array.from({ length: 7 }, () => ({ id: makeId(), secretId: makeId(), applicationId }));
    await record(
      keys.flatMap((apiKey) => [
        { apiKey, at },
        { apiKey, at: at + 60_000 },
      ]),
    );
    await record([{ at }]);
    const total = async () => {
      const range = { interval: 'HOUR', since: at, until: at + hour } as const;
      const { requests } = await usageTotal(database, { ...range, filter: {}, visibility: { applicationId } });
      return requests;
    };
    const now = at + 2 * day;
    expect(await rollUp(database, now, { rowsPerPart: 4, maxParts: 2 })).toBe(0);
    const hourOf = async () =>
      (await Promise.all(keys.map(({ id }) => sumOf('usage_hour', id)))).filter(Boolean).length;
    expect(await hourOf()).toBeGreaterThan(0);
    expect(await hourOf()).toBeLessThan(7);
    expect(await total()).toBe(14);
    // Something is added to a part that was made: all of it is made anew.
    await record([{ apiKey: keys[0], at }]);
    expect(await total()).toBe(15);
    expect(await rollUp(database, now, { rowsPerPart: 4 })).toBe(2);
    expect([await hourOf(), await total()]).toEqual([7, 15]);
    expect(await sumOf('usage_day', keys[0]?.id ?? '')).toBe(3);
    expect(await rollUp(database, now)).toBe(0);
  });

  it('runs on one instance at a time', async () => {
    const apiKey = { id: makeId(), secretId: makeId(), applicationId: makeId() };
    const at = start + 18 * day;
    await record([{ apiKey, at }]);
    const made = await Promise.all([1, 2, 3].map(() => rollUp(database, at + 2 * day)));
    expect(made.reduce((sum, one) => sum + one, 0)).toBe(2);
    expect(await sumOf('usage_day', apiKey.id)).toBe(1);
  });

  it('does not remove what was not rolled up', async () => {
    const apiKey = { id: makeId(), secretId: makeId(), applicationId: makeId() };
    const at = start + 10 * day;
    await record([{ apiKey, at }]);
    const retention = { minuteMs: 2 * day, hourMs: 4 * day, dayMs: 1000 * day, requestLogMs: day };
    await removeOldUsage(database, at + 3 * day, retention);
    expect(await sumOf('usage_minute', apiKey.id)).toBe(1);
    await rollUp(database, at + 3 * day);
    await removeOldUsage(database, at + 3 * day, retention);
    expect([await sumOf('usage_minute', apiKey.id), await sumOf('usage_hour', apiKey.id)]).toEqual([0, 1]);
    await removeOldUsage(database, at + 6 * day, retention);
    expect([await sumOf('usage_hour', apiKey.id), await sumOf('usage_day', apiKey.id)]).toEqual([0, 1]);
    expect(await database.rows(sql`SELECT id FROM request_log WHERE api_key_id = ${apiKey.id}`)).toEqual([]);
  });
});
