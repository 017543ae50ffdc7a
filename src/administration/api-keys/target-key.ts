import { codedError } from '../../kernel/errors.ts';
import type { ApiKeyDetails } from '../../keys/store/api-key-details.ts';
import { findApiKey } from '../../keys/store/find-api-keys.ts';
import { visibilityOf } from '../../keys/store/visibility.ts';
import type { ActorChange } from '../change.ts';
import { notFound } from '../not-found.ts';

/** The key that the actor wants to change, as it is now; NOT_FOUND when it may not see it. */
export async function targetKey({ within, actor }: ActorChange, id: string): Promise<ApiKeyDetails> {
  const key = await findApiKey(within, id, visibilityOf(actor));
  if (!key) throw notFound('API key');
  return key;
}

/** A revoked or deleted key is what it is for good. */
export function requireUnended(key: ApiKeyDetails): void {
  if (key.revokedAt === undefined && key.deletedAt === undefined) return;
  throw codedError('API_KEY_ENDED', 'The key was revoked or deleted and cannot change any more. Create a new one.');
}
