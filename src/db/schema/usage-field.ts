import { bigint, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './column-types.ts';

/** How often each key used each privilege on a field, or was denied it, in an hour or a day (UTC) that begins at `at`. */
function fieldCounts<Name extends string>(name: Name) {
  return pgTable(
    name,
    {
      at: instant('at').notNull(),
      apiKeyId: uuid('api_key_id').notNull(),
      applicationId: uuid('application_id').notNull(),
      surface: text('surface').$type<'API' | 'MANAGEMENT'>().notNull(),
      /** `City.population` */
      coordinate: text('coordinate').notNull(),
      verb: text('verb').$type<'read' | 'write' | 'update'>().notNull(),
      /** Operations that were admitted with it. */
      uses: bigint('uses', { mode: 'number' }).notNull().default(0),
      denials: bigint('denials', { mode: 'number' }).notNull().default(0),
      lastUsedAt: instant('last_used_at'),
    },
    (table) => [
      primaryKey({
        name: `${name}_pkey`,
        columns: [table.at, table.apiKeyId, table.surface, table.coordinate, table.verb],
      }),
      index(`${name}_api_key_index`).on(table.apiKeyId, table.at),
      index(`${name}_coordinate_index`).on(table.coordinate, table.at),
    ],
  );
}

export const usageFieldHour = fieldCounts('usage_field_hour');
export const usageFieldDay = fieldCounts('usage_field_day');
