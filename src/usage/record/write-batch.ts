import { setImmediate } from 'node:timers/promises';
import { type SQL, sql } from 'drizzle-orm';
import type { Database, Queries } from '../../db/database.ts';
import type { LoggedRequest } from '../logged-request.ts';
import type { UsageDocument } from '../usage-event.ts';
import type { FieldSet } from './field-sets.ts';
import { chunks, timeOf } from './merged-rows.ts';
import type { MinuteOfUsage } from './usage-buffer.ts';
import { addCounts, countRows } from './write-counts.ts';
import { addFieldSets, addFields, fieldRows } from './write-fields.ts';

/** What one instance adds to the tables in one transaction. */
export interface UsageBatch {
  readonly instance: string;
  /** Rises from batch to batch of an instance; a batch that is tried again keeps its number. */
  readonly seq: number;
  readonly at: number;
  readonly minutes: readonly MinuteOfUsage[];
  /** Sets of fields that may not be in their table yet. */
  readonly sets: readonly FieldSet[];
  readonly documents: readonly SeenDocument[];
  readonly log: readonly LoggedRequest[];
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
    await runEach(queries, statements(batch));
  });
}

function* statements(batch: UsageBatch): Generator<SQL> {
  const { documents, sets, minutes, log, at } = batch;
  for (const some of chunks(documents, chunkSize)) yield addDocuments(some, at);
  for (const some of chunks(sets, chunkSize)) yield addFieldSets(some, at);
  for (const some of chunks(countRows(minutes), chunkSize)) yield addCounts(some);
  for (const some of chunks(fieldRows(minutes), chunkSize)) yield addFields(some);
  for (const some of chunks(log, chunkSize)) yield addLog(some);
  // Last, because the rows are shared by all instances: each holds them only while it commits.
  yield markStale(batch);
}

/** One after the other; each is made while the database works on the one before. */
async function runEach(queries: Queries, all: Iterable<SQL>): Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  for (const statement of all) {
    await running;
    // Begins here, and once: what it returns begins anew with each `then`.
    running = Promise.resolve(queries.execute(statement));
    // It fails where it is awaited.
    running.catch(() => {});
    // So that it is sent before the next one is made.
    await setImmediate();
  }
  await running;
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

function addLog(rows: readonly LoggedRequest[]): SQL {
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

function markStale({ minutes }: UsageBatch): SQL {
  const floors = (unit: number) => [...new Set(minutes.map(({ at }) => Math.floor(at / unit) * unit))];
  const marks = [
    ...floors(hourMs).map((at) => ({ level: 'HOUR', at: timeOf(at) })),
    ...floors(dayMs).map((at) => ({ level: 'DAY', at: timeOf(at) })),
  ];
  return sql`INSERT INTO usage_stale AS t (level, at)
    SELECT level, at FROM json_to_recordset(${JSON.stringify(marks)}::json) AS given(level text, at timestamptz)
    ORDER BY level, at
    ON CONFLICT (level, at) DO UPDATE SET version = t.version + 1`;
}
