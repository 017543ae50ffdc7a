import { and, count, eq, gt, isNotNull, isNull, lte, or, type SQL } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import type { KeysetRequest } from '../../db/keyset-page.ts';
import { apiKey, application } from '../../db/schema/index.ts';
import type { ApiKeyEnvironment, ApiKeyType } from '../api-key.ts';
import type { ApiKeyStatus } from '../status.ts';
import { type ApiKeyDetails, detailsOfKey } from './api-key-details.ts';
import { visibleKeys } from './find-api-keys.ts';
import { type NamedOrder, namedStatement } from './named-order.ts';
import { rolesOfKey } from './roles-of-key.ts';
import type { Visibility } from './visibility.ts';

/** All that is given must hold. */
export interface ApiKeyFilter {
  readonly applicationId?: string | undefined;
  /** A second application that must be theirs: of the list of one application. */
  readonly within?: string | undefined;
  readonly name?: string | undefined;
  readonly externalId?: string | undefined;
  readonly type?: ApiKeyType | undefined;
  readonly environment?: ApiKeyEnvironment | undefined;
  /** Absent: all but deleted ones. */
  readonly status?: ApiKeyStatus | undefined;
  /** Id of the key that made them. */
  readonly createdBy?: string | undefined;
  /** Keys that expire at this moment or before it, also those that have. */
  readonly expiresBefore?: number | undefined;
}

export interface ApiKeySelection {
  readonly filter: ApiKeyFilter;
  readonly visibility: Visibility;
  /** Status is judged at this moment. */
  readonly now: number;
}

export async function listApiKeys(
  queries: Queries,
  selection: ApiKeySelection,
  order: NamedOrder,
  request: KeysetRequest,
): Promise<readonly ApiKeyDetails[]> {
  const keyset = namedStatement(apiKey, order, request);
  const rows = await queries
    .select({ apiKey, application, roles: rolesOfKey })
    .from(apiKey)
    .innerJoin(application, eq(application.id, apiKey.applicationId))
    .where(and(selected(selection), keyset.after, keyset.before))
    .orderBy(...keyset.orderBy)
    .limit(keyset.limit);
  return rows.map((row) => detailsOfKey(row.apiKey, row.application, row.roles));
}

export async function countApiKeys(queries: Queries, selection: ApiKeySelection): Promise<number> {
  const [row] = await queries.select({ keys: count() }).from(apiKey).where(selected(selection));
  return row?.keys ?? 0;
}

function selected({ filter, visibility, now }: ApiKeySelection): SQL | undefined {
  return and(
    visibleKeys(visibility),
    filter.applicationId === undefined ? undefined : eq(apiKey.applicationId, filter.applicationId),
    filter.within === undefined ? undefined : eq(apiKey.applicationId, filter.within),
    filter.name === undefined ? undefined : eq(apiKey.name, filter.name),
    filter.externalId === undefined ? undefined : eq(apiKey.externalId, filter.externalId),
    filter.type === undefined ? undefined : eq(apiKey.type, filter.type),
    filter.environment === undefined ? undefined : eq(apiKey.environment, filter.environment),
    filter.createdBy === undefined ? undefined : eq(apiKey.createdBy, filter.createdBy),
    filter.expiresBefore === undefined ? undefined : lte(apiKey.expiresAt, filter.expiresBefore),
    filter.status === undefined ? isNull(apiKey.deletedAt) : hasStatus(filter.status, now),
  );
}

/** `statusOf` in SQL: the first state that applies. */
function hasStatus(status: ApiKeyStatus, now: number): SQL | undefined {
  const unended = and(isNull(apiKey.deletedAt), isNull(apiKey.revokedAt));
  const enabled = and(unended, isNull(apiKey.disabledAt));
  const current = and(enabled, or(isNull(apiKey.expiresAt), gt(apiKey.expiresAt, now)));
  switch (status) {
    case 'DELETED':
      return isNotNull(apiKey.deletedAt);
    case 'REVOKED':
      return and(isNull(apiKey.deletedAt), isNotNull(apiKey.revokedAt));
    case 'DISABLED':
      return and(unended, isNotNull(apiKey.disabledAt));
    case 'EXPIRED':
      return and(enabled, lte(apiKey.expiresAt, now));
    case 'PENDING':
      return and(current, gt(apiKey.notBefore, now));
    case 'ACTIVE':
      return and(current, or(isNull(apiKey.notBefore), lte(apiKey.notBefore, now)));
  }
}
