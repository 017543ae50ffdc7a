import { bigint, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './column-types.ts';

/** The last batch that each instance wrote: a batch whose commit was never answered is not counted twice. */
export const usageWriter = pgTable('usage_writer', {
  instance: uuid('instance').primaryKey(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
  at: instant('at').notNull(),
});

/**
 * Hours and days to which something was added since they were rolled up. Readers take these from the finer level, so
 * totals are the same before, during and after a roll-up.
 */
export const usageStale = pgTable(
  'usage_stale',
  {
    level: text('level').$type<'HOUR' | 'DAY'>().notNull(),
    at: instant('at').notNull(),
  },
  (table) => [primaryKey({ name: 'usage_stale_pkey', columns: [table.level, table.at] })],
);
