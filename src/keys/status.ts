import type { ApiKeyRecord } from './api-key.ts';

export type ApiKeyStatus = 'PENDING' | 'ACTIVE' | 'DISABLED' | 'EXPIRED' | 'REVOKED' | 'DELETED';

/** What an administrator sees at `now`. It follows from the times alone, so it is never stored and never late. */
export function statusOf(
  key: Pick<ApiKeyRecord, 'deletedAt' | 'revokedAt' | 'disabledAt' | 'expiresAt' | 'notBefore'>,
  now: number,
): ApiKeyStatus {
  if (key.deletedAt !== undefined) return 'DELETED';
  if (key.revokedAt !== undefined) return 'REVOKED';
  if (key.disabledAt !== undefined) return 'DISABLED';
  if (key.expiresAt !== undefined && key.expiresAt <= now) return 'EXPIRED';
  return key.notBefore !== undefined && now < key.notBefore ? 'PENDING' : 'ACTIVE';
}
