import { sql } from 'drizzle-orm';
import { check, index, pgTable, smallint, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { apiKey } from './api-key.ts';
import { bytes, instant } from './column-types.ts';

/** What proves a key. Found through the key's public id, so a key has few rows here: at most one of each living status. */
export const apiKeySecret = pgTable(
  'api_key_secret',
  {
    id: uuid('id').primaryKey(),
    apiKeyId: uuid('api_key_id')
      .notNull()
      .references(() => apiKey.id, { onDelete: 'cascade' }),
    /** HMAC-SHA-256, under the pepper of `pepperVersion`, of the token's SHA-256. */
    hash: bytes('hash').notNull().unique('api_key_secret_hash_unique'),
    pepperVersion: smallint('pepper_version').notNull(),
    /** For display; too short to hold a token. */
    redacted: text('redacted').notNull(),
    status: text('status').$type<'PENDING' | 'ACTIVE' | 'RETIRING' | 'EXPIRED' | 'REVOKED'>().notNull(),
    createdAt: instant('created_at').notNull(),
    activatedAt: instant('activated_at'),
    expiresAt: instant('expires_at'),
    lastUsedAt: instant('last_used_at'),
    /** When it was first reported to stand in the open. */
    exposedAt: instant('exposed_at'),
  },
  (table) => [
    check('api_key_secret_hash_check', sql`octet_length(${table.hash}) = 32`),
    check('api_key_secret_redacted_check', sql`char_length(${table.redacted}) <= 40`),
    check(
      'api_key_secret_status_check',
      sql`${table.status} IN ('PENDING', 'ACTIVE', 'RETIRING', 'EXPIRED', 'REVOKED')`,
    ),
    index('api_key_secret_api_key_index').on(table.apiKeyId),
    uniqueIndex('api_key_secret_pending_unique').on(table.apiKeyId).where(sql`${table.status} = 'PENDING'`),
    uniqueIndex('api_key_secret_active_unique').on(table.apiKeyId).where(sql`${table.status} = 'ACTIVE'`),
    uniqueIndex('api_key_secret_retiring_unique').on(table.apiKeyId).where(sql`${table.status} = 'RETIRING'`),
    index('api_key_secret_expires_at_index').on(table.expiresAt).where(sql`${table.expiresAt} IS NOT NULL`),
  ],
);
