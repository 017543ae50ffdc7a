import { and, inArray, lte, sql } from 'drizzle-orm';
import { idempotency } from '../../db/schema/index.ts';
import { idempotencyKeptMs } from '../idempotency.ts';
import type { AdministrationServices } from '../services.ts';

/** Of one statement, so that none runs long. */
const mostPurged = 10_000;
/** Of one run: more than can be made in the hour between two. */
const mostStatements = 1000;

/**
 * Removes what idempotency keys are remembered by once they count no more. Nobody reads such a row (a call with the same
 * key replaces it), so no turn is taken. Answers how many they were.
 * @param now as all instances have it
 */
export async function purgeIdempotency(services: AdministrationServices, now: number): Promise<number> {
  let gone = 0;
  for (let statement = 0; statement < mostStatements; statement++) {
    const some = await purgeSome(services, now);
    gone += some;
    if (some < mostPurged) break;
  }
  return gone;
}

async function purgeSome({ database }: AdministrationServices, now: number): Promise<number> {
  const { queries } = database;
  const place = sql`(${idempotency.actorKeyId}, ${idempotency.mutation}, ${idempotency.idempotencyKey})`;
  const due = lte(idempotency.createdAt, now - idempotencyKeptMs);
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
