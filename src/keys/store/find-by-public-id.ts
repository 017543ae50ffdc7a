import { eq } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { apiKey, apiKeySecret, application } from '../../db/schema/index.ts';
import { recordOfKey, recordOfSecret } from '../record-of-row.ts';
import type { StoredKey } from '../resolve/key-resolution.ts';
import { rolesOfKey } from './roles-of-key.ts';

/** A key with its application, its roles and its secrets, in one statement; a row a secret. */
export async function findByPublicId(queries: Queries, publicId: string): Promise<StoredKey | undefined> {
  const rows = await queries
    .select({ apiKey, application, secret: apiKeySecret, roles: rolesOfKey })
    .from(apiKey)
    .innerJoin(application, eq(application.id, apiKey.applicationId))
    .leftJoin(apiKeySecret, eq(apiKeySecret.apiKeyId, apiKey.id))
    .where(eq(apiKey.publicId, publicId));
  const [first] = rows;
  if (!first) return undefined;
  return {
    key: recordOfKey(first.apiKey, first.application, first.roles),
    secrets: rows.flatMap(({ secret }) =>
      secret ? [{ hash: secret.hash, pepperVersion: secret.pepperVersion, record: recordOfSecret(secret) }] : [],
    ),
  };
}
