import { eq, gte, inArray, lte, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

/** Conditions that are given must all hold; null is the same as absent. */
export interface StringFilter {
  readonly eq?: string | null | undefined;
  readonly in?: readonly string[] | null | undefined;
  readonly startsWith?: string | null | undefined;
  readonly contains?: string | null | undefined;
}

export interface IntFilter {
  readonly eq?: number | null | undefined;
  readonly in?: readonly number[] | null | undefined;
  readonly gte?: number | null | undefined;
  readonly lte?: number | null | undefined;
}

/** The last code point there is: no text that starts with a prefix comes after the prefix and this. */
const lastCodePoint = '\u{10ffff}';

type Condition = SQL | undefined;

export function stringConditions(column: PgColumn, filter: StringFilter | null | undefined): Condition[] {
  if (!filter) return [];
  return [
    filter.eq == null ? undefined : eq(column, filter.eq),
    filter.in == null ? undefined : inArray(column, [...filter.in]),
    filter.startsWith == null ? undefined : startsWith(column, filter.startsWith),
    filter.contains == null ? undefined : sql`strpos(${column}, ${filter.contains}) > 0`,
  ];
}

export function intConditions(column: PgColumn, filter: IntFilter | null | undefined): Condition[] {
  if (!filter) return [];
  return [
    filter.eq == null ? undefined : eq(column, filter.eq),
    filter.in == null ? undefined : inArray(column, [...filter.in]),
    filter.gte == null ? undefined : gte(column, filter.gte),
    filter.lte == null ? undefined : lte(column, filter.lte),
  ];
}

/** As a range, which an index serves; text has no wildcards here. The column is ordered by code point. */
export function startsWith(column: PgColumn, prefix: string): SQL {
  return sql`(${column} >= ${prefix} AND ${column} < ${prefix + lastCodePoint})`;
}
