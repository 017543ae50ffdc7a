import { createHash } from 'node:crypto';
import { and, eq, lte } from 'drizzle-orm';
import { canonicalJson } from '../audit/canonical-json.ts';
import { idempotency } from '../db/schema/index.ts';
import { codedError } from '../kernel/errors.ts';
import type { ActorChange } from './change.ts';
import { requireText, textLimits } from './rules/text.ts';

export const idempotencyKeptMs = 24 * 3_600_000;

/**
 * What an earlier call of this mutation by this key with this idempotency key made, or `undefined`: then `resultId` is
 * noted for later calls. Inside a change: parallel calls take turns, so one of them makes the object and the others
 * find it. `idempotencyKey` is left out of the arguments that must be equal.
 */
export async function earlierResult(
  change: ActorChange,
  mutation: string,
  input: { readonly idempotencyKey?: string | undefined },
  resultId: string,
): Promise<string | undefined> {
  if (input.idempotencyKey === undefined) return undefined;
  const { within, actor, now } = change;
  const idempotencyKey = requireText('idempotencyKey', input.idempotencyKey, textLimits.idempotencyKey);
  const requestHash = hashOf({ ...input, idempotencyKey: undefined });
  const same = and(
    eq(idempotency.actorKeyId, actor.id),
    eq(idempotency.mutation, mutation),
    eq(idempotency.idempotencyKey, idempotencyKey),
  );
  await within.delete(idempotency).where(and(same, lte(idempotency.createdAt, now - idempotencyKeptMs)));
  const [earlier] = await within.select().from(idempotency).where(same);
  if (!earlier) {
    await within
      .insert(idempotency)
      .values({ actorKeyId: actor.id, mutation, idempotencyKey, requestHash, resultId, createdAt: now });
    return undefined;
  }
  if (Buffer.from(earlier.requestHash).equals(requestHash)) return earlier.resultId;
  throw codedError('IDEMPOTENCY_KEY_REUSED', 'The idempotency key was used with other arguments. Use a new one.');
}

function hashOf(input: unknown): Uint8Array {
  return createHash('sha256').update(canonicalJson(input)).digest();
}
