import { and, eq, inArray, type SQL } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { apiKey, application } from '../../db/schema/index.ts';
import { type ApiKeyDetails, detailsOfKey } from './api-key-details.ts';
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

/** Those of the keys that exist and may be seen, in no order. */
export async function findApiKeys(
  queries: Queries,
  ids: readonly string[],
  visibility: Visibility,
): Promise<readonly ApiKeyDetails[]> {
  return keysWhere(queries, and(inArray(apiKey.id, [...ids]), visibleKeys(visibility)));
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
