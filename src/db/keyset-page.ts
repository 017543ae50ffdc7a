import { asc, desc, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

export type Direction = 'ASC' | 'DESC';

/** One end of a range of rows: the values of the ordering columns there. */
export interface KeysetBound {
  readonly key: readonly (string | number)[];
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
 * they are unique. A row comparison, which an index on the same columns serves.
 */
export function keysetStatement(columns: readonly PgColumn[], direction: Direction, request: KeysetRequest) {
  const rising = (direction === 'ASC') !== request.backward;
  const row = sql.join([...columns], sql`, `);
  const compare = (comparison: '<' | '>', { key, inclusive }: KeysetBound): SQL => {
    const values = columns.map((column, index) => sql.param(key[index], column));
    return sql`(${row}) ${sql.raw(inclusive ? `${comparison}=` : comparison)} (${sql.join(values, sql`, `)})`;
  };
  return {
    after: request.after && compare(direction === 'ASC' ? '>' : '<', request.after),
    before: request.before && compare(direction === 'ASC' ? '<' : '>', request.before),
    orderBy: columns.map((column) => (rising ? asc(column) : desc(column))),
    limit: request.limit,
  };
}
