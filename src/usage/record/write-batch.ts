import { type SQL, sql } from 'drizzle-orm';
import type { Database, Queries } from '../../db/database.ts';
import { latencyColumnNames } from '../../db/schema/latency-columns.ts';
import { dimensionsHash } from '../dimensions.ts';
import type { UsageDocument } from '../usage-event.ts';
import type { FieldRow } from './field-counts.ts';
import type { LogRow } from './request-sampler.ts';
import type { CountRow } from './usage-buffer.ts';

/** What one instance adds to the tables in one transaction. */
export interface UsageBatch {
  readonly instance: string;
  /** Rises from batch to batch of an instance; a batch that is tried again keeps its number. */
  readonly seq: number;
  readonly at: number;
  readonly counts: readonly CountRow[];
  readonly fields: readonly FieldRow[];
  readonly documents: readonly SeenDocument[];
  readonly log: readonly LogRow[];
}

export interface SeenDocument extends UsageDocument {
  readonly operationType: string;
  readonly operationName: string;
}

/** Rows of one statement, so that each ends well within its deadline. */
const chunkSize = 4000;
const maxDocuments = 20_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * Adds a batch, whole or not at all. When the connection is lost while it commits, nobody knows whether it was added;
 * trying it again is safe then, because the number of the last batch is part of the same transaction.
 */
export async function writeBatch(database: Database, batch: UsageBatch): Promise<void> {
  await database.transaction(async (queries) => {
    if (!(await isNew(database, queries, batch))) return;
    for (const rows of chunks(batch.documents)) await queries.execute(addDocuments(rows, batch.at));
    for (const rows of chunks(batch.counts)) await queries.execute(addCounts(rows));
    for (const rows of chunks(batch.fields)) await queries.execute(addFields(rows));
    for (const rows of chunks(batch.log)) await queries.execute(addLog(rows));
    // Last, because the rows are shared by all instances: each holds them only while it commits.
    await queries.execute(markStale(batch));
  });
}

async function isNew(database: Database, queries: Queries, { instance, seq, at }: UsageBatch): Promise<boolean> {
  const answer = await database.rows(
    sql`INSERT INTO usage_writer AS w (instance, seq, at) VALUES (${instance}, ${seq}, ${timeOf(at)}::timestamptz)
      ON CONFLICT (instance) DO UPDATE SET seq = excluded.seq, at = excluded.at WHERE w.seq < excluded.seq
      RETURNING seq`,
    queries,
  );
  return answer.length > 0;
}

function addCounts(rows: readonly CountRow[]): SQL {
  const counters = ['requests', 'errors', 'requested_cost', 'actual_cost', 'latency_total_ms', ...latencyColumnNames];
  const given = sql.raw(`"apiKeyId" AS api_key_id, "secretId" AS secret_id, "applicationId" AS application_id, surface,
      "operationType" AS operation_type, "operationName" AS operation_name, "documentHash" AS document_hash, outcome,
      "clientName" AS client_name, "clientVersion" AS client_version, requests, errors,
      "requestedCost" AS requested_cost, "actualCost" AS actual_cost, "latencyTotalMs" AS latency_total_ms,
      ${latencyColumnNames.map((name, part) => `latency[${part + 1}] AS ${name}`).join(', ')}`);
  const columns = sql.raw(`api_key_id, secret_id, application_id, surface, operation_type, operation_name,
      document_hash, outcome, client_name, client_version, ${counters.join(', ')}`);
  return sql`INSERT INTO usage_minute AS t (at, dimensions, ${columns})
    SELECT at, ${dimensionsHash}, ${columns} FROM (
      SELECT ${instant('at')} AS at, ${given}
      FROM json_to_recordset(${JSON.stringify(rows)}::json) AS given(at bigint, "apiKeyId" uuid, "secretId" uuid,
        "applicationId" uuid, surface text, "operationType" text, "operationName" text, "documentHash" text, outcome text,
        "clientName" text, "clientVersion" text, requests bigint, errors bigint, "requestedCost" bigint,
        "actualCost" bigint, "latencyTotalMs" bigint, latency integer[])) named
    ON CONFLICT (at, dimensions) DO UPDATE SET
      ${sql.raw(counters.map((name) => `${name} = t.${name} + excluded.${name}`).join(', '))}`;
}

