import type { ApiKeyDetails } from '../../keys/store/api-key-details.ts';
import { changeKey } from '../api-keys/change-key.ts';
import { requireUnended, targetKey } from '../api-keys/target-key.ts';
import { changeBy } from '../change.ts';
import { requireEtag } from '../etag.ts';
import { requireOwnWhenRetiring } from '../rotation/retiring-secret.ts';
import { optionalText, textLimits } from '../rules/text.ts';
import type { AdministrationServices, Caller } from '../services.ts';

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
    const { now } = change;
    const before = await targetKey(change, input.id);
    requireOwnWhenRetiring(caller, [before.id]);
    requireEtag(before, input.etag);
    requireUnended(before);
    if (before.disabledAt !== undefined) return before;
    const columns = { disabledAt: now, disabledReason: reason };
    await changeKey(change, before, columns, {
      action: 'api_key.disabled',
      before: { disabledAt: null },
      after: { disabledAt: now, reason },
    });
    return targetKey(change, before.id);
  });
}
