import { sql } from 'drizzle-orm';
import { check, index, jsonb, pgTable, smallint, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './column-types.ts';

/**
 * What receivers of webhooks are still to be told, written in the transaction of what happened. A row stays for a while
 * after it was settled, so that `dedupKey` keeps an event from being announced twice.
 */
export const outbox = pgTable(
  'outbox',
  {
    /** Also the identity of the message: the same for every attempt. */
    id: uuid('id').primaryKey(),
    type: text('type').notNull(),
    dedupKey: text('dedup_key').notNull().unique('outbox_dedup_key_unique'),
    payload: jsonb('payload').notNull(),
    createdAt: instant('created_at').notNull(),
    attempts: smallint('attempts').notNull().default(0),
    /** Null once it was delivered, or given up. */
    nextAttemptAt: instant('next_attempt_at'),
    deliveredAt: instant('delivered_at'),
    /** Of the last attempt: the status, or why there was none. */
    lastAnswer: text('last_answer'),
  },
  (table) => [
    check('outbox_attempts_check', sql`${table.attempts} >= 0`),
    index('outbox_next_attempt_at_index').on(table.nextAttemptAt).where(sql`${table.nextAttemptAt} IS NOT NULL`),
    index('outbox_created_at_index').on(table.createdAt),
  ],
);
