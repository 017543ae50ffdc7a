import type { Clock } from '../../src/kernel/clock.ts';
import type { ApiKeyRecord, ApplicationRecord, KeySecretRecord } from '../../src/keys/api-key.ts';

export const someApplication: ApplicationRecord = {
  id: '0190a1b2-0000-7000-8000-000000000001',
  name: 'Atlas',
  ownerName: 'Ada',
  status: 'ACTIVE',
  plan: undefined,
  throttle: undefined,
};

export function someKey(changes: Partial<ApiKeyRecord> = {}): ApiKeyRecord {
  return {
    id: '0190a1b2-0000-7000-8000-000000000002',
    publicId: 'abcdefghijkl',
    name: 'A key',
    environment: 'LIVE',
    type: 'API',
    applicationScope: 'OWN',
    application: someApplication,
    privileges: ['read:Query'],
    roles: [],
    grantable: undefined,
    onDenied: 'REJECT',
    plan: undefined,
    throttle: undefined,
    restrictions: undefined,
    expiresAt: undefined,
    notBefore: undefined,
    disabledAt: undefined,
    revokedAt: undefined,
    deletedAt: undefined,
    createdAt: 0,
    version: 1,
    ...changes,
  };
}

export function someSecret(changes: Partial<KeySecretRecord> = {}): KeySecretRecord {
  return {
    id: '0190a1b2-0000-7000-8000-000000000003',
    status: 'ACTIVE',
    activatedAt: 0,
    expiresAt: undefined,
    ...changes,
  };
}

/** A clock that stands until a test moves it. */
export function stoppedClock(start = 0): Clock & { advance(ms: number): void } {
  let time = start;
  return {
    now: () => time,
    monotonic: () => time,
    advance: (ms) => {
      time += ms;
    },
  };
}
