import { type SQL, sql } from 'drizzle-orm';
import type { Database, Queries } from '../db/database.ts';
import { DatabaseError } from '../db/database-error.ts';

/** Tables that are partitioned by `at`, and how long a partition is. */
const partitionedTables = {
  usage_minute: 'DAY',
  usage_set_hour: 'DAY',
  request_log: 'DAY',
  usage_hour: 'MONTH',
  usage_day: 'MONTH',
  usage_field_day: 'MONTH',
} as const;

export type PartitionedTable = keyof typeof partitionedTables;

/** Times of a partition: from `from` (undefined: from ever) to before `until`. */
export interface Partition {
  readonly table: PartitionedTable;
  readonly name: string;
  readonly from: number | undefined;
  readonly until: number;
}

export interface Partitions {
  /** Makes what is missing to write rows of these times. Asks the database only for times that are new to it. */
  ensure(times: readonly number[]): Promise<void>;
}

const tables = Object.keys(partitionedTables) as readonly PartitionedTable[];
/** A statement that waits for a lock on a table holds up all that come after it: it gives way, and is tried again. */
const lockTimeout = '1s';
const dayMs = 86_400_000;

/** Partitions are made by whoever needs them first; the jobs see to it that they are there before. */
export function createPartitions(database: Database): Partitions {
  const known = new Set<number>();
  return {
    async ensure(times) {
      const days = new Set(times.map((at) => Math.floor(at / dayMs)));
      const missing = [...days].filter((day) => !known.has(day));
      if (missing.length === 0) return;
      await makePartitions(
        database,
        missing.map((day) => day * dayMs),
      );
      for (const day of missing) known.add(day);
    },
  };
}

async function makePartitions(database: Database, times: readonly number[]): Promise<void> {
  const there = await listPartitions(database);
  for (const table of tables) {
    const wanted = new Map(times.map((at) => partitionAt(table, at)).map((one) => [one.name, one]));
    for (const partition of wanted.values()) {
      const isThere = there.some(
        ({ table: of, from = Number.NEGATIVE_INFINITY, until }) =>
          of === table && from <= partition.from && partition.from < until,
      );
      if (!isThere) await makePartition(database, partition);
    }
  }
}

/** Made apart and then attached: nobody who reads or writes the table waits. */
async function makePartition(
  database: Database,
  { table, name, from, until }: ReturnType<typeof partitionAt>,
): Promise<void> {
  const [parent, own] = [sql.raw(table), sql.raw(name)];
  await database.transaction(async (queries) => {
    await queries.execute(sql`SELECT pg_advisory_xact_lock(hashtext('fieldpass usage partitions'))`);
    const [found] = await database.rows<{ there: boolean }>(
      sql`SELECT to_regclass(${name}) IS NOT NULL AS there`,
      queries,
    );
    if (found?.there) return;
    await queries.execute(sql.raw(`SET LOCAL lock_timeout = '${lockTimeout}'`));
    // Rows of counters are changed again and again: room for their next version makes that cheaper.
    await queries.execute(sql`CREATE TABLE ${own} (LIKE ${parent} INCLUDING DEFAULTS) WITH (fillfactor = 80)`);
    await queries.execute(
      sql`ALTER TABLE ${parent} ATTACH PARTITION ${own} FOR VALUES FROM (${timeLiteral(from)}) TO (${timeLiteral(until)})`,
    );
  });
}

export async function listPartitions(database: Database): Promise<readonly Partition[]> {
  const names = sql.join(
    tables.map((table) => sql`${table}`),
    sql`, `,
  );
  const rows = await database.rows<{ table: PartitionedTable; name: string; from: number | null; until: number }>(sql`
    SELECT parent.relname AS "table", child.relname AS name,
      (regexp_match(pg_get_expr(child.relpartbound, child.oid), 'FROM \\(''([^'']+)''\\)'))[1]::timestamptz AS "from",
      (regexp_match(pg_get_expr(child.relpartbound, child.oid), 'TO \\(''([^'']+)''\\)'))[1]::timestamptz AS until
    FROM pg_inherits JOIN pg_class parent ON parent.oid = inhparent JOIN pg_class child ON child.oid = inhrelid
    WHERE parent.relname IN (${names}) AND parent.relnamespace = current_schema()::regnamespace
      AND child.relkind = 'r'
    ORDER BY until`);
  return rows.map(({ from, ...rest }) => ({ ...rest, from: from ?? undefined }));
}

/**
 * Drops it, and notes that it is gone: what is late for its times must be added to what was made of it. False when
 * somebody uses it: the next run tries again.
 */
export async function dropPartition(database: Database, { table, name, until }: Partition): Promise<boolean> {
  try {
    await database.transaction(async (queries) => {
      await queries.execute(sql.raw(`SET LOCAL lock_timeout = '${lockTimeout}'`));
      await queries.execute(sql`DROP TABLE IF EXISTS ${sql.identifier(name)}`);
      await queries.execute(sql`INSERT INTO instance_setting AS s (name, value, updated_at)
        VALUES (${removedSetting(table)}, to_jsonb(${until}::int8), now())
        ON CONFLICT (name) DO UPDATE SET updated_at = now(),
          value = to_jsonb(greatest((s.value #>> '{}')::int8, (excluded.value #>> '{}')::int8))`);
    });
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.sqlState === '55P03') return false;
    throw error;
  }
}

/** Before when rows of the table are gone, in milliseconds since the epoch; all of them are there when none were dropped. */
export async function removedBefore(
  database: Pick<Database, 'rows'>,
  queries: Queries,
  table: PartitionedTable,
): Promise<number> {
  const [found] = await database.rows<{ until: number }>(
    sql`SELECT (value #>> '{}')::int8 AS until FROM instance_setting WHERE name = ${removedSetting(table)}`,
    queries,
  );
  return found?.until ?? Number.NEGATIVE_INFINITY;
}

/** Where that is noted. */
export function removedSetting(table: PartitionedTable): string {
  return `usage.removed.${table}`;
}

/** The partition that holds this moment. */
export function partitionAt(table: PartitionedTable, at: number) {
  const date = new Date(at);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const digits = (count: number) => date.toISOString().slice(0, count).replaceAll('-', '');
  if (partitionedTables[table] === 'MONTH') {
    return { table, name: `${table}_${digits(7)}`, from: Date.UTC(year, month), until: Date.UTC(year, month + 1) };
  }
  const from = Math.floor(at / dayMs) * dayMs;
  return { table, name: `${table}_${digits(10)}`, from, until: from + dayMs };
}

/** DDL takes no parameters. */
function timeLiteral(at: number): SQL {
  return sql.raw(`'${new Date(at).toISOString()}'`);
}
