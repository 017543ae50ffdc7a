import { index, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core';
import { apiKey } from './api-key.ts';
import { role } from './role.ts';

/** Which keys have which roles. Both are of one type: use cases see to it, and neither type ever changes. */
export const keyRole = pgTable(
  'key_role',
  {
    apiKeyId: uuid('api_key_id')
      .notNull()
      .references(() => apiKey.id, { onDelete: 'cascade' }),
    roleId: uuid('role_id')
      .notNull()
      .references(() => role.id, { onDelete: 'cascade' }),
  },
  (table) => [
    primaryKey({ name: 'key_role_pkey', columns: [table.apiKeyId, table.roleId] }),
    index('key_role_role_index').on(table.roleId),
  ],
);
