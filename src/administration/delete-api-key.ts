import { eq, sql } from 'drizzle-orm';
import { apiKey } from '../db/schema/index.ts';
import type { ApiKeyDetails } from '../keys/store/api-key-details.ts';
import { changeBy } from './change.ts';
import { requireEtag } from './etag.ts';
import { optionalText, textLimits } from './rules/text.ts';
import type { AdministrationServices, Caller } from './services.ts';
import { targetKey } from './target-key.ts';

export interface DeleteApiKeyInput {
  readonly id: string;
  readonly etag?: string | undefined;
  readonly reason?: string | undefined;
}

/** How long a deleted key can come back. */
export const undeleteWindowMs = 30 * 86_400_000;

/**
 * Ends a key and takes it out of the lists. For 30 days it can be brought back; at `purgeAt` its record goes. Of a deleted
 * key nothing changes. It needs no ceiling.
 * @throws BAD_USER_INPUT, NOT_FOUND, ETAG_MISMATCH
 */
export async function deleteApiKey(
  services: AdministrationServices,
  caller: Caller,
  input: DeleteApiKeyInput,
): Promise<ApiKeyDetails> {
  const reason = optionalText('reason', input.reason, textLimits.reason) ?? null;
  return changeBy(services, caller, async (change) => {
    const { within, now } = change;
    const before = await targetKey(change, input.id);
    requireEtag(before, input.etag);
    if (before.deletedAt !== undefined) return before;
    const purgeAt = now + undeleteWindowMs;
    await within
      .update(apiKey)
      .set({ deletedAt: now, purgeAt, updatedAt: now, version: sql`${apiKey.version} + 1` })
      .where(eq(apiKey.id, before.id));
    change.touchKeys(before.publicId);
    change.record({
      action: 'api_key.deleted',
      targetType: 'ApiKey',
      targetId: before.id,
      applicationId: before.application.id,
      before: { deletedAt: null },
      after: { deletedAt: now, purgeAt, reason },
    });
    return targetKey(change, before.id);
  });
}
