import { bigint, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './column-types.ts';

/** Privileges that were used together, or denied: they stand here once, whoever used them how often. */
export const usageFieldSet = pgTable(
  'usage_field_set',
  {
    /** Hash of the rules. */
    id: uuid('id').primaryKey(),
    /** `read:City.population`, in order. */
    rules: text('rules').array().notNull(),
    lastSeenAt: instant('last_seen_at').notNull(),
  },
  (table) => [
    index('usage_field_set_rules_index').using('gin', table.rules),
    index('usage_field_set_last_seen_at_index').on(table.lastSeenAt),
  ],
);

/** How often each key used each set, or was denied it, in an hour (UTC) that begins at `at`. */
export const usageSetHour = pgTable(
  'usage_set_hour',
  {
    at: instant('at').notNull(),
    apiKeyId: uuid('api_key_id').notNull(),
    applicationId: uuid('application_id').notNull(),
    surface: text('surface').$type<'API' | 'MANAGEMENT'>().notNull(),
    setId: uuid('set_id').notNull(),
    /** Operations that were admitted with it. */
    uses: bigint('uses', { mode: 'number' }).notNull().default(0),
    denials: bigint('denials', { mode: 'number' }).notNull().default(0),
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [
    primaryKey({
      name: 'usage_set_hour_pkey',
      columns: [table.apiKeyId, table.at, table.setId, table.surface],
    }),
    index('usage_set_hour_set_index').on(table.setId, table.at),
  ],
);
