import { and, eq, inArray } from 'drizzle-orm';
import { apiKeySecret } from '../../db/schema/index.ts';
import { secretAt } from '../../keys/secret-at.ts';
import { findStoredSecrets, mostSecrets, type SecretDetails } from '../../keys/store/secret-store.ts';
import type { Change } from '../change.ts';

/** The secrets of a key that live, of which there is at most one of each. */
export interface LivingSecrets {
  readonly pending: SecretDetails | undefined;
  readonly active: SecretDetails | undefined;
  readonly retiring: SecretDetails | undefined;
}

/** Writes what time has changed since the last change, forgets the oldest of those that have ended, and answers the rest. */
export async function settleSecrets(change: Change, apiKeyId: string): Promise<LivingSecrets> {
  const stored = await findStoredSecrets(change.within, apiKeyId);
  const current = stored.map((secret) => ({ ...secret, status: secretAt(secret, stored, change.now).status }));
  const changed = current.filter((secret, index) => secret.status !== stored[index]?.status);
  // In this order, since a key never has two of one living status.
  for (const status of ['EXPIRED', 'RETIRING', 'ACTIVE'] as const) {
    for (const secret of changed) if (secret.status === status) await setSecret(change, secret.id, { status });
  }
  const ended = current.filter(({ status }) => status === 'EXPIRED' || status === 'REVOKED');
  const oldest = ended.slice(0, Math.max(0, current.length - mostSecrets + 1)).map(({ id }) => id);
  if (oldest.length > 0) await change.within.delete(apiKeySecret).where(inArray(apiKeySecret.id, oldest));
  const living = (status: SecretDetails['status']) => current.find((secret) => secret.status === status);
  return { pending: living('PENDING'), active: living('ACTIVE'), retiring: living('RETIRING') };
}

interface SecretColumns {
  readonly status?: SecretDetails['status'];
  readonly activatedAt?: number;
  readonly expiresAt?: number | null;
}

/** Answers whether the secret was there; `of` makes the change one of that status only. */
export async function setSecret(
  { within }: Change,
  id: string,
  columns: SecretColumns,
  of?: SecretDetails['status'],
): Promise<boolean> {
  const rows = await within
    .update(apiKeySecret)
    .set(columns)
    .where(and(eq(apiKeySecret.id, id), of && eq(apiKeySecret.status, of)))
    .returning({ id: apiKeySecret.id });
  return rows.length > 0;
}

/** What becomes of a secret that another takes the place of now. */
export function replacedBy(now: number, graceMs: number): SecretColumns {
  return graceMs > 0 ? { status: 'RETIRING', expiresAt: now + graceMs } : { status: 'EXPIRED', expiresAt: now };
}
