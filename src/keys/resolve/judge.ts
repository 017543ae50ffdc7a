import type { ApiKeyRecord, KeySecretRecord } from '../api-key.ts';
import type { KeyRefusal } from './key-resolution.ts';

export type Judgement =
  | { readonly kind: 'ACTIVE'; readonly key: ApiKeyRecord; readonly secret: KeySecretRecord }
  | KeyRefusal;

/**
 * Whether a key whose secret was proved may act at `now`. The final states come first, so that a key which is both
 * revoked and expired says what cannot be mended. A moment of expiry is the first at which the key no longer works; a
 * `notBefore` is the first at which it does.
 */
export function judge(key: ApiKeyRecord, secret: KeySecretRecord, now: number): Judgement {
  if (key.deletedAt !== undefined) return { kind: 'REVOKED', at: key.deletedAt, key };
  if (key.revokedAt !== undefined) return { kind: 'REVOKED', at: key.revokedAt, key };
  if (key.application.status === 'DELETED') return { kind: 'REVOKED', at: undefined, key };
  if (secret.status === 'REVOKED') return { kind: 'REVOKED', at: undefined, key };
  if (key.disabledAt !== undefined) return { kind: 'DISABLED', at: key.disabledAt, key };
  if (key.application.status === 'DISABLED') return { kind: 'DISABLED', at: undefined, key };
  const expiresAt = earlier(key.expiresAt, secret.expiresAt);
  if (expiresAt !== undefined && expiresAt <= now) return { kind: 'EXPIRED', at: expiresAt, key };
  if (secret.status === 'EXPIRED') return { kind: 'EXPIRED', at: secret.expiresAt, key };
  if (key.notBefore !== undefined && now < key.notBefore) return { kind: 'NOT_YET_VALID', at: key.notBefore, key };
  return { kind: 'ACTIVE', key, secret };
}

function earlier(left: number | undefined, right: number | undefined): number | undefined {
  if (left === undefined) return right;
  return right === undefined ? left : Math.min(left, right);
}
