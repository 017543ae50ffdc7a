import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { dropPartition, listPartitions, type PartitionedTable } from '../partitions.ts';

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

/**
 * Removes what is older than it is kept, oldest first; what one run leaves, the next one takes. Tables of times lose
 * whole partitions, when the youngest row in one is too old and all of it was rolled up.
 */
export async function removeOldUsage(database: Database, now: number, retention: UsageRetention): Promise<void> {
  const { minuteMs, hourMs, dayMs: daysMs, requestLogMs } = retention;
  const rules: Readonly<Record<PartitionedTable, Rule>> = {
    usage_minute: { keptMs: minuteMs, rolledUpTo: 'HOUR' },
    usage_set_hour: { keptMs: minuteMs, rolledUpTo: 'DAY' },
    usage_hour: { keptMs: hourMs, rolledUpTo: 'DAY' },
    usage_day: { keptMs: daysMs },
    usage_field_day: { keptMs: daysMs },
    request_log: { keptMs: requestLogMs },
  };
  const held = new Set<PartitionedTable>();
  for (const partition of await listPartitions(database)) {
    const { keptMs, rolledUpTo } = rules[partition.table];
    if (partition.until > now - keptMs) continue;
    if (rolledUpTo !== undefined && (await isStaleBefore(database, rolledUpTo, partition.until))) continue;
    // The oldest first, without gaps: what is noted of the youngest that is gone holds for all before it.
    if (held.has(partition.table) || !(await dropPartition(database, partition))) held.add(partition.table);
  }

  const before = (ms: number): SQL =>
    sql`${new Date(Math.floor((now - ms) / dayMs) * dayMs).toISOString()}::timestamptz`;
  await removeRows(
    database,
    'usage_field_hour',
    sql`old.at < ${before(minuteMs)} AND NOT EXISTS (SELECT FROM usage_stale s
      WHERE s.level = 'DAY' AND s.at = date_trunc('day', old.at, 'UTC'))`,
  );
  await removeRows(database, 'usage_document', sql`old.last_seen_at < ${before(hourMs)}`);
  // Seen at least once in a day of which there are rows.
  await removeRows(
    database,
    'usage_field_set',
    sql`old.last_seen_at < ${before(minuteMs + 2 * dayMs)}
      AND NOT EXISTS (SELECT FROM usage_stale s WHERE s.level = 'DAY' AND s.at < ${before(minuteMs)})`,
  );
  await removeRows(database, 'usage_writer', sql`old.at < ${before(writerMs)}`);
}

interface Rule {
  readonly keptMs: number;
  /** It must have been made into this before it goes. */
  readonly rolledUpTo?: 'HOUR' | 'DAY';
}

async function isStaleBefore(database: Database, level: 'HOUR' | 'DAY', until: number): Promise<boolean> {
  const stale = await database.rows(
    sql`SELECT at FROM usage_stale WHERE level = ${level} AND at < ${new Date(until).toISOString()}::timestamptz LIMIT 1`,
  );
  return stale.length > 0;
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
