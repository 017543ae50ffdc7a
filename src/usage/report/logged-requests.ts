import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { allOf, instantOf, type UsageVisibility, visibleUsage } from './visible-usage.ts';

/** One request of the log. Texts that are not known are empty. */
export interface LoggedRequest {
  readonly id: string;
  readonly at: number;
  readonly requestId: string;
  readonly surface: 'API' | 'MANAGEMENT';
  readonly apiKeyId: string | null;
  readonly secretId: string | null;
  readonly applicationId: string | null;
  readonly operationType: string;
  readonly operationName: string;
  readonly documentHash: string;
  readonly outcome: string;
  readonly errorCode: string;
  readonly requestedCost: number;
  readonly actualCost: number;
  readonly latencyMs: number;
  readonly clientAddress: string;
  readonly clientName: string;
  readonly clientVersion: string;
  readonly oneOf: number;
}

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

/** One end of a page: the id of a row. */
interface PageBound {
  readonly key: readonly (string | number)[];
  readonly inclusive: boolean;
}

/** Up to `limit` rows between two others, the latest first; `backward`, those at the other end, the oldest first. */
export interface RequestPage {
  readonly after: PageBound | undefined;
  readonly before: PageBound | undefined;
  readonly limit: number;
  readonly backward: boolean;
}

/** More than this are not counted. */
const mostCounted = 10_000;

const columns = sql.raw(`id, at, request_id AS "requestId", surface, api_key_id AS "apiKeyId", secret_id AS "secretId",
  application_id AS "applicationId", operation_type AS "operationType", operation_name AS "operationName",
  document_hash AS "documentHash", outcome, error_code AS "errorCode", requested_cost AS "requestedCost",
  actual_cost AS "actualCost", latency_ms AS "latencyMs", client_address AS "clientAddress",
  client_name AS "clientName", client_version AS "clientVersion", one_of AS "oneOf"`);

export async function listRequests(
  database: Database,
  selection: RequestSelection,
  { after, before, limit, backward }: RequestPage,
): Promise<readonly LoggedRequest[]> {
  return await database.rows<LoggedRequest & Record<string, unknown>>(sql`SELECT ${columns} FROM request_log
    WHERE ${allOf([selected(selection), after && beyond('<', after), before && beyond('>', before)])}
    ORDER BY id ${sql.raw(backward ? 'ASC' : 'DESC')} LIMIT ${limit}`);
}

export async function countRequests(database: Database, selection: RequestSelection): Promise<number> {
  const [row] = await database.rows<{ requests: number }>(sql`SELECT count(*) AS requests
    FROM (SELECT FROM request_log WHERE ${selected(selection)} LIMIT ${mostCounted}) counted`);
  return row?.requests ?? 0;
}

function beyond(comparison: '<' | '>', { key: [id], inclusive }: PageBound): SQL {
  return sql`id ${sql.raw(inclusive ? `${comparison}=` : comparison)} ${id}::uuid`;
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
