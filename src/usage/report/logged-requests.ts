import { and, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { type KeysetRequest, keysetStatement } from '../../db/keyset-page.ts';
import { requestLog } from '../../db/schema/index.ts';
import type { LoggedRequest } from '../logged-request.ts';
import { allOf, instantOf, type UsageVisibility, visibleUsage } from './visible-usage.ts';

/** All that is given must hold. */
export interface RequestFilter {
  readonly requestId?: string | undefined;
  /** From this moment on. */
  readonly since?: number | undefined;
  /** Before this moment. */
  readonly until?: number | undefined;
  readonly applicationId?: string | undefined;
  readonly apiKeyId?: string | undefined;
  readonly surface?: 'API' | 'MANAGEMENT' | undefined;
  readonly outcome?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly operationName?: string | undefined;
}

export interface RequestSelection {
  readonly filter: RequestFilter;
  readonly visibility: UsageVisibility;
}

/** More than this are not counted. */
const mostCounted = 10_000;

/** The latest first. */
export async function listRequests(
  { queries }: Database,
  selection: RequestSelection,
  request: KeysetRequest,
): Promise<readonly LoggedRequest[]> {
  const keyset = keysetStatement([requestLog.id], 'DESC', request);
  return queries
    .select()
    .from(requestLog)
    .where(and(selected(selection), keyset.after, keyset.before))
    .orderBy(...keyset.orderBy)
    .limit(keyset.limit);
}

export async function countRequests(database: Database, selection: RequestSelection): Promise<number> {
  const [row] = await database.rows<{ requests: number }>(sql`SELECT count(*) AS requests
    FROM (SELECT FROM request_log WHERE ${selected(selection)} LIMIT ${mostCounted}) counted`);
  return row?.requests ?? 0;
}

function selected({ filter, visibility }: RequestSelection): SQL {
  return allOf([
    visibleUsage(visibility),
    filter.requestId === undefined ? undefined : sql`request_id = ${filter.requestId}`,
    filter.since === undefined ? undefined : sql`at >= ${instantOf(filter.since)}`,
    filter.until === undefined ? undefined : sql`at < ${instantOf(filter.until)}`,
    filter.applicationId === undefined ? undefined : sql`application_id = ${filter.applicationId}::uuid`,
    filter.apiKeyId === undefined ? undefined : sql`api_key_id = ${filter.apiKeyId}::uuid`,
    filter.surface === undefined ? undefined : sql`surface = ${filter.surface}`,
    filter.outcome === undefined ? undefined : sql`outcome = ${filter.outcome}`,
    filter.errorCode === undefined ? undefined : sql`error_code = ${filter.errorCode}`,
    filter.operationName === undefined ? undefined : sql`operation_name = ${filter.operationName}`,
  ]);
}
