import { and, eq, inArray, isNull, type SQL } from 'drizzle-orm';
import { amongIds } from '../../db/among-ids.ts';
import type { Queries } from '../../db/database.ts';
import { apiKey, apiKeySecret, application } from '../../db/schema/index.ts';
import { type ApiKeyDetails, detailsOfKey } from './api-key-details.ts';
import { havingRole } from './role-store.ts';
import { rolesOfKey } from './roles-of-key.ts';
import type { Visibility } from './visibility.ts';

/** The key, or `undefined` when there is none or it may not be seen. */
export async function findApiKey(
  queries: Queries,
  id: string,
  visibility: Visibility,
): Promise<ApiKeyDetails | undefined> {
  const [row] = await keysWhere(queries, and(eq(apiKey.id, id), visibleKeys(visibility)));
  return row;
}

export async function findApiKeyByPublicId(
  queries: Queries,
  publicId: string,
  visibility: Visibility,
): Promise<ApiKeyDetails | undefined> {
  const [row] = await keysWhere(queries, and(eq(apiKey.publicId, publicId), visibleKeys(visibility)));
  return row;
}

/** By what is stored of a secret; several hashes are of one secret under several peppers. */
export async function findApiKeyBySecret(
  queries: Queries,
  hashes: readonly Uint8Array[],
  visibility: Visibility,
): Promise<ApiKeyDetails | undefined> {
  const proved = queries
    .select({ id: apiKeySecret.apiKeyId })
    .from(apiKeySecret)
    .where(inArray(apiKeySecret.hash, [...hashes]));
  const [row] = await keysWhere(queries, and(inArray(apiKey.id, proved), visibleKeys(visibility)));
  return row;
}

/** Those of the keys that exist and may be seen, in no order. */
export async function findApiKeys(
  queries: Queries,
  ids: readonly string[],
  visibility: Visibility,
): Promise<readonly ApiKeyDetails[]> {
  return keysWhere(queries, and(amongIds(apiKey.id, ids), visibleKeys(visibility)));
}

/** The keys that have the role and are neither revoked nor deleted, of all applications. */
export async function findKeysWithRole(queries: Queries, roleId: string): Promise<readonly ApiKeyDetails[]> {
  return keysWhere(queries, and(havingRole(roleId), isNull(apiKey.revokedAt), isNull(apiKey.deletedAt)));
}

export function visibleKeys(visibility: Visibility): SQL | undefined {
  return visibility === 'ALL' ? undefined : eq(apiKey.applicationId, visibility.applicationId);
}

async function keysWhere(queries: Queries, where: SQL | undefined): Promise<ApiKeyDetails[]> {
  const rows = await queries
    .select({ apiKey, application, roles: rolesOfKey })
    .from(apiKey)
    .innerJoin(application, eq(application.id, apiKey.applicationId))
    .where(where);
  return rows.map((row) => detailsOfKey(row.apiKey, row.application, row.roles));
}
