import type { ApiKeyDetails } from '../../keys/store/api-key-details.ts';
import { livingDescendants } from '../../keys/store/descendants.ts';
import { findApiKeys } from '../../keys/store/find-api-keys.ts';
import { visibilityOf } from '../../keys/store/visibility.ts';
import { changeKey } from '../api-keys/change-key.ts';
import { targetKey } from '../api-keys/target-key.ts';
import { type ActorChange, type ChangeReceipt, changeWithReceipt } from '../change.ts';
import { requireEtag } from '../etag.ts';
import { optionalText, textLimits } from '../rules/text.ts';
import type { AdministrationServices, Caller } from '../services.ts';
import { revokeKeys } from './revoke-keys.ts';

export interface DeleteApiKeyInput {
  readonly id: string;
  readonly etag?: string | undefined;
  readonly reason?: string | undefined;
  /** KEEP by default; REVOKE ends also the keys that it made, and that those made, as far as the actor may see them. */
  readonly descendants?: 'KEEP' | 'REVOKE' | undefined;
}

export interface DeletedApiKey {
  readonly apiKey: ApiKeyDetails;
  /** Keys that came from this one and still live. */
  readonly livingDescendants: number;
  /** After its `effectiveAt` no request with the key passes, and no mutation of it starts, on any instance. */
  readonly receipt: ChangeReceipt;
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
): Promise<DeletedApiKey> {
  const reason = optionalText('reason', input.reason, textLimits.reason) ?? null;
  const { value, receipt } = await changeWithReceipt(services, caller, async (change) => {
    const { within, actor, now } = change;
    const visibility = visibilityOf(actor);
    const before = await targetKey(change, input.id);
    requireEtag(before, input.etag);
    const living = await livingDescendants(services.database, within, before.id, visibility, now);
    const alsoEnded = input.descendants === 'REVOKE' ? await findApiKeys(within, living, visibility) : [];
    await revokeKeys(change, alsoEnded, reason);
    if (before.deletedAt === undefined) await markDeleted(change, before, reason);
    return { apiKey: await targetKey(change, before.id), livingDescendants: living.length - alsoEnded.length };
  });
  return { ...value, receipt };
}

async function markDeleted(change: ActorChange, key: ApiKeyDetails, reason: string | null): Promise<void> {
  const deletedAt = change.now;
  const purgeAt = deletedAt + undeleteWindowMs;
  await changeKey(
    change,
    key,
    { deletedAt, purgeAt },
    {
      action: 'api_key.deleted',
      before: { deletedAt: null },
      after: { deletedAt, purgeAt, reason },
    },
  );
}
