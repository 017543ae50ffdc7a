import { type SQL, sql } from 'drizzle-orm';
import { latencyColumnNames } from '../../db/schema/latency-columns.ts';
import { type Combination, dimensionsOf } from './combination.ts';
import { dictionary } from './dictionary.ts';
import { addNumbers, type MergedRow, mergedRows, plainArray } from './merged-rows.ts';
import { countColumns, type MinuteOfUsage } from './usage-buffer.ts';

/** In the order of `countColumns`. */
const counters = ['requests', 'errors', 'requested_cost', 'actual_cost', 'latency_total_ms', ...latencyColumnNames];

export type CountRow = MergedRow<Combination>;

export function countRows(minutes: readonly MinuteOfUsage[]): readonly CountRow[] {
  const rows = minutes.flatMap(({ at, counts: { of, numbers, width } }) =>
    of.map((one, index) => ({
      at,
      name: dimensionsOf(one),
      of: one,
      numbers: numbers.subarray(index * width, (index + 1) * width),
    })),
  );
  return mergedRows(rows, addNumbers);
}

/**
 * Adds the rows to `usage_minute`. One array a column is several times faster than a parameter a value, or JSON; what
 * many rows share is sent once; and of the parts of the histogram only those with something in them.
 */
export function addCounts(rows: readonly CountRow[]): SQL {
  const keys = dictionary(rows, ({ apiKeyId, secretId, applicationId, surface }) => [
    apiKeyId,
    secretId,
    applicationId,
    surface,
  ]);
  const operations = dictionary(rows, ({ operationType, operationName, documentHash }) => [
    operationType,
    operationName,
    documentHash,
  ]);
  const ends = dictionary(rows, ({ outcome, clientName, clientVersion }) => [outcome, clientName, clientVersion]);
  const given: SQL[] = [];
  const names: string[] = [];
  for (const [column, name] of counters.entries()) {
    const values = rows.map(({ numbers }) => numbers[column] ?? 0);
    if (column > 0 && values.every((value) => value === 0)) continue;
    const type = sql.raw(column < countColumns.latency ? 'bigint[]' : 'integer[]');
    given.push(sql`${plainArray(values)}::${type}`);
    names.push(name);
  }
  const counts = sql.raw(names.join(', '));
  return sql`INSERT INTO usage_minute AS t (at, dimensions, api_key_id, secret_id, application_id, surface, operation_type,
      operation_name, document_hash, outcome, client_name, client_version, ${counts})
    SELECT to_timestamp(at / 1000.0), dimensions, api_key_id, secret_id, application_id, surface, operation_type,
      operation_name, document_hash, outcome, client_name, client_version, ${counts}
    FROM unnest(${plainArray(rows.map(({ at }) => at))}::bigint[], ${plainArray(rows.map(({ name }) => name))}::uuid[],
        ${keys.indexes}::bigint[], ${operations.indexes}::bigint[], ${ends.indexes}::bigint[], ${sql.join(given, sql`, `)})
      AS given(at, dimensions, k, o, e, ${counts})
    JOIN unnest(${keys.columns[0]}::uuid[], ${keys.columns[1]}::uuid[], ${keys.columns[2]}::uuid[], ${keys.columns[3]}::text[])
      WITH ORDINALITY AS keys(api_key_id, secret_id, application_id, surface, k) USING (k)
    JOIN unnest(${operations.columns[0]}::text[], ${operations.columns[1]}::text[], ${operations.columns[2]}::text[])
      WITH ORDINALITY AS operations(operation_type, operation_name, document_hash, o) USING (o)
    JOIN unnest(${ends.columns[0]}::text[], ${ends.columns[1]}::text[], ${ends.columns[2]}::text[])
      WITH ORDINALITY AS ends(outcome, client_name, client_version, e) USING (e)
    ORDER BY at, dimensions
    ON CONFLICT (at, dimensions) DO UPDATE SET
      ${sql.raw(names.map((name) => `${name} = t.${name} + excluded.${name}`).join(', '))}`;
}
