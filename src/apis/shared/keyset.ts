import { type SQL, sql } from 'drizzle-orm';
import type { PageBound, PageRequest } from './connection.ts';

/** SQL of an order: expressions, none of which is ever null, all in one direction, the last one unique. */
export interface KeysetOrder {
  readonly columns: readonly SQL[];
  readonly descending: boolean;
}

/** The rows between the bounds of a page: a row comparison, which an index on the same columns serves. */
export function keysetCondition({ columns, descending }: KeysetOrder, { after, before }: PageRequest): SQL | undefined {
  const conditions = [
    after && beyond(columns, after, descending ? '<' : '>'),
    before && beyond(columns, before, descending ? '>' : '<'),
  ].filter((condition) => condition !== undefined);
  return conditions.length === 0 ? undefined : sql.join(conditions, sql` AND `);
}

/** The direction of every column for a page that is read from its start or from its end. */
export function keysetOrderBy({ columns, descending }: KeysetOrder, { backward }: PageRequest): SQL {
  const direction = descending === backward ? sql`ASC` : sql`DESC`;
  return sql.join(
    columns.map((column) => sql`${column} ${direction}`),
    sql`, `,
  );
}

function beyond(columns: readonly SQL[], { key, inclusive }: PageBound, comparison: '<' | '>'): SQL {
  const operator = sql.raw(inclusive ? `${comparison}=` : comparison);
  const values = key.map((value) => sql`${value}`);
  return sql`(${sql.join([...columns], sql`, `)}) ${operator} (${sql.join(values, sql`, `)})`;
}
