import { expect, test } from 'vitest';
import type { KeySecretRecord } from '../../src/keys/api-key.ts';
import { secretAt } from '../../src/keys/secret-at.ts';
import { someSecret } from './support.ts';

const now = 1000;
const due = someSecret({ id: 'new', status: 'PENDING', activatedAt: 1000 });
const planned = someSecret({ id: 'new', status: 'PENDING', activatedAt: 1001 });

test.each<[string, Partial<KeySecretRecord>, readonly KeySecretRecord[], string]>([
  ['an active one stays so', {}, [], 'ACTIVE'],
  ['an active one stays so while another is pending', { expiresAt: 5000 }, [planned], 'ACTIVE'],
  ['an active one is retiring once another is due', { expiresAt: 5000 }, [due], 'RETIRING'],
  ['an active one without a grace has ended once another is due', { expiresAt: 1000 }, [due], 'EXPIRED'],
  ['a retiring one ends at its end', { status: 'RETIRING', expiresAt: 1000 }, [], 'EXPIRED'],
  ['a retiring one works before its end', { status: 'RETIRING', expiresAt: 1001 }, [], 'RETIRING'],
  ['a pending one is active from its deadline on', { status: 'PENDING', activatedAt: 1000 }, [], 'ACTIVE'],
  ['a pending one is pending before its deadline', { status: 'PENDING', activatedAt: 1001 }, [], 'PENDING'],
  ['a revoked one stays so', { status: 'REVOKED', activatedAt: 1000 }, [], 'REVOKED'],
  ['an expired one stays so', { status: 'EXPIRED', expiresAt: 5000 }, [], 'EXPIRED'],
])('%s', (_, secret, others, status) => {
  const record = someSecret(secret);
  expect(secretAt(record, [record, ...others], now)).toEqual({ ...record, status });
});
