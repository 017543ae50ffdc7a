import { sql } from 'drizzle-orm';
import { bigint, check, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { instant, orderedText } from './column-types.ts';

/** A named set of privileges that keys of one type share. */
export const role = pgTable(
  'role',
  {
    id: uuid('id').primaryKey(),
    name: orderedText('name').notNull().unique('role_name_unique'),
    type: text('type').$type<'API' | 'MANAGEMENT'>().notNull(),
    /** Rules in the grammar of privileges, beside the own rules of each key that has the role. */
    privileges: text('privileges').array().notNull(),
    note: text('note'),
    createdAt: instant('created_at').notNull(),
    /** The key that made it. No foreign key: that one may be purged before. */
    createdBy: uuid('created_by').notNull(),
    updatedAt: instant('updated_at').notNull(),
    version: bigint('version', { mode: 'number' }).notNull().default(1),
  },
  (table) => [
    check('role_type_check', sql`${table.type} IN ('API', 'MANAGEMENT')`),
    index('role_created_at_index').on(table.createdAt, table.id),
  ],
);
