import { describe, expect, test } from 'vitest';
import type { ApiKeyRecord, KeySecretRecord } from '../../../src/keys/api-key.ts';
import { judge } from '../../../src/keys/resolve/judge.ts';
import { someApplication, someKey, someSecret } from '../support.ts';

const now = 1000;

describe('a key whose secret was proved', () => {
  test.each<[string, Partial<ApiKeyRecord>, Partial<KeySecretRecord>, string, number?]>([
    ['is active', {}, {}, 'ACTIVE'],
    ['is active until the millisecond before it expires', { expiresAt: 1001 }, {}, 'ACTIVE'],
    ['is expired from its expiry on', { expiresAt: 1000 }, {}, 'EXPIRED', 1000],
    ['is expired with its secret', { expiresAt: 5000 }, { expiresAt: 900 }, 'EXPIRED', 900],
    ['is expired by the earlier of both ends', { expiresAt: 800 }, { expiresAt: 900 }, 'EXPIRED', 800],
    ['is expired when its secret is marked so', {}, { status: 'EXPIRED', expiresAt: 1500 }, 'EXPIRED', 1500],
    ['is active with a retiring secret', {}, { status: 'RETIRING', expiresAt: 1500 }, 'ACTIVE'],
    ['is valid from its first moment on', { notBefore: 1000 }, {}, 'ACTIVE'],
    ['is not valid before it', { notBefore: 1001 }, {}, 'NOT_YET_VALID', 1001],
    ['is disabled', { disabledAt: 10 }, {}, 'DISABLED', 10],
    ['is disabled with its application', { application: { ...someApplication, status: 'DISABLED' } }, {}, 'DISABLED'],
    ['is revoked', { revokedAt: 20 }, {}, 'REVOKED', 20],
    ['is revoked when deleted', { deletedAt: 30 }, {}, 'REVOKED', 30],
    ['is revoked with its application', { application: { ...someApplication, status: 'DELETED' } }, {}, 'REVOKED'],
    ['is revoked with its secret', {}, { status: 'REVOKED' }, 'REVOKED'],
    ['is revoked before it is disabled or expired', { revokedAt: 20, disabledAt: 10, expiresAt: 5 }, {}, 'REVOKED', 20],
    ['is disabled before it is expired', { disabledAt: 10, expiresAt: 5 }, {}, 'DISABLED', 10],
    ['is expired before it is not yet valid', { notBefore: 2000, expiresAt: 900 }, {}, 'EXPIRED', 900],
  ])('%s', (_, key, secret, kind, at) => {
    const judgement = judge(someKey(key), someSecret(secret), now);
    expect(judgement.kind).toBe(kind);
    if (judgement.kind !== 'ACTIVE') expect(judgement.at).toBe(at);
  });
});
