import { asc, desc, is, SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Database } from './database.ts';

export type Direction = 'ASC' | 'DESC';

/** One end of a range of rows: the values of the ordering columns there, or what says them in the statement. */
export interface KeysetBound {
  readonly key: readonly (string | number | SQL)[];
  readonly inclusive: boolean;
}

/** Up to `limit` rows between two bounds: the first ones, or, `backward`, the last ones, the last one first. */
export interface KeysetRequest {
  readonly after: KeysetBound | undefined;
  readonly before: KeysetBound | undefined;
  readonly limit: number;
  readonly backward: boolean;
}

/**
 * The parts of a statement that reads such rows, all ordering columns in one direction; none is ever null, and together
 * they are unique. A row comparison, which an index on the same columns serves. `sorted` are expressions of the same order.
 */
export function keysetStatement(
  columns: readonly PgColumn[],
  direction: Direction,
  request: KeysetRequest,
  sorted: readonly (PgColumn | SQL)[] = columns,
) {
  const rising = (direction === 'ASC') !== request.backward;
  const row = sql.join([...columns], sql`, `);
  const compare = (comparison: '<' | '>', { key, inclusive }: KeysetBound): SQL => {
    const values = columns.map((column, index) => {
      const value = key[index];
      return is(value, SQL) ? value : sql.param(value, column);
    });
    return sql`(${row}) ${sql.raw(inclusive ? `${comparison}=` : comparison)} (${sql.join(values, sql`, `)})`;
  };
  return {
    after: request.after && compare(direction === 'ASC' ? '>' : '<', request.after),
    before: request.before && compare(direction === 'ASC' ? '<' : '>', request.before),
    orderBy: sorted.map((column) => (rising ? asc(column) : desc(column))),
    limit: request.limit,
  };
}

/** The first and the last row of a page, one where they are the same. */
export interface PageEnds<Row> {
  readonly ends: readonly Row[];
  /** Rows that the statement found, the one beyond the page among them. */
  readonly found: number;
}

/** Of what a statement that reads `size` rows and one more would read: the rows between stay in the database. */
export async function pageEnds<Row extends object>(
  database: Pick<Database, 'rows'>,
  statement: SQLWrapper,
  size: number,
): Promise<PageEnds<Row>> {
  const ends = await database.rows<Row & { readonly found: number }>(
    sql`SELECT * FROM (SELECT page.*, (row_number() OVER ())::int AS place, (count(*) OVER ())::int AS found
          FROM (${statement.getSQL()}) page) numbered
        WHERE place = 1 OR place = least(found, ${size}::int) ORDER BY place`,
  );
  return { ends, found: ends[0]?.found ?? 0 };
}
