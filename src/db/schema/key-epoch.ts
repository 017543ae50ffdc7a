import { sql } from 'drizzle-orm';
import { bigint, boolean, check, pgTable } from 'drizzle-orm/pg-core';

/**
 * How many changes made cached keys stale: one row, raised as the last thing that the transaction of such a change does.
 * Its lock puts the changes in the order of their commits, and what is rolled back leaves no hole in the numbers.
 */
export const keyEpoch = pgTable(
  'key_epoch',
  {
    only: boolean('only').primaryKey().default(true),
    epoch: bigint('epoch', { mode: 'number' }).notNull(),
  },
  (table) => [check('key_epoch_only_check', sql`${table.only}`)],
);
