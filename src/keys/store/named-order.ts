import type { PgColumn } from 'drizzle-orm/pg-core';
import { type Direction, type KeysetRequest, keysetStatement } from '../../db/keyset-page.ts';

/** How keys, applications and roles are listed; what is equal is in the order of the ids. */
export interface NamedOrder {
  readonly field: 'ID' | 'NAME' | 'CREATED_AT';
  readonly direction: Direction;
}

interface NamedTable {
  readonly id: PgColumn;
  readonly name: PgColumn;
  readonly createdAt: PgColumn;
}

export interface NamedRow {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
}

/** The parts of a statement that reads rows of the table in this order. */
export function namedStatement(
  { id, name, createdAt }: NamedTable,
  { field, direction }: NamedOrder,
  request: KeysetRequest,
) {
  return keysetStatement({ ID: [id], NAME: [name, id], CREATED_AT: [createdAt, id] }[field], direction, request);
}

/** Where a row stands in this order: the values of its columns. */
export function namedPlace(
  { id, name, createdAt }: NamedRow,
  field: NamedOrder['field'],
): readonly (string | number)[] {
  return { ID: [id], NAME: [name, id], CREATED_AT: [createdAt, id] }[field];
}
