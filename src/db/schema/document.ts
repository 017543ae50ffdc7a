import { sql } from 'drizzle-orm';
import { check, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './column-types.ts';

/** Trusted documents of the protected API, by what is in them: a row never changes. They belong to no application. */
export const document = pgTable(
  'document',
  {
    /** Hex SHA-256 of the text. */
    hash: text('hash').primaryKey(),
    text: text('text').notNull(),
    createdAt: instant('created_at').notNull(),
    /** The key that registered it. No foreign key: that one may be purged before. */
    createdBy: uuid('created_by').notNull(),
  },
  (table) => [
    check('document_hash_check', sql`${table.hash} ~ '^[0-9a-f]{64}$'`),
    index('document_created_at_index').on(table.createdAt, table.hash),
  ],
);
