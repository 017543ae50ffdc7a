import { sql } from 'drizzle-orm';
import { bigint, check, index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { bytes, instant } from './column-types.ts';

/**
 * Who changed what, written in the transaction of the change. Each row carries the hash of the one before it; the
 * unique `prev_hash` makes a fork of the chain impossible to store, even for a writer that forgot to take its turn.
 */
export const auditEvent = pgTable(
  'audit_event',
  {
    seq: bigint('seq', { mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
    at: instant('at').notNull(),
    /** Null when nobody's key acted: a command on the database itself, or a job. */
    actorKeyId: uuid('actor_key_id'),
    actorAddress: text('actor_address'),
    requestId: text('request_id'),
    action: text('action').notNull(),
    targetType: text('target_type').notNull(),
    targetId: text('target_id').notNull(),
    /** The application whose administrators may see the event; null for events of the instance. */
    applicationId: uuid('application_id'),
    before: jsonb('before'),
    after: jsonb('after'),
    /** 32 zero bytes in the first row. */
    prevHash: bytes('prev_hash').notNull().unique('audit_event_prev_hash_unique'),
    hash: bytes('hash').notNull(),
  },
  (table) => [
    check('audit_event_hash_check', sql`octet_length(${table.hash}) = 32 AND octet_length(${table.prevHash}) = 32`),
    index('audit_event_application_index').on(table.applicationId, table.seq),
    index('audit_event_target_index').on(table.targetType, table.targetId, table.seq),
    index('audit_event_actor_index').on(table.actorKeyId, table.seq),
    index('audit_event_at_index').on(table.at),
  ],
);
