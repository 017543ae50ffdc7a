import { asc, desc, eq, inArray } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { apiKeySecret } from '../../db/schema/index.ts';
import type { KeySecretRecord } from '../api-key.ts';
import { type ApiKeySecretRow, recordOfSecret } from '../record-of-row.ts';
import { secretAt } from '../secret-at.ts';

/** A secret as administrators see it: never what it is compared by. */
export interface SecretDetails extends KeySecretRecord {
  readonly apiKeyId: string;
  readonly redacted: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | undefined;
}

/** Secrets of one key that are kept: the living ones, and the last that have ended. */
export const mostSecrets = 10;

/** Those that live stand before those that have ended. */
const places: Readonly<Record<SecretDetails['status'], number>> = {
  PENDING: 0,
  ACTIVE: 1,
  RETIRING: 2,
  EXPIRED: 3,
  REVOKED: 3,
};

/** Of some keys, each as it is at `now`: the living ones, then the last that have ended. */
export async function findSecrets(
  queries: Queries,
  apiKeyIds: readonly string[],
  now: number,
): Promise<readonly SecretDetails[]> {
  const rows = await queries
    .select()
    .from(apiKeySecret)
    .where(inArray(apiKeySecret.apiKeyId, [...apiKeyIds]))
    .orderBy(desc(apiKeySecret.createdAt), desc(apiKeySecret.id));
  const all = rows.map(detailsOfSecret);
  const current = all.map((secret) => {
    const ofKey = all.filter(({ apiKeyId }) => apiKeyId === secret.apiKeyId);
    return { ...secret, status: secretAt(secret, ofKey, now).status };
  });
  return current.sort((left, right) => places[left.status] - places[right.status]);
}

/** As they are stored, the oldest first: for whoever changes them. */
export async function findStoredSecrets(queries: Queries, apiKeyId: string): Promise<readonly SecretDetails[]> {
  const rows = await queries
    .select()
    .from(apiKeySecret)
    .where(eq(apiKeySecret.apiKeyId, apiKeyId))
    .orderBy(asc(apiKeySecret.createdAt), asc(apiKeySecret.id));
  return rows.map(detailsOfSecret);
}

function detailsOfSecret(row: ApiKeySecretRow): SecretDetails {
  return {
    ...recordOfSecret(row),
    apiKeyId: row.apiKeyId,
    redacted: row.redacted,
    createdAt: row.createdAt,
    lastUsedAt: row.lastUsedAt ?? undefined,
  };
}
