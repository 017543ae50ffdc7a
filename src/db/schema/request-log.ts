import { bigint, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './column-types.ts';

/** One row a request, as far as REQUEST_LOG_RATE goes. Never arguments, variables or secrets. */
export const requestLog = pgTable(
  'request_log',
  {
    /** UUIDv7: rows are ordered by the time of the request. */
    id: uuid('id').notNull(),
    at: instant('at').notNull(),
    /** As answered in X-Request-Id; not unique, since callers may send their own. */
    requestId: text('request_id').notNull(),
    surface: text('surface').$type<'API' | 'MANAGEMENT'>().notNull(),
    apiKeyId: uuid('api_key_id'),
    secretId: uuid('secret_id'),
    applicationId: uuid('application_id'),
    operationType: text('operation_type').notNull(),
    operationName: text('operation_name').notNull(),
    documentHash: text('document_hash').notNull(),
    outcome: text('outcome').notNull(),
    /** Of its first error; empty when there was none. */
    errorCode: text('error_code').notNull(),
    requestedCost: bigint('requested_cost', { mode: 'number' }).notNull(),
    actualCost: bigint('actual_cost', { mode: 'number' }).notNull(),
    latencyMs: integer('latency_ms').notNull(),
    clientAddress: text('client_address').notNull(),
    clientName: text('client_name').notNull(),
    clientVersion: text('client_version').notNull(),
    /** 1: every request like it, in its second, was logged; n: one of n was. */
    oneOf: integer('one_of').notNull(),
  },
  (table) => [
    primaryKey({ name: 'request_log_pkey', columns: [table.id, table.at] }),
    index('request_log_request_id_index').on(table.requestId),
    index('request_log_api_key_index').on(table.apiKeyId, table.id),
    index('request_log_application_index').on(table.applicationId, table.id),
    index('request_log_outcome_index').on(table.outcome, table.id),
    index('request_log_at_index').on(table.at),
  ],
);
