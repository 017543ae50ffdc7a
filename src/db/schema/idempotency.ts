import { sql } from 'drizzle-orm';
import { check, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { bytes, instant } from './column-types.ts';

/** What a mutation with an idempotency key made, so that its repetition within 24 hours answers the same object. */
export const idempotency = pgTable(
  'idempotency',
  {
    actorKeyId: uuid('actor_key_id').notNull(),
    mutation: text('mutation').notNull(),
    idempotencyKey: text('idempotency_key').notNull(),
    /** SHA-256 of the arguments: the same key with other arguments is refused. */
    requestHash: bytes('request_hash').notNull(),
    resultId: text('result_id').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'idempotency_pkey', columns: [table.actorKeyId, table.mutation, table.idempotencyKey] }),
    check('idempotency_request_hash_check', sql`octet_length(${table.requestHash}) = 32`),
    index('idempotency_created_at_index').on(table.createdAt),
  ],
);
