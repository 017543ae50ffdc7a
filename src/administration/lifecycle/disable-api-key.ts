import type { ApiKeyDetails } from '../../keys/store/api-key-details.ts';
import { changeKey } from '../api-keys/change-key.ts';
import { requireUnended, targetKey } from '../api-keys/target-key.ts';
import { type ChangeReceipt, changeWithReceipt } from '../change.ts';
import { requireEtag } from '../etag.ts';
import { requireOwnWhenRetiring } from '../rotation/retiring-secret.ts';
import { optionalText, textLimits } from '../rules/text.ts';
import type { AdministrationServices, Caller } from '../services.ts';

export interface DisableApiKeyInput {
  readonly id: string;
  readonly etag?: string | undefined;
  readonly reason?: string | undefined;
}

export interface DisabledApiKey {
  readonly apiKey: ApiKeyDetails;
  /** After its `effectiveAt` no request with the key passes, and no mutation of it starts, on any instance. */
  readonly receipt: ChangeReceipt;
}

/**
 * Stops a key until it is enabled again, on every instance before the answer. Of a disabled key nothing changes. It needs no ceiling: taking away is always
 * allowed to whoever may call it.
 * @throws BAD_USER_INPUT, NOT_FOUND, ETAG_MISMATCH, API_KEY_ENDED
 */
export async function disableApiKey(
  services: AdministrationServices,
  caller: Caller,
  input: DisableApiKeyInput,
): Promise<DisabledApiKey> {
  const reason = optionalText('reason', input.reason, textLimits.reason) ?? null;
  requireOwnWhenRetiring(caller, [input.id]);
  const { value, receipt } = await changeWithReceipt(services, caller, async (change) => {
    const { now } = change;
    const before = await targetKey(change, input.id);
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
  return { apiKey: value, receipt };
}
