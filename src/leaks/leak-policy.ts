import type { KeySecretRecord, LeakPolicy } from '../keys/api-key.ts';
import type { ApiKeyStatus } from '../keys/status.ts';

export const defaultLeakPolicy: LeakPolicy = 'DISABLE';

/** How long a secret that was found works on under `EXPIRE_AFTER_GRACE`: enough to bring another one to where it is used. */
export const leakGraceMs = 3_600_000;

export type LeakAction =
  /** It proves nothing any more, or nobody wants more than to know. */
  | { readonly kind: 'NOTHING' }
  | { readonly kind: 'DISABLE_KEY' }
  /** The secret ends at this moment; a rotation gives the key another. */
  | { readonly kind: 'RETIRE_SECRET'; readonly expiresAt: number }
  /** Nobody uses it yet: its rotation is canceled. */
  | { readonly kind: 'CANCEL_SECRET' };

/** Of one secret of one key, as both are at `now`. Of a key that has ended for good nothing is left to protect. */
export function decideLeak(
  policy: LeakPolicy,
  key: ApiKeyStatus,
  { status, expiresAt }: Pick<KeySecretRecord, 'status' | 'expiresAt'>,
  now: number,
): LeakAction {
  const keyEnded = key === 'REVOKED' || key === 'DELETED';
  const secretEnded = status === 'EXPIRED' || status === 'REVOKED';
  if (keyEnded || secretEnded || policy === 'ALERT') return { kind: 'NOTHING' };
  if (policy === 'DISABLE') return key === 'DISABLED' ? { kind: 'NOTHING' } : { kind: 'DISABLE_KEY' };
  if (status === 'PENDING') return { kind: 'CANCEL_SECRET' };
  return { kind: 'RETIRE_SECRET', expiresAt: Math.min(expiresAt ?? Number.POSITIVE_INFINITY, now + leakGraceMs) };
}
