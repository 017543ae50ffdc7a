import { codedError } from '../../kernel/errors.ts';
import type { ApiKeyDetails } from '../../keys/store/api-key-details.ts';
import { changeKey } from '../api-keys/change-key.ts';
import { requireUnended, targetKey } from '../api-keys/target-key.ts';
import { changeBy } from '../change.ts';
import { requireEtag } from '../etag.ts';
import { requireCeiling } from '../rules/ceiling.ts';
import type { AdministrationServices, Caller } from '../services.ts';
import { setSecret, settleSecrets } from './secret-changes.ts';

export interface CancelApiKeyRotationInput {
  readonly id: string;
  readonly etag?: string | undefined;
}

/**
 * Takes a pending secret back; the present one goes on as before the rotation. That keeps
 * alive a secret that was to end, so its actor must be able to mint the key.
 * @throws NOT_FOUND, ETAG_MISMATCH, API_KEY_ENDED, PRIVILEGE_ESCALATION, ROTATION_NOT_ALLOWED when no secret is pending (any more)
 */
export async function cancelApiKeyRotation(
  services: AdministrationServices,
  caller: Caller,
  input: CancelApiKeyRotationInput,
): Promise<ApiKeyDetails> {
  return changeBy(services, caller, async (change) => {
    const before = await targetKey(change, input.id);
    requireEtag(before, input.etag);
    requireUnended(before);
    requireCeiling(change.actor, before, services.schemas);
    const { pending, active } = await settleSecrets(change, before.id);
    if (!pending) {
      const message = 'No secret of the key is pending: there is no rotation, or its new secret is in use already.';
      throw codedError('ROTATION_NOT_ALLOWED', message);
    }
    await setSecret(change, pending.id, { status: 'REVOKED', expiresAt: change.now });
    if (active) await setSecret(change, active.id, { expiresAt: null });
    await changeKey(
      change,
      before,
      {},
      {
        action: 'api_key.rotation_canceled',
        before: { secretId: pending.id },
        after: { secretId: null },
      },
    );
    return targetKey(change, before.id);
  });
}
