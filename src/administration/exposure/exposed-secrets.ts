import { eq, inArray } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { apiKey, apiKeySecret, application } from '../../db/schema/index.ts';
import type { LeakPolicy } from '../../keys/api-key.ts';
import { type ApiKeyStatus, statusOf } from '../../keys/status.ts';
import { digestOf, hashDigest, type Peppers } from '../../keys/token/secret-hash.ts';

/** A secret whose text somebody has. */
export interface ExposedSecret {
  /** One of the texts that were looked for. */
  readonly text: string;
  readonly secretId: string;
  /** When it was first reported. */
  readonly exposedAt: number | undefined;
  readonly key: {
    readonly id: string;
    readonly publicId: string;
    readonly applicationId: string;
    readonly status: ApiKeyStatus;
  };
  readonly policy: LeakPolicy;
}

/** Those of the texts that are the text of a key, by what is stored of its secrets, ended ones too; one statement. */
export async function findExposedSecrets(
  queries: Queries,
  peppers: Peppers,
  texts: readonly string[],
  now: number,
): Promise<readonly ExposedSecret[]> {
  const textByHash = new Map<string, string>();
  for (const text of texts) {
    const digest = digestOf(text);
    for (const pepper of peppers.all) textByHash.set(hex(hashDigest(digest, pepper)), text);
  }
  const rows = await queries
    .select({ secret: apiKeySecret, key: apiKey, policy: application.leakPolicy })
    .from(apiKeySecret)
    .innerJoin(apiKey, eq(apiKey.id, apiKeySecret.apiKeyId))
    .innerJoin(application, eq(application.id, apiKey.applicationId))
    .where(
      inArray(
        apiKeySecret.hash,
        [...textByHash.keys()].map((hash) => Buffer.from(hash, 'hex')),
      ),
    );
  return rows.map(({ secret, key, policy }) => ({
    text: textByHash.get(hex(secret.hash)) ?? '',
    secretId: secret.id,
    exposedAt: secret.exposedAt ?? undefined,
    key: {
      id: key.id,
      publicId: key.publicId,
      applicationId: key.applicationId,
      status: statusOf(timesOf(key), now),
    },
    policy,
  }));
}

function timesOf({ deletedAt, revokedAt, disabledAt, expiresAt, notBefore }: typeof apiKey.$inferSelect) {
  return {
    deletedAt: deletedAt ?? undefined,
    revokedAt: revokedAt ?? undefined,
    disabledAt: disabledAt ?? undefined,
    expiresAt: expiresAt ?? undefined,
    notBefore: notBefore ?? undefined,
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
