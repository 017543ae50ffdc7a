import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

/**
 * Whether a column of UUIDs has one of these values, in one parameter however many they are: a statement has at most
 * 65,535.
 */
export function amongIds(column: PgColumn, ids: readonly string[]): SQL {
  return sql`${column} = ANY(${`{${ids.join(',')}}`}::uuid[])`;
}
