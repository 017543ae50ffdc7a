import { type SQL, sql } from 'drizzle-orm';
import type { Database, Queries } from '../../db/database.ts';
import { createPartitions, type PartitionedTable, type Partitions, removedBefore } from '../partitions.ts';
import { type KeyRange, type Making, makeCounts, makeFields, within } from './make-rows.ts';

type Level = 'HOUR' | 'DAY';

const levels = {
  HOUR: { from: 'usage_minute', to: 'usage_hour', lengthMs: 3_600_000 },
  DAY: { from: 'usage_hour', to: 'usage_day', lengthMs: 86_400_000 },
} as const;

/** After the end of an hour or a day, so that what is written late does not make every roll-up run twice. */
const settleMs = 120_000;
/** Rows of the finer level that one part reads, at least; one key is never cut. So a statement ends well in time. */
const rowsPerPart = 20_000;
/** Below every id of a key. */
const beforeAllKeys = '00000000-0000-0000-0000-000000000000';

export interface RollUpOptions {
  /** Rows of one part: tests have few. */
  readonly rowsPerPart?: number;
  /** Parts of one call. */
  readonly maxParts?: number;
  /** Asked before each part: the next call goes on. */
  readonly isStopped?: () => boolean;
}

/**
 * Makes the hours and days that are over from the finer level, or, where that is gone, adds to them what came late. Each is made in parts, by ranges of keys, each part in a
 * transaction of its own: one that is cut off is continued, by whichever instance comes next, and begins anew when
 * something was added in between. Until the last part readers take the finer level. Only one instance rolls up at a
 * time. Resolves to how many hours and days were made.
 */
export async function rollUp(
  database: Database,
  now: number,
  { rowsPerPart: rows = rowsPerPart, maxParts = Number.POSITIVE_INFINITY, isStopped = () => false }: RollUpOptions = {},
): Promise<number> {
  const partitions = createPartitions(database);
  let [made, parts] = [0, 0];
  for (const level of ['HOUR', 'DAY'] as const) {
    for (const at of await staleTimes(database, level, now)) {
      for (let state: PartState = 'MORE'; state === 'MORE'; parts++) {
        if (parts >= maxParts || isStopped()) return made;
        state = await rollUpPart(database, partitions, { level, at, rows });
        if (state === 'BUSY') return made;
        if (state === 'MADE') made++;
      }
    }
  }
  return made;
}

/** `LEFT`: it is made already, or must wait for its hours. `BUSY`: another instance is at it. */
type PartState = 'MORE' | 'MADE' | 'LEFT' | 'BUSY';

interface Wanted {
  readonly level: Level;
  readonly at: number;
  readonly rows: number;
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

async function rollUpPart(database: Database, partitions: Partitions, { level, at, rows }: Wanted): Promise<PartState> {
  await partitions.ensure([at]);
  const { lengthMs, from, to } = levels[level];
  const span = sql`at >= ${timeOf(at)}::timestamptz AND at < ${timeOf(at + lengthMs)}::timestamptz`;
  const stale = sql`level = ${level} AND at = ${timeOf(at)}::timestamptz`;
  return await database.transaction(async (queries) => {
    const [lock] = await database.rows<{ held: boolean }>(
      sql`SELECT pg_try_advisory_xact_lock(hashtext('fieldpass usage roll-up')) AS held`,
      queries,
    );
    if (!lock?.held) return 'BUSY';
    // Read first: whatever is added from now on raises the version, or marks the time anew.
    const [progress] = await database.rows<Progress>(
      sql`SELECT version, rolled_up_version AS "rolledUpVersion", rolled_up_through AS "rolledUpThrough"
        FROM usage_stale WHERE ${stale}`,
      queries,
    );
    if (progress === undefined || (level === 'DAY' && (await hasStaleHours(database, queries, at)))) return 'LEFT';
    const { version, rolledUpVersion, rolledUpThrough } = progress;
    const after = rolledUpVersion === version ? (rolledUpThrough ?? undefined) : undefined;
    const range = await nextRange(database, queries, { from, span, after, rows });
    const making = async (table: PartitionedTable): Promise<Making> =>
      at < (await removedBefore(database, queries, table)) ? 'FROM_LATE' : 'FROM_ALL';
    await makeCounts(queries, await making(from), { from, to, at, span, range });
    if (level === 'DAY' && range.after !== undefined) {
      await makeFields(queries, await making('usage_set_hour'), { at, span, range });
    }

    const isLast = range.after !== undefined && range.through === undefined;
    if (!isLast) {
      await queries.execute(sql`UPDATE usage_stale SET rolled_up_version = version,
        rolled_up_through = ${range.through ?? beforeAllKeys}::uuid WHERE ${stale} AND version = ${version}`);
      return 'MORE';
    }
    const ended = await database.rows(
      sql`DELETE FROM usage_stale WHERE ${stale} AND version = ${version} RETURNING at`,
      queries,
    );
    return ended.length > 0 ? 'MADE' : 'MORE';
  });
}

interface Progress extends Record<string, unknown> {
  readonly version: number;
  readonly rolledUpVersion: number | null;
  readonly rolledUpThrough: string | null;
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

interface RangeWanted {
  readonly from: string;
  readonly span: SQL;
  /** `undefined`: nothing was made yet, and what names no key comes first. */
  readonly after: string | undefined;
  readonly rows: number;
}

async function nextRange(
  database: Database,
  queries: Queries,
  { from, span, after, rows }: RangeWanted,
): Promise<KeyRange> {
  if (after === undefined) return { after: undefined };
  const [last] = await database.rows<{ id: string }>(
    sql`SELECT api_key_id AS id FROM ${sql.raw(from)} WHERE ${span} AND ${within({ after, through: undefined })}
      ORDER BY api_key_id OFFSET ${rows} LIMIT 1`,
    queries,
  );
  return { after, through: last?.id };
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}
