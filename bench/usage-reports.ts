/**
 * What reports cost over ten million rows of minutes: `npx tsx bench/usage-reports.ts`, with TEST_DATABASE_URL. The rows
 * are made in a database of its own, which is dropped afterwards: 30 days of 200 keys of 20 applications, the hours and
 * days rolled up from them.
 */
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Database } from '../src/db/database.ts';
import { openDatabase } from '../src/db/open-database.ts';
import { createLogger } from '../src/kernel/logger.ts';
import { createPartitions } from '../src/usage/partitions.ts';
import { usageGroups, usagePoints } from '../src/usage/report/usage-report.ts';
import type { UsageSelection } from '../src/usage/report/usage-selection.ts';
import { rollUp } from '../src/usage/roll-up/roll-up.ts';
import { onServer, urlOf } from '../test/support/test-templates.ts';
import { measure, report, spreadOf } from './measure.ts';

const server = process.env['TEST_DATABASE_URL'];
if (!server) throw new Error('Set TEST_DATABASE_URL');
const rows = Number(process.env['BENCH_ROWS'] ?? 10_000_000);
const days = 30;
const keys = 200;
const dayMs = 86_400_000;
/** Columns by which reports find rows. */
const indexed = ['api_key', 'application'] as const;
const start = Date.UTC(2026, 9, 1);
const end = start + days * dayMs;

const name = `fieldpass_bench_${randomUUID().slice(0, 8)}`;
await onServer(server, (admin) => admin.unsafe(`CREATE DATABASE ${name}`));
try {
  const logger = createLogger('silent');
  const database = await openDatabase({
    url: urlOf(server, name),
    logger,
    queryTimeoutMs: 120_000,
    transactionTimeoutMs: 240_000,
  });
  await fill(database);
  await measureReports(database);
  await database.close();
} finally {
  await onServer(server, (admin) => admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}

/** A day at a time. All but the primary key of the table are made when its rows are there: that is faster. */
async function fill(database: Database): Promise<void> {
  const times = Array.from({ length: days }, (_, day) => start + day * dayMs);
  await createPartitions(database).ensure(times);
  const perDay = Math.floor(rows / days);
  // Each key, minute and operation at most once: rows of one minute differ.
  const perMinute = Math.ceil(perDay / 1440);
  let begun = performance.now();
  for (const column of indexed) await database.rows(sql.raw(`DROP INDEX usage_minute_${column}_index`));
  for (const at of times) {
    await database.rows(sql`INSERT INTO usage_minute (at, dimensions, api_key_id, application_id, surface, operation_type, operation_name,
        document_hash, outcome, requests, requested_cost, actual_cost, latency_total_ms, latency_10, latency_50)
      SELECT at, dimensions, api_key_id, application_id, 'API', 'query', operation_name, document_hash, outcome, 3, 30, 21, 60, 2, 1
      FROM (
        SELECT to_timestamp(${at}::bigint / 1000) + make_interval(mins => minute) AS at,
          lpad(to_hex(n), 32, '0')::uuid AS dimensions,
          lpad(to_hex((minute * 7 + n) % ${keys}), 32, '0')::uuid AS api_key_id,
          lpad(to_hex(((minute * 7 + n) % ${keys}) / 10), 32, 'a')::uuid AS application_id,
          'Operation' || (n / ${keys} + minute % 40) AS operation_name,
          md5((n / ${keys} + minute % 40)::text) AS document_hash,
          CASE WHEN minute % 20 = 0 THEN 'FORBIDDEN' ELSE 'OK' END AS outcome
        FROM generate_series(0, 1439) minute, generate_series(0, ${perMinute - 1}) n) made`);
  }
  for (const column of indexed) {
    await database.rows(sql.raw(`CREATE INDEX usage_minute_${column}_index ON usage_minute (${column}_id, at)`));
  }
  await database.rows(sql`INSERT INTO usage_stale (level, at)
    SELECT 'HOUR', h FROM generate_series(to_timestamp(${start}::bigint / 1000), to_timestamp(${end - 1}::bigint / 1000), interval '1 hour') h
    UNION ALL SELECT 'DAY', d FROM generate_series(to_timestamp(${start}::bigint / 1000), to_timestamp(${end - 1}::bigint / 1000), interval '1 day') d`);
  const [made] = await database.rows<{ rows: number }>(sql`SELECT count(*) AS rows FROM usage_minute`);
  report('rows of minutes', (made?.rows ?? 0) / 1e6, 'million', undefined, `${seconds(begun)} s`);
  await database.rows(sql`ANALYZE usage_minute`);
  begun = performance.now();
  const rolled = await rollUp(database, end + dayMs);
  report('rolled up: hours and days', rolled, '', undefined, `${seconds(begun)} s`);
  await database.rows(sql`ANALYZE usage_hour, usage_day`);
}

async function measureReports(database: Database): Promise<void> {
  const ofKey: UsageSelection = {
    interval: 'HOUR',
    since: start,
    until: end,
    filter: { apiKeyId: `${'0'.repeat(8)}-0000-0000-0000-${(7).toString(16).padStart(12, '0')}` },
    visibility: 'ALL',
  };
  const ofApplication: UsageSelection = {
    ...ofKey,
    interval: 'DAY',
    filter: { applicationId: `${'a'.repeat(8)}-aaaa-aaaa-aaaa-${(7).toString(16).padStart(12, 'a')}` },
  };
  const page = { first: 20, skip: 0 };
  const lastDay = { since: end - dayMs, until: end };
  const cases = [
    ['30 days of one key, by the hour', 50, () => usagePoints(database, ofKey, 720)],
    ['30 days of one key, by the day', 50, () => usagePoints(database, { ...ofKey, interval: 'DAY' }, 30)],
    [
      'one day of one key, by the minute',
      50,
      () => usagePoints(database, { ...ofKey, ...lastDay, interval: 'MINUTE' }, 1440),
    ],
    ['top operations of an application, 30 days', 200, () => usageGroups(database, ofApplication, ['OPERATION'], page)],
    [
      'top operations of an application, hours of 30 days',
      undefined,
      () => usageGroups(database, { ...ofApplication, interval: 'HOUR' }, ['OPERATION'], page),
    ],
  ] as const;
  for (const [title, budget, ask] of cases) {
    const { length } = await ask();
    const time = await measure(ask, { rounds: 10, callsPerRound: 1 });
    report(title, time.median / 1000, 'ms', budget, `${spreadOf(time)} µs, ${length} rows`);
  }
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(0);
}
