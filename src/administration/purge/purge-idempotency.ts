import { and, inArray, lte, sql } from 'drizzle-orm';
import { idempotency } from '../../db/schema/index.ts';
import { idempotencyKeptMs } from '../idempotency.ts';
import type { AdministrationServices } from '../services.ts';

/** Of one statement, so that none runs long; the next run takes the rest. */
const mostPurged = 10_000;

/**
 * Removes what idempotency keys are remembered by once they count no more. Nobody reads such a row (a call with the same
 * key replaces it), so no turn is taken. Answers how many they were.
 */
export async function purgeIdempotency({ database, clock }: AdministrationServices): Promise<number> {
  const { queries } = database;
  const place = sql`(${idempotency.actorKeyId}, ${idempotency.mutation}, ${idempotency.idempotencyKey})`;
  const due = lte(idempotency.createdAt, clock.now() - idempotencyKeptMs);
  const some = queries
    .select({ a: idempotency.actorKeyId, b: idempotency.mutation, c: idempotency.idempotencyKey })
    .from(idempotency)
    .where(due)
    .limit(mostPurged);
  const gone = await queries
    .delete(idempotency)
    .where(and(due, inArray(place, some)))
    .returning({ mutation: idempotency.mutation });
  return gone.length;
}
