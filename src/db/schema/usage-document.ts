import { index, pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from './column-types.ts';

/** Operations by the hash that usage counts them under. Every literal is replaced: no value that a client sent is here. */
export const usageDocument = pgTable(
  'usage_document',
  {
    /** Hex SHA-256 of the whole normalized text. */
    hash: text('hash').primaryKey(),
    operationType: text('operation_type').notNull(),
    operationName: text('operation_name').notNull(),
    /** Its beginning when it is long. */
    normalized: text('normalized').notNull(),
    firstSeenAt: instant('first_seen_at').notNull(),
    lastSeenAt: instant('last_seen_at').notNull(),
  },
  (table) => [index('usage_document_last_seen_at_index').on(table.lastSeenAt)],
);
