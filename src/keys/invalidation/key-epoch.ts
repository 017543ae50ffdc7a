import { sql } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { keyEpoch } from '../../db/schema/index.ts';

/**
 * The number of the change that this transaction makes. From here to its end it holds the row, so changes get their
 * numbers in the order of their commits.
 */
export async function raiseKeyEpoch(within: Queries): Promise<number> {
  const [row] = await within
    .insert(keyEpoch)
    .values({ epoch: 1 })
    .onConflictDoUpdate({ target: keyEpoch.only, set: { epoch: sql`${keyEpoch.epoch} + 1` } })
    .returning({ epoch: keyEpoch.epoch });
  if (!row) throw new Error('the key epoch was raised and not returned');
  return row.epoch;
}

/** The number of the last committed change; 0 before the first. */
export async function readKeyEpoch(queries: Queries): Promise<number> {
  const [row] = await queries.select({ epoch: keyEpoch.epoch }).from(keyEpoch);
  return row?.epoch ?? 0;
}
