import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import { apiKey, apiKeySecret } from '../db/schema/index.ts';
import { codedError } from '../kernel/errors.ts';
import type { ApiKeyDetails } from '../keys/store/api-key-details.ts';
import { type ActorChange, changeBy } from './change.ts';
import { requireEtag } from './etag.ts';
import { earlierResult } from './idempotency.ts';
import { issueSecret, nextToken } from './issue-secret.ts';
import { requireCeiling } from './rules/ceiling.ts';
import type { AdministrationServices, Caller } from './services.ts';
import { targetKey } from './target-key.ts';

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
    const { within, actor, now } = change;
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
    await within
      .update(apiKey)
      .set({ deletedAt: null, purgeAt: null, disabledAt, updatedAt: now, version: sql`${apiKey.version} + 1` })
      .where(eq(apiKey.id, before.id));
    const replaces = before.revokedAt === undefined && (!input.keepSecret || (await hasExposedSecret(change, before)));
    const key = replaces ? await replaceSecrets(services, change, before) : undefined;
    change.touchKeys(before.publicId);
    change.record({
      action: 'api_key.undeleted',
      targetType: 'ApiKey',
      targetId: before.id,
      applicationId: before.application.id,
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
  await change.within
    .update(apiKeySecret)
    .set({ status: 'REVOKED', expiresAt: change.now })
    .where(and(eq(apiKeySecret.apiKeyId, key.id), inArray(apiKeySecret.status, [...living])));
  const secret = { apiKeyId: key.id, status: 'ACTIVE', activatedAt: change.now } as const;
  return issueSecret(services, change, secret, nextToken(services, key));
}
