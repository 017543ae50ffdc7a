import { eq, sql } from 'drizzle-orm';
import { apiKey } from '../db/schema/index.ts';
import type { ApiKeyDetails } from '../keys/store/api-key-details.ts';
import { changeBy } from './change.ts';
import { requireEtag } from './etag.ts';
import { requireOwnWhenRetiring } from './retiring-secret.ts';
import { optionalText, textLimits } from './rules/text.ts';
import type { AdministrationServices, Caller } from './services.ts';
import { requireUnended, targetKey } from './target-key.ts';

export interface DisableApiKeyInput {
  readonly id: string;
  readonly etag?: string | undefined;
  readonly reason?: string | undefined;
}

/**
 * Stops a key until it is enabled again. Of a disabled key nothing changes. It needs no ceiling: taking away is always
 * allowed to whoever may call it.
 * @throws BAD_USER_INPUT, NOT_FOUND, ETAG_MISMATCH, API_KEY_ENDED
 */
export async function disableApiKey(
  services: AdministrationServices,
  caller: Caller,
  input: DisableApiKeyInput,
): Promise<ApiKeyDetails> {
  const reason = optionalText('reason', input.reason, textLimits.reason) ?? null;
  return changeBy(services, caller, async (change) => {
    const { within, now } = change;
    const before = await targetKey(change, input.id);
    requireOwnWhenRetiring(caller, [before.id]);
    requireEtag(before, input.etag);
    requireUnended(before);
    if (before.disabledAt !== undefined) return before;
    await within
      .update(apiKey)
      .set({ disabledAt: now, disabledReason: reason, updatedAt: now, version: sql`${apiKey.version} + 1` })
      .where(eq(apiKey.id, before.id));
    change.touchKeys(before.publicId);
    change.record({
      action: 'api_key.disabled',
      targetType: 'ApiKey',
      targetId: before.id,
      applicationId: before.application.id,
      before: { disabledAt: null },
      after: { disabledAt: now, reason },
    });
    return targetKey(change, before.id);
  });
}
