import { describe, expect, it } from 'vitest';
import type { LeakPolicy } from '../../src/keys/api-key.ts';
import { decideLeak, leakGraceMs } from '../../src/leaks/leak-policy.ts';

const now = 1_000_000_000;
type Status = Parameters<typeof decideLeak>[1];
type Secret = Parameters<typeof decideLeak>[2];
const secret = (status: Secret['status'], expiresAt?: number): Secret => ({ status, expiresAt });

describe('a secret that was found in the open', () => {
  it.each<[string, LeakPolicy, Status, Secret, object]>([
    ['disables its key', 'DISABLE', 'ACTIVE', secret('ACTIVE'), { kind: 'DISABLE_KEY' }],
    ['disables its key while it retires', 'DISABLE', 'ACTIVE', secret('RETIRING', now + 1), { kind: 'DISABLE_KEY' }],
    ['disables its key before it is used', 'DISABLE', 'ACTIVE', secret('PENDING'), { kind: 'DISABLE_KEY' }],
    ['disables a key that may be extended', 'DISABLE', 'EXPIRED', secret('ACTIVE'), { kind: 'DISABLE_KEY' }],
    ['disables a key that begins later', 'DISABLE', 'PENDING', secret('ACTIVE'), { kind: 'DISABLE_KEY' }],
    ['leaves a disabled key disabled', 'DISABLE', 'DISABLED', secret('ACTIVE'), { kind: 'NOTHING' }],
    ['of a former rotation harms nobody', 'DISABLE', 'ACTIVE', secret('EXPIRED'), { kind: 'NOTHING' }],
    ['that was revoked harms nobody', 'EXPIRE_AFTER_GRACE', 'ACTIVE', secret('REVOKED'), { kind: 'NOTHING' }],
    ['of a revoked key harms nobody', 'DISABLE', 'REVOKED', secret('ACTIVE'), { kind: 'NOTHING' }],
    ['of a deleted key harms nobody', 'EXPIRE_AFTER_GRACE', 'DELETED', secret('ACTIVE'), { kind: 'NOTHING' }],
    ['is only told', 'ALERT', 'ACTIVE', secret('ACTIVE'), { kind: 'NOTHING' }],
    [
      'ends after the grace',
      'EXPIRE_AFTER_GRACE',
      'ACTIVE',
      secret('ACTIVE'),
      { kind: 'RETIRE_SECRET', expiresAt: now + leakGraceMs },
    ],
    [
      'ends after the grace, of a disabled key too',
      'EXPIRE_AFTER_GRACE',
      'DISABLED',
      secret('ACTIVE'),
      { kind: 'RETIRE_SECRET', expiresAt: now + leakGraceMs },
    ],
    [
      'never lives longer than it would have',
      'EXPIRE_AFTER_GRACE',
      'ACTIVE',
      secret('RETIRING', now + 5),
      { kind: 'RETIRE_SECRET', expiresAt: now + 5 },
    ],
    ['is taken back before it is used', 'EXPIRE_AFTER_GRACE', 'ACTIVE', secret('PENDING'), { kind: 'CANCEL_SECRET' }],
  ])('%s (%s, key %s)', (_, policy, key, found, expected) => {
    expect(decideLeak(policy, key, found, now)).toEqual(expected);
  });
});
