import { inArray, sql } from 'drizzle-orm';
import { apiKey } from '../db/schema/index.ts';
import type { ApiKeyDetails } from '../keys/store/api-key-details.ts';
import type { ActorChange } from './change.ts';

/** Ends those of the keys that have not ended. */
export async function revokeKeys(
  { within, now, touchKeys, record }: ActorChange,
  keys: readonly ApiKeyDetails[],
  reason: string | null,
): Promise<void> {
  const living = keys.filter(({ revokedAt, deletedAt }) => revokedAt === undefined && deletedAt === undefined);
  if (living.length === 0) return;
  const ids = living.map(({ id }) => id);
  await within
    .update(apiKey)
    .set({ revokedAt: now, revokedReason: reason, updatedAt: now, version: sql`${apiKey.version} + 1` })
    .where(inArray(apiKey.id, ids));
  for (const key of living) {
    touchKeys(key.publicId);
    record({
      action: 'api_key.revoked',
      targetType: 'ApiKey',
      targetId: key.id,
      applicationId: key.application.id,
      before: { revokedAt: null },
      after: { revokedAt: now, reason },
    });
  }
}
