import { bigint, pgTable, uuid } from 'drizzle-orm/pg-core';
import { instant } from './column-types.ts';

/**
 * Which instances may answer from what they cached of keys, and which changes they have seen. A logged table: a lease that
 * a crash of the database forgot would be one that nobody waits for.
 */
export const instanceLease = pgTable('instance_lease', {
  /** Made anew at every start of a process. */
  instance: uuid('instance').primaryKey(),
  /** The instance uses nothing that was read before this change. */
  epoch: bigint('epoch', { mode: 'number' }).notNull(),
  /** On the clock of the database, which alone decides whether the lease has lapsed. */
  expiresAt: instant('expires_at').notNull(),
});
