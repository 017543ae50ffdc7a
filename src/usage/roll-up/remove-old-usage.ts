import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';

/** How long each kind of record is kept, in milliseconds. */
export interface UsageRetention {
  readonly minuteMs: number;
  readonly hourMs: number;
  readonly dayMs: number;
  readonly requestLogMs: number;
}

/** Rows of one statement, so that it ends within its deadline, and statements of one run. */
const chunkSize = 5000;
const maxChunks = 200;
const dayMs = 86_400_000;
const writerMs = 7 * dayMs;

/** Removes what is older than it is kept, oldest first; what one run leaves, the next one takes. */
export async function removeOldUsage(database: Database, now: number, retention: UsageRetention): Promise<void> {
  const before = (ms: number, unit = 1): SQL =>
    sql`${new Date(Math.floor((now - ms) / unit) * unit).toISOString()}::timestamptz`;
  // Minutes go an hour at a time, hours a day at a time: what a roll-up reads is there as a whole, or not at all.
  const isRolledUp = (level: 'HOUR' | 'DAY'): SQL => sql`NOT EXISTS (SELECT FROM usage_stale s
    WHERE s.level = ${level} AND s.at = date_trunc(${level.toLowerCase()}, old.at, 'UTC'))`;
  const removals: readonly (readonly [string, SQL])[] = [
    ['usage_minute', sql`old.at < ${before(retention.minuteMs, 3_600_000)} AND ${isRolledUp('HOUR')}`],
    ['usage_hour', sql`old.at < ${before(retention.hourMs, dayMs)} AND ${isRolledUp('DAY')}`],
    ['usage_field_hour', sql`old.at < ${before(retention.hourMs, dayMs)} AND ${isRolledUp('DAY')}`],
    ['usage_day', sql`old.at < ${before(retention.dayMs, dayMs)}`],
    ['usage_field_day', sql`old.at < ${before(retention.dayMs, dayMs)}`],
    ['request_log', sql`old.at < ${before(retention.requestLogMs)}`],
    ['usage_document', sql`old.last_seen_at < ${before(retention.hourMs)}`],
    ['usage_writer', sql`old.at < ${before(writerMs)}`],
  ];
  for (const [table, condition] of removals) await removeRows(database, table, condition);
}

async function removeRows(database: Database, table: string, condition: SQL): Promise<void> {
  const name = sql.raw(table);
  for (let chunk = 0; chunk < maxChunks; chunk++) {
    const [removed] = await database.rows<{ count: number }>(sql`WITH removed AS (
        DELETE FROM ${name} WHERE ctid = ANY (ARRAY(SELECT old.ctid FROM ${name} old WHERE ${condition} LIMIT ${chunkSize}))
        RETURNING 1)
      SELECT count(*) AS count FROM removed`);
    if ((removed?.count ?? 0) < chunkSize) return;
  }
}
