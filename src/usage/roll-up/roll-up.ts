import { type SQL, sql } from 'drizzle-orm';
import type { Database, Queries } from '../../db/database.ts';
import { latencyColumnNames } from '../../db/schema/latency-columns.ts';
import { dimensionsHash } from '../dimensions.ts';

type Level = 'HOUR' | 'DAY';

const levels = {
  HOUR: { counts: ['usage_minute', 'usage_hour'], lengthMs: 3_600_000 },
  DAY: { counts: ['usage_hour', 'usage_day'], lengthMs: 86_400_000 },
} as const;

/** After the end of an hour or a day, so that what is written late does not make every roll-up run twice. */
const settleMs = 120_000;
/** Combinations of dimensions that one key keeps in one row of time; the rarest of more become `other`. */
const combinationsPerKey = 1000;

/**
 * Makes the hours and days that are over from the finer level, each in a transaction of its own and from scratch: a
 * roll-up that is cut off has done nothing, and one that runs again comes to the same. Only one instance rolls up at a
 * time. Resolves to how many hours and days were made.
 */
export async function rollUp(database: Database, now: number): Promise<number> {
  let made = 0;
  for (const level of ['HOUR', 'DAY'] as const) {
    for (const at of await staleTimes(database, level, now)) {
      if (!(await rollUpOne(database, level, at))) return made;
      made++;
    }
  }
  return made;
}

/** Days come after all of their hours. */
async function staleTimes(database: Database, level: Level, now: number): Promise<readonly number[]> {
  const before = timeOf(now - settleMs - levels[level].lengthMs);
  const rows = await database.rows<{ at: number }>(sql`SELECT s.at FROM usage_stale s
    WHERE s.level = ${level} AND s.at <= ${before}::timestamptz AND (s.level = 'HOUR' OR NOT EXISTS (
      SELECT FROM usage_stale h WHERE h.level = 'HOUR' AND h.at >= s.at AND h.at < s.at + interval '24 hours'))
    ORDER BY s.at LIMIT 1000`);
  return rows.map(({ at }) => at);
}

/** False when another instance is at it. */
async function rollUpOne(database: Database, level: Level, at: number): Promise<boolean> {
  return await database.transaction(async (queries) => {
    const [lock] = await database.rows<{ held: boolean }>(
      sql`SELECT pg_try_advisory_xact_lock(hashtext('fieldpass usage roll-up')) AS held`,
      queries,
    );
    if (!lock?.held) return false;
    // First: whoever adds to it from now on waits, and marks it anew after the commit.
    await queries.execute(sql`DELETE FROM usage_stale WHERE level = ${level} AND at = ${timeOf(at)}::timestamptz`);
    const { lengthMs, counts } = levels[level];
    if (level === 'DAY' && (await hasStaleHours(database, queries, at))) {
      await queries.execute(sql`INSERT INTO usage_stale (level, at) VALUES ('DAY', ${timeOf(at)}::timestamptz)
        ON CONFLICT DO NOTHING`);
      return true;
    }
    const span = sql`at >= ${timeOf(at)}::timestamptz AND at < ${timeOf(at + lengthMs)}::timestamptz`;
    await replaceCounts(queries, counts, timeOf(at), span);
    if (level === 'DAY') await replaceFields(queries, timeOf(at), span);
    return true;
  });
}

/** Something was added since the day was chosen: the day must wait for its hours. */
async function hasStaleHours(database: Database, queries: Queries, day: number): Promise<boolean> {
  const stale = await database.rows(
    sql`SELECT at FROM usage_stale WHERE level = 'HOUR' AND at >= ${timeOf(day)}::timestamptz
      AND at < ${timeOf(day + levels.DAY.lengthMs)}::timestamptz LIMIT 1`,
    queries,
  );
  return stale.length > 0;
}

async function replaceCounts(
  queries: Queries,
  [from, to]: readonly [string, string],
  at: string,
  span: SQL,
): Promise<void> {
  const own = 'api_key_id, secret_id, application_id, surface, operation_type, outcome';
  const labels = ['operation_name', 'document_hash', 'client_name', 'client_version'];
  const counters = ['requests', 'errors', 'requested_cost', 'actual_cost', 'latency_total_ms', ...latencyColumnNames];
  const sums = sql.raw(
    counters
      .map((name) => (name.startsWith('latency_') && name !== 'latency_total_ms' ? capped(name) : `sum(${name})`))
      .join(', '),
  );
  const named = sql.raw(counters.map((name) => `sum(${name}) AS ${name}`).join(', '));
  const folded = sql.raw(
    labels
      .map((name) => {
        const rest = name === 'operation_name' || name === 'client_name' ? 'other' : '';
        return `CASE WHEN place <= ${combinationsPerKey} THEN ${name} ELSE '${rest}' END AS ${name}`;
      })
      .join(', '),
  );
  const dimensions = sql.raw(`${own}, ${labels.join(', ')}`);
  const columns = sql.raw(counters.join(', '));
  await queries.execute(sql`DELETE FROM ${sql.raw(to)} WHERE at = ${at}::timestamptz`);
  await queries.execute(sql`INSERT INTO ${sql.raw(to)} (at, dimensions, ${dimensions}, ${columns})
    SELECT ${at}::timestamptz, ${dimensionsHash}, ${dimensions}, ${sums} FROM (
      SELECT ${sql.raw(own)}, ${folded}, ${columns} FROM (
        SELECT *, row_number() OVER (PARTITION BY api_key_id, surface ORDER BY requests DESC, operation_name, document_hash) AS place
        FROM (SELECT ${dimensions}, ${named} FROM ${sql.raw(from)} WHERE ${span} GROUP BY ${dimensions}) summed
      ) placed
    ) folded
    GROUP BY ${dimensions}`);
}

async function replaceFields(queries: Queries, at: string, span: SQL): Promise<void> {
  await queries.execute(sql`DELETE FROM usage_field_day WHERE at = ${at}::timestamptz`);
  await queries.execute(sql`INSERT INTO usage_field_day
      (at, api_key_id, application_id, surface, coordinate, verb, uses, denials, last_used_at)
    SELECT ${at}::timestamptz, api_key_id, application_id, surface, coordinate, verb, sum(uses), sum(denials), max(last_used_at)
    FROM usage_field_hour WHERE ${span}
    GROUP BY api_key_id, application_id, surface, coordinate, verb`);
}

/** Parts of a histogram are `integer`: they stop at its largest value rather than stop the roll-up. */
function capped(name: string): string {
  return `least(sum(${name}), 2147483647)`;
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}
