import { codedError } from '../../kernel/errors.ts';
import type { ApiKeyDetails } from '../../keys/store/api-key-details.ts';
import { changeKey } from '../api-keys/change-key.ts';
import { requireUnended, targetKey } from '../api-keys/target-key.ts';
import { type ActorChange, changeBy } from '../change.ts';
import { requireEtag } from '../etag.ts';
import { settleSecrets } from '../rotation/secret-changes.ts';
import { requireCeiling } from '../rules/ceiling.ts';
import type { AdministrationServices, Caller } from '../services.ts';

export interface EnableApiKeyInput {
  readonly id: string;
  readonly etag?: string | undefined;
  /** A secret that was found in the open shall work again all the same. */
  readonly keepExposedSecret?: boolean | undefined;
}

/**
 * Lets a disabled key work again. The actor must be able to mint it as it is. While one of its secrets lives that was
 * found in the open, whoever found it could use the key: so that is refused, unless it is asked for. Of an enabled key
 * nothing changes.
 * @throws NOT_FOUND, ETAG_MISMATCH, API_KEY_ENDED, PRIVILEGE_ESCALATION, SECRET_EXPOSED
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
    requireCeiling(change.actor, before, services.schemas);
    if (before.disabledAt === undefined) return before;
    if (!input.keepExposedSecret) await requireUnexposed(change, before);
    const columns = { disabledAt: null, disabledReason: null };
    await changeKey(change, before, columns, {
      action: 'api_key.enabled',
      before: { disabledAt: before.disabledAt },
      after: { disabledAt: null },
    });
    return targetKey(change, before.id);
  });
}

async function requireUnexposed(change: ActorChange, { id }: ApiKeyDetails): Promise<void> {
  const secrets = Object.values(await settleSecrets(change, id));
  if (secrets.every((secret) => secret?.exposedAt === undefined)) return;
  const message =
    'A secret of the key was reported as leaked and would work again. Rotate the key with gracePeriod PT0S first, or say keepExposedSecret: true.';
  throw codedError('SECRET_EXPOSED', message);
}
