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
    /** Rises whenever something is added. */
    version: bigint('version', { mode: 'number' }).notNull().default(1),
    /** How far a roll-up of this version has come: up to this key, in order of their ids. */
    rolledUpVersion: bigint('rolled_up_version', { mode: 'number' }),
    rolledUpThrough: uuid('rolled_up_through'),
  },
  (table) => [primaryKey({ name: 'usage_stale_pkey', columns: [table.level, table.at] })],
);
