import { sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { selectedRows } from './usage-selection.ts';

/** A key, or all keys of an application; by UUID. */
export type Spender = { readonly apiKeyId: string } | { readonly applicationId: string };

const dayMs = 86_400_000;

/** Points that operations did cost since the begin of a day (UTC), `since` and `now` in milliseconds since the epoch. */
export async function spentPoints(database: Database, spender: Spender, since: number, now: number): Promise<number> {
  const selection = { interval: 'DAY', since, until: now + dayMs, filter: spender, visibility: 'ALL' } as const;
  const [row] = await database.rows<{ spent: number }>(
    sql`SELECT coalesce(sum(actual_cost), 0)::bigint AS spent FROM ${selectedRows(selection)} selected`,
  );
  return Number(row?.spent ?? 0);
}
