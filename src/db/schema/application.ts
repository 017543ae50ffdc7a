import { sql } from 'drizzle-orm';
import { bigint, check, index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { instant, orderedText } from './column-types.ts';

/** The owner of keys. A deleted application keeps its row: usage and audit still name it. */
export const application = pgTable(
  'application',
  {
    id: uuid('id').primaryKey(),
    name: orderedText('name').notNull(),
    ownerName: orderedText('owner_name').notNull(),
    ownerEmail: orderedText('owner_email').notNull(),
    note: text('note'),
    externalId: orderedText('external_id'),
    metadata: jsonb('metadata'),
    plan: text('plan'),
    throttle: jsonb('throttle'),
    /** What becomes of a key that somebody found in the open. */
    leakPolicy: text('leak_policy').$type<'DISABLE' | 'EXPIRE_AFTER_GRACE' | 'ALERT'>().notNull().default('DISABLE'),
    status: text('status').$type<'ACTIVE' | 'DISABLED' | 'DELETED'>().notNull().default('ACTIVE'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    deletedAt: instant('deleted_at'),
    version: bigint('version', { mode: 'number' }).notNull().default(1),
  },
  (table) => [
    check('application_status_check', sql`${table.status} IN ('ACTIVE', 'DISABLED', 'DELETED')`),
    check('application_leak_policy_check', sql`${table.leakPolicy} IN ('DISABLE', 'EXPIRE_AFTER_GRACE', 'ALERT')`),
    check('application_deleted_check', sql`(${table.status} = 'DELETED') = (${table.deletedAt} IS NOT NULL)`),
    index('application_name_index').on(table.name, table.id),
    index('application_created_at_index').on(table.createdAt, table.id),
    index('application_external_id_index').on(table.externalId).where(sql`${table.externalId} IS NOT NULL`),
  ],
);
