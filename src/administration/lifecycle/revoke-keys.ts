import { sql } from 'drizzle-orm';
import { amongIds } from '../../db/among-ids.ts';
import { apiKey } from '../../db/schema/index.ts';
import type { ApiKeyDetails } from '../../keys/store/api-key-details.ts';
import { noteKeyChange } from '../api-keys/change-key.ts';
import type { ActorChange } from '../change.ts';

/** Ends those of the keys that were not revoked; deleted ones too, so that none of them comes back as a living key. */
export async function revokeKeys(
  change: ActorChange,
  keys: readonly ApiKeyDetails[],
  reason: string | null,
): Promise<void> {
  const living = keys.filter(({ revokedAt }) => revokedAt === undefined);
  if (living.length === 0) return;
  const { within, now } = change;
  const ids = living.map(({ id }) => id);
  await within
    .update(apiKey)
    .set({ revokedAt: now, revokedReason: reason, updatedAt: now, version: sql`${apiKey.version} + 1` })
    .where(amongIds(apiKey.id, ids));
  for (const key of living) {
    noteKeyChange(change, key, {
      action: 'api_key.revoked',
      before: { revokedAt: null },
      after: { revokedAt: now, reason },
    });
  }
}
