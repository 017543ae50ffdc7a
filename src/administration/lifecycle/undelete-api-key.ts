import { and, eq, inArray, isNotNull } from 'drizzle-orm';
import { apiKeySecret } from '../../db/schema/index.ts';
import { codedError } from '../../kernel/errors.ts';
import type { ApiKeyDetails } from '../../keys/store/api-key-details.ts';
import { changeKey } from '../api-keys/change-key.ts';
import { issueSecret, nextToken } from '../api-keys/issue-secret.ts';
import { targetKey } from '../api-keys/target-key.ts';
import { type ActorChange, changeBy } from '../change.ts';
import { requireEtag } from '../etag.ts';
import { earlierResult } from '../idempotency.ts';
import { setSecret, settleSecrets } from '../rotation/secret-changes.ts';
import { requireCeiling } from '../rules/ceiling.ts';
import type { AdministrationServices, Caller } from '../services.ts';

export interface UndeleteApiKeyInput {
  readonly id: string;
  readonly etag?: string | undefined;
  /**
   * The former secrets work again once the key is enabled, unless one of them was found in the open. Without it they are
   * revoked, and there is a new one.
   */
  readonly keepSecret: boolean;
  readonly idempotencyKey?: string | undefined;
}

export interface UndeletedApiKey {
  readonly apiKey: ApiKeyDetails;
  /** The key's new text, this once; `undefined` when it keeps its secret, or an earlier call made it. */
  readonly key: string | undefined;
}

/**
 * Brings a deleted key back, disabled; a revoked one comes back revoked. The actor must be able to mint it as it is. Of a
 * key that is not deleted nothing changes.
 * @throws NOT_FOUND, ETAG_MISMATCH, UNDELETE_WINDOW_ELAPSED, PRIVILEGE_ESCALATION, IDEMPOTENCY_KEY_REUSED
 */
export async function undeleteApiKey(
  services: AdministrationServices,
  caller: Caller,
  input: UndeleteApiKeyInput,
): Promise<UndeletedApiKey> {
  return changeBy(services, caller, async (change) => {
    const { actor, now } = change;
    const before = await targetKey(change, input.id);
    const earlier = await earlierResult(change, 'undeleteApiKey', input, before.id);
    if (earlier !== undefined) return { apiKey: before, key: undefined };
    requireEtag(before, input.etag);
    if (before.deletedAt === undefined) return { apiKey: before, key: undefined };
    if (before.purgeAt !== undefined && before.purgeAt <= now) {
      throw codedError('UNDELETE_WINDOW_ELAPSED', 'The key was deleted more than 30 days ago. Create a new one.');
    }
    requireCeiling(actor, before, services.schemas);
    const disabledAt = before.disabledAt ?? now;
    const replaces = before.revokedAt === undefined && (!input.keepSecret || (await hasExposedSecret(change, before)));
    const key = replaces ? await replaceSecrets(services, change, before) : undefined;
    const columns = { deletedAt: null, purgeAt: null, disabledAt };
    await changeKey(change, before, columns, {
      action: 'api_key.undeleted',
      before: { deletedAt: before.deletedAt, disabledAt: before.disabledAt ?? null },
      after: { deletedAt: null, disabledAt, newSecret: replaces },
    });
    return { apiKey: await targetKey(change, before.id), key };
  });
}

const living = ['PENDING', 'ACTIVE', 'RETIRING'] as const;

/** Of a deleted key that is reported nothing is done but to note it: there is nothing to stop until it comes back. */
async function hasExposedSecret({ within }: ActorChange, { id }: ApiKeyDetails): Promise<boolean> {
  const [exposed] = await within
    .select({ id: apiKeySecret.id })
    .from(apiKeySecret)
    .where(
      and(eq(apiKeySecret.apiKeyId, id), inArray(apiKeySecret.status, [...living]), isNotNull(apiKeySecret.exposedAt)),
    )
    .limit(1);
  return exposed !== undefined;
}

/** Whoever found the old text while the key was gone has nothing. */
async function replaceSecrets(
  services: AdministrationServices,
  change: ActorChange,
  key: ApiKeyDetails,
): Promise<string> {
  for (const secret of Object.values(await settleSecrets(change, key.id))) {
    if (secret) await setSecret(change, secret.id, { status: 'REVOKED', expiresAt: change.now });
  }
  const secret = { apiKeyId: key.id, status: 'ACTIVE', activatedAt: change.now } as const;
  return issueSecret(services, change, secret, nextToken(services, key));
}