function addFields(rows: readonly FieldRow[]): SQL {
  return sql`INSERT INTO usage_field_hour AS t (at, api_key_id, application_id, surface, coordinate, verb, uses, denials, last_used_at)
    SELECT ${instant('at')}, "apiKeyId", "applicationId", surface, coordinate, verb, sum(uses), sum(denials),
      ${instant('max("lastUsedAt")')}
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS given(at bigint, "apiKeyId" uuid, "applicationId" uuid,
      surface text, coordinate text, verb text, uses bigint, denials bigint, "lastUsedAt" bigint)
    GROUP BY given.at, "apiKeyId", "applicationId", surface, coordinate, verb
    ORDER BY given.at, "apiKeyId", surface, coordinate, verb
    ON CONFLICT (at, api_key_id, surface, coordinate, verb) DO UPDATE SET uses = t.uses + excluded.uses,
      denials = t.denials + excluded.denials, last_used_at = greatest(t.last_used_at, excluded.last_used_at)`;
}

/** The table takes no more than `maxDocuments`: usage is counted by their hashes all the same. */
function addDocuments(rows: readonly SeenDocument[], at: number): SQL {
  return sql`INSERT INTO usage_document AS t (hash, operation_type, operation_name, normalized, first_seen_at, last_seen_at)
    SELECT hash, "operationType", "operationName", normalized, ${timeOf(at)}::timestamptz, ${timeOf(at)}::timestamptz
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS given(hash text, "operationType" text,
      "operationName" text, normalized text)
    WHERE (SELECT count(*) FROM usage_document) < ${maxDocuments}
      OR EXISTS (SELECT FROM usage_document d WHERE d.hash = given.hash)
    ORDER BY hash
    ON CONFLICT (hash) DO UPDATE SET last_seen_at = greatest(t.last_seen_at, excluded.last_seen_at)`;
}

function addLog(rows: readonly LogRow[]): SQL {
  return sql`INSERT INTO request_log (id, at, request_id, surface, api_key_id, secret_id, application_id, operation_type,
      operation_name, document_hash, outcome, error_code, requested_cost, actual_cost, latency_ms, client_address,
      client_name, client_version, one_of)
    SELECT id, ${instant('at')}, "requestId", surface, "apiKeyId", "secretId", "applicationId", "operationType",
      "operationName", "documentHash", outcome, "errorCode", "requestedCost", "actualCost", "latencyMs", "clientAddress",
      "clientName", "clientVersion", "oneOf"
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS given(id uuid, at bigint, "requestId" text, surface text,
      "apiKeyId" uuid, "secretId" uuid, "applicationId" uuid, "operationType" text, "operationName" text,
      "documentHash" text, outcome text, "errorCode" text, "requestedCost" bigint, "actualCost" bigint,
      "latencyMs" integer, "clientAddress" text, "clientName" text, "clientVersion" text, "oneOf" integer)`;
}

/** Of milliseconds since the epoch. */
function instant(milliseconds: string): SQL {
  return sql.raw(`to_timestamp(${milliseconds} / 1000.0)`);
}

function markStale({ counts, fields }: UsageBatch): SQL {
  const times = [...counts, ...fields].map(({ at }) => at);
  const floors = (unit: number) => [...new Set(times.map((at) => Math.floor(at / unit) * unit))];
  const marks = [
    ...floors(hourMs).map((at) => ({ level: 'HOUR', at: timeOf(at) })),
    ...floors(dayMs).map((at) => ({ level: 'DAY', at: timeOf(at) })),
  ];
  return sql`INSERT INTO usage_stale (level, at)
    SELECT level, at FROM json_to_recordset(${JSON.stringify(marks)}::json) AS given(level text, at timestamptz)
    ORDER BY level, at
    ON CONFLICT (level, at) DO UPDATE SET at = excluded.at`;
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}

function* chunks<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let start = 0; start < rows.length; start += chunkSize) yield rows.slice(start, start + chunkSize);
}
