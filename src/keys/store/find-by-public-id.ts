import { eq, inArray } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { apiKey, apiKeySecret, application } from '../../db/schema/index.ts';
import { recordOfKey, recordOfSecret } from '../record-of-row.ts';
import type { StoredKey } from '../resolve/key-resolution.ts';
import { rolesOfKey } from './roles-of-key.ts';

/** A key with its application, its roles and its secrets, in one statement. */
export async function findByPublicId(queries: Queries, publicId: string): Promise<StoredKey | undefined> {
  const [stored] = await findByPublicIds(queries, [publicId]);
  return stored;
}

/** The same of some keys, in the order of their ids, in one statement; a row a secret. */
export async function findByPublicIds(
  queries: Queries,
  publicIds: readonly string[],
): Promise<readonly (StoredKey | undefined)[]> {
  const rows = await queries
    .select({ apiKey, application, secret: apiKeySecret, roles: rolesOfKey })
    .from(apiKey)
    .innerJoin(application, eq(application.id, apiKey.applicationId))
    .leftJoin(apiKeySecret, eq(apiKeySecret.apiKeyId, apiKey.id))
    .where(inArray(apiKey.publicId, [...new Set(publicIds)]));
  const rowsOf = new Map<string, typeof rows>();
  for (const row of rows) rowsOf.set(row.apiKey.publicId, [...(rowsOf.get(row.apiKey.publicId) ?? []), row]);
  return publicIds.map((publicId) => {
    const own = rowsOf.get(publicId);
    const first = own?.[0];
    if (!own || !first) return undefined;
    return {
      key: recordOfKey(first.apiKey, first.application, first.roles),
      secrets: own.flatMap(({ secret }) =>
        secret ? [{ hash: secret.hash, pepperVersion: secret.pepperVersion, record: recordOfSecret(secret) }] : [],
      ),
    };
  });
}
