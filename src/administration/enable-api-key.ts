import { eq, sql } from 'drizzle-orm';
import { apiKey } from '../db/schema/index.ts';
import type { ApiKeyDetails } from '../keys/store/api-key-details.ts';
import { changeBy } from './change.ts';
import { requireEtag } from './etag.ts';
import { requireCeiling } from './rules/ceiling.ts';
import type { AdministrationServices, Caller } from './services.ts';
import { requireUnended, targetKey } from './target-key.ts';

export interface EnableApiKeyInput {
  readonly id: string;
  readonly etag?: string | undefined;
}

/**
 * Lets a disabled key work again. The actor must be able to mint it as it is. Of an enabled key nothing changes.
 * @throws NOT_FOUND, ETAG_MISMATCH, API_KEY_ENDED, PRIVILEGE_ESCALATION
 */
export async function enableApiKey(
  services: AdministrationServices,
  caller: Caller,
  input: EnableApiKeyInput,
): Promise<ApiKeyDetails> {
  return changeBy(services, caller, async (change) => {
    const { within, actor, now } = change;
    const before = await targetKey(change, input.id);
    requireEtag(before, input.etag);
    requireUnended(before);
    if (before.disabledAt === undefined) return before;
    requireCeiling(actor, before, services.schemas);
    await within
      .update(apiKey)
      .set({ disabledAt: null, disabledReason: null, updatedAt: now, version: sql`${apiKey.version} + 1` })
      .where(eq(apiKey.id, before.id));
    change.touchKeys(before.publicId);
    change.record({
      action: 'api_key.enabled',
      targetType: 'ApiKey',
      targetId: before.id,
      applicationId: before.application.id,
      before: { disabledAt: before.disabledAt },
      after: { disabledAt: null },
    });
    return targetKey(change, before.id);
  });
}
