import { jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from './column-types.ts';

/** Facts about this database that every instance shares: the pepper's check value, how far the seed came. */
export const instanceSetting = pgTable('instance_setting', {
  name: text('name').primaryKey(),
  value: jsonb('value').notNull(),
  updatedAt: instant('updated_at').notNull(),
});
