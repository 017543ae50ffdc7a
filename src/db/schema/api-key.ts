import { sql } from 'drizzle-orm';
import { bigint, check, index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { application } from './application.ts';
import { instant, orderedText } from './column-types.ts';

/** A key without its secrets. Its status is not stored: it follows from the times and the clock. */
export const apiKey = pgTable(
  'api_key',
  {
    id: uuid('id').primaryKey(),
    /** The 12 characters that stand in every token of this key. */
    publicId: orderedText('public_id').notNull().unique('api_key_public_id_unique'),
    applicationId: uuid('application_id')
      .notNull()
      .references(() => application.id),
    name: orderedText('name').notNull(),
    note: text('note'),
    externalId: orderedText('external_id'),
    metadata: jsonb('metadata'),
    environment: text('environment').$type<'LIVE' | 'TEST'>().notNull(),
    type: text('type').$type<'API' | 'MANAGEMENT'>().notNull(),
    applicationScope: text('application_scope').$type<'OWN' | 'ALL'>().notNull().default('OWN'),
    /** Rules in the grammar of privileges. Empty: nothing is allowed. */
    privileges: text('privileges').array().notNull(),
    /** What a management key may hand out; null for the keys that hand out nothing. */
    grantable: text('grantable').array(),
    onDenied: text('on_denied').$type<'REJECT' | 'NULL' | 'HIDE'>().notNull().default('REJECT'),
    enforcement: jsonb('enforcement'),
    plan: text('plan'),
    throttle: jsonb('throttle'),
    restrictions: jsonb('restrictions'),
    expiresAt: instant('expires_at'),
    notBefore: instant('not_before'),
    disabledAt: instant('disabled_at'),
    disabledReason: text('disabled_reason'),
    revokedAt: instant('revoked_at'),
    revokedReason: text('revoked_reason'),
    deletedAt: instant('deleted_at'),
    /** When the row of a deleted key goes for good. */
    purgeAt: instant('purge_at'),
    createdAt: instant('created_at').notNull(),
    /** The key that made it or, when that was purged, the one that made that; null for the first key. */
    createdBy: uuid('created_by'),
    updatedAt: instant('updated_at').notNull(),
    /** Only ever moved forward, by a statement of its own. */
    lastUsedAt: instant('last_used_at'),
    lastUsedFrom: text('last_used_from'),
    /** Raised by every change of policy, so that a cache never goes back. */
    version: bigint('version', { mode: 'number' }).notNull().default(1),
  },
  (table) => [
    check('api_key_public_id_check', sql`${table.publicId} ~ '^[0-9A-Za-z]{12}$'`),
    check('api_key_environment_check', sql`${table.environment} IN ('LIVE', 'TEST')`),
    check('api_key_type_check', sql`${table.type} IN ('API', 'MANAGEMENT')`),
    check('api_key_application_scope_check', sql`${table.applicationScope} IN ('OWN', 'ALL')`),
    check('api_key_on_denied_check', sql`${table.onDenied} IN ('REJECT', 'NULL', 'HIDE')`),
    check('api_key_scope_of_type_check', sql`${table.type} = 'MANAGEMENT' OR ${table.applicationScope} = 'OWN'`),
    check('api_key_grantable_of_type_check', sql`${table.type} = 'MANAGEMENT' OR ${table.grantable} IS NULL`),
    index('api_key_application_index').on(table.applicationId, table.createdAt, table.id),
    index('api_key_application_name_index').on(table.applicationId, table.name, table.id),
    index('api_key_created_at_index').on(table.createdAt, table.id),
    index('api_key_name_index').on(table.name, table.id),
    index('api_key_created_by_index').on(table.createdBy, table.createdAt, table.id),
    // What few keys are, among many: a list of them in any order looks at these alone.
    index('api_key_management_index').on(table.createdAt, table.id).where(sql`${table.type} = 'MANAGEMENT'`),
    index('api_key_pending_index').on(table.createdAt, table.id).where(sql`${table.notBefore} IS NOT NULL`),
    index('api_key_disabled_index').on(table.createdAt, table.id).where(sql`${table.disabledAt} IS NOT NULL`),
    index('api_key_revoked_index').on(table.createdAt, table.id).where(sql`${table.revokedAt} IS NOT NULL`),
    index('api_key_deleted_index').on(table.createdAt, table.id).where(sql`${table.deletedAt} IS NOT NULL`),
    index('api_key_external_id_index').on(table.externalId).where(sql`${table.externalId} IS NOT NULL`),
    index('api_key_expires_at_index').on(table.expiresAt).where(sql`${table.expiresAt} IS NOT NULL`),
    index('api_key_purge_at_index').on(table.purgeAt).where(sql`${table.purgeAt} IS NOT NULL`),
  ],
);
