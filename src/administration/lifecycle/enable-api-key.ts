import type { ApiKeyDetails } from '../../keys/store/api-key-details.ts';
import { changeKey } from '../api-keys/change-key.ts';
import { requireUnended, targetKey } from '../api-keys/target-key.ts';
import { changeBy } from '../change.ts';
import { requireEtag } from '../etag.ts';
import { requireCeiling } from '../rules/ceiling.ts';
import type { AdministrationServices, Caller } from '../services.ts';

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
    const before = await targetKey(change, input.id);
    requireEtag(before, input.etag);
    requireUnended(before);
    if (before.disabledAt === undefined) return before;
    requireCeiling(change.actor, before, services.schemas);
    const columns = { disabledAt: null, disabledReason: null };
    await changeKey(change, before, columns, {
      action: 'api_key.enabled',
      before: { disabledAt: before.disabledAt },
      after: { disabledAt: null },
    });
    return targetKey(change, before.id);
  });
}
