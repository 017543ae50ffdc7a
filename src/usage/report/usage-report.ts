import { sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { type NumberRow, numberColumns, numbersOf, type UsageNumbers } from './usage-numbers.ts';
import { selectedRows, type UsageSelection } from './usage-selection.ts';

/** What requests can be told apart by. */
export type UsageDimension = 'APPLICATION' | 'API_KEY' | 'SECRET' | 'SURFACE' | 'OPERATION' | 'OUTCOME' | 'CLIENT';

const columnsOf: Readonly<Record<UsageDimension, readonly string[]>> = {
  APPLICATION: ['application_id'],
  API_KEY: ['api_key_id'],
  SECRET: ['secret_id'],
  SURFACE: ['surface'],
  OPERATION: ['operation_name', 'document_hash'],
  OUTCOME: ['outcome'],
  CLIENT: ['client_name', 'client_version'],
};

/** Requests that are alike in the dimensions of a report; what it is not grouped by is `undefined`. */
export interface UsageGroup {
  readonly applicationId: string | undefined;
  readonly apiKeyId: string | undefined;
  readonly secretId: string | undefined;
  readonly surface: 'API' | 'MANAGEMENT' | undefined;
  readonly operationName: string | undefined;
  readonly documentHash: string | undefined;
  readonly outcome: string | undefined;
  readonly clientName: string | undefined;
  readonly clientVersion: string | undefined;
  readonly numbers: UsageNumbers;
  /** Tells it from the other groups of the report. */
  readonly key: string;
}

export interface UsagePoint {
  /** Begin of the interval. */
  readonly at: number;
  readonly numbers: UsageNumbers;
}

export async function usageTotal(database: Database, selection: UsageSelection): Promise<UsageNumbers> {
  const [row] = await database.rows<NumberRow>(
    sql`SELECT ${sql.raw(numberColumns)} FROM ${selectedRows(selection)} selected`,
  );
  return numbersOf(row);
}

/** Intervals with requests, in order of time. */
export async function usagePoints(
  database: Database,
  selection: UsageSelection,
  first: number,
): Promise<readonly UsagePoint[]> {
  const rows = await database.rows<NumberRow>(sql`SELECT begins, ${sql.raw(numberColumns)}
    FROM ${selectedRows(selection)} selected GROUP BY begins ORDER BY begins LIMIT ${first}`);
  return rows.map((row) => ({ at: Number(row['begins']), numbers: numbersOf(row) }));
}

/** Of the groups in order of their requests, the largest first: `first` of them after the first `skip`. */
export interface GroupPage {
  readonly first: number;
  readonly skip: number;
}

export async function usageGroups(
  database: Database,
  selection: UsageSelection,
  groupBy: readonly UsageDimension[],
  { first, skip }: GroupPage,
): Promise<readonly UsageGroup[]> {
  const columns = [...new Set(groupBy)].flatMap((dimension) => columnsOf[dimension]);
  if (columns.length === 0) return [];
  const names = sql.raw(columns.join(', '));
  const rows = await database.rows<NumberRow>(sql`SELECT ${names}, ${sql.raw(numberColumns)}
    FROM ${selectedRows(selection)} selected GROUP BY ${names} ORDER BY requests DESC, ${names}
    LIMIT ${first} OFFSET ${skip}`);
  const text = (row: NumberRow, name: string): string | undefined => {
    const value = row[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return rows.map((row) => ({
    applicationId: text(row, 'application_id'),
    apiKeyId: text(row, 'api_key_id'),
    secretId: text(row, 'secret_id'),
    surface: row['surface'] as UsageGroup['surface'],
    operationName: text(row, 'operation_name'),
    documentHash: text(row, 'document_hash'),
    outcome: text(row, 'outcome'),
    clientName: text(row, 'client_name'),
    clientVersion: text(row, 'client_version'),
    numbers: numbersOf(row),
    key: keyOf(row, columns),
  }));
}

/**
 * Intervals with requests of each group of a page, in order of time, by the key of the group.
 * One statement for all of them.
 * @param first intervals of each group
 */
export async function pointsOfGroups(
  database: Database,
  selection: UsageSelection,
  groupBy: readonly UsageDimension[],
  { groups, first }: { readonly groups: GroupPage; readonly first: number },
): Promise<ReadonlyMap<string, readonly UsagePoint[]>> {
  const columns = [...new Set(groupBy)].flatMap((dimension) => columnsOf[dimension]);
  const names = sql.raw(columns.join(', '));
  const own = sql.raw(columns.map((name) => `selected.${name}`).join(', '));
  // Null is a group as well; as text it can be compared, and hashed.
  const same = columns.map((name) => `coalesce(selected.${name}::text, '') = coalesce(largest.${name}::text, '')`);
  const rows = await database.rows<NumberRow>(sql`
    WITH selected AS MATERIALIZED (SELECT * FROM ${selectedRows(selection)} s),
    largest AS (SELECT ${names} FROM selected GROUP BY ${names} ORDER BY sum(requests) DESC, ${names}
      LIMIT ${groups.first} OFFSET ${groups.skip})
    SELECT * FROM (
      SELECT ${own}, begins, ${sql.raw(numberColumns)}, row_number() OVER (PARTITION BY ${own} ORDER BY begins) AS place
      FROM selected JOIN largest ON ${sql.raw(same.join(' AND '))} GROUP BY ${own}, begins) points
    WHERE place <= ${first} ORDER BY begins`);
  const points = new Map<string, UsagePoint[]>();
  for (const row of rows) {
    const point = { at: Number(row['begins']), numbers: numbersOf(row) };
    const key = keyOf(row, columns);
    const known = points.get(key);
    if (known === undefined) points.set(key, [point]);
    else known.push(point);
  }
  return points;
}

function keyOf(row: NumberRow, columns: readonly string[]): string {
  return JSON.stringify(columns.map((name) => row[name] ?? null));
}
