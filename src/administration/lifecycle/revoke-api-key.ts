import type { ApiKeyDetails } from '../../keys/store/api-key-details.ts';
import { livingDescendants } from '../../keys/store/descendants.ts';
import { findApiKeys } from '../../keys/store/find-api-keys.ts';
import { visibilityOf } from '../../keys/store/visibility.ts';
import { targetKey } from '../api-keys/target-key.ts';
import { type ChangeReceipt, changeWithReceipt } from '../change.ts';
import { requireEtag } from '../etag.ts';
import { requireOwnWhenRetiring } from '../rotation/retiring-secret.ts';
import { optionalText, textLimits } from '../rules/text.ts';
import type { AdministrationServices, Caller } from '../services.ts';
import { revokeKeys } from './revoke-keys.ts';

export interface RevokeApiKeyInput {
  readonly id: string;
  readonly etag?: string | undefined;
  readonly reason?: string | undefined;
  /** REVOKE ends also the keys that it made, and that those made, as far as the actor may see them. */
  readonly descendants: 'KEEP' | 'REVOKE';
}

export interface RevokedApiKey {
  readonly apiKey: ApiKeyDetails;
  /** Keys that came from this one and still live. */
  readonly livingDescendants: number;
  /** After its `effectiveAt` no request with the key passes, and no mutation of it starts, on any instance. */
  readonly receipt: ChangeReceipt;
}

/**
 * Ends a key for good, on every instance before the answer. Revoking a revoked key changes nothing (but its descendants,
 * when that is asked). It needs no ceiling.
 * @throws BAD_USER_INPUT, NOT_FOUND, ETAG_MISMATCH
 */
export async function revokeApiKey(
  services: AdministrationServices,
  caller: Caller,
  input: RevokeApiKeyInput,
): Promise<RevokedApiKey> {
  const reason = optionalText('reason', input.reason, textLimits.reason) ?? null;
  const { database } = services;
  requireOwnWhenRetiring(caller, [input.id]);
  const { value, receipt } = await changeWithReceipt(services, caller, async (change) => {
    const { within, actor, now } = change;
    const visibility = visibilityOf(actor);
    const before = await targetKey(change, input.id);
    requireEtag(before, input.etag);
    const living = await livingDescendants(database, within, before.id, visibility, now);
    const alsoEnded = input.descendants === 'REVOKE' ? await findApiKeys(within, living, visibility) : [];
    requireOwnWhenRetiring(
      caller,
      alsoEnded.map(({ id }) => id),
    );
    await revokeKeys(change, [before, ...alsoEnded], reason);
    return { apiKey: await targetKey(change, before.id), livingDescendants: living.length - alsoEnded.length };
  });
  return { ...value, receipt };
}
