import { bigint, index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './column-types.ts';
import { latencyColumns } from './latency-columns.ts';

const counter = (name: string) => bigint(name, { mode: 'number' }).notNull().default(0);
const label = (name: string) => text(name).notNull().default('');

/**
 * What requests came to, added up over a minute, an hour or a day (UTC) that begins at `at`, for each combination of the
 * dimensions. Labels that are not known are empty; no foreign keys: usage outlives what it names.
 */
function usageCounts<Name extends string>(name: Name) {
  return pgTable(
    name,
    {
      at: instant('at').notNull(),
      /** Hash of all dimensions: the columns below but the counters. */
      dimensions: uuid('dimensions').notNull(),
      /** Null: nobody was identified. */
      apiKeyId: uuid('api_key_id'),
      secretId: uuid('secret_id'),
      applicationId: uuid('application_id'),
      surface: text('surface').$type<'API' | 'MANAGEMENT'>().notNull(),
      operationType: label('operation_type'),
      operationName: label('operation_name'),
      /** Hex SHA-256 of the normalized document. */
      documentHash: label('document_hash'),
      outcome: text('outcome').notNull(),
      clientName: label('client_name'),
      clientVersion: label('client_version'),
      requests: counter('requests'),
      /** Errors in their answers. */
      errors: counter('errors'),
      /** Points. */
      requestedCost: counter('requested_cost'),
      actualCost: counter('actual_cost'),
      latencyTotalMs: counter('latency_total_ms'),
      ...latencyColumns(),
    },
    (table) => [
      primaryKey({ name: `${name}_pkey`, columns: [table.at, table.dimensions] }),
      index(`${name}_api_key_index`).on(table.apiKeyId, table.at),
      index(`${name}_application_index`).on(table.applicationId, table.at),
    ],
  );
}

export const usageMinute = usageCounts('usage_minute');
export const usageHour = usageCounts('usage_hour');
export const usageDay = usageCounts('usage_day');
