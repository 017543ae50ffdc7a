import { type SQL, sql } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { latencyColumnNames } from '../../db/schema/latency-columns.ts';
import { dimensionsHash } from '../dimensions.ts';
import { fieldsOf } from '../field-rows.ts';

/** Ids of keys above `after`, up to `through` or all; or, without `after`, requests that named no key. */
export type KeyRange =
  | { readonly after: undefined; readonly through?: undefined }
  | { readonly after: string; readonly through: string | undefined };

/** Combinations of dimensions that one key keeps in one row of time; the rarest of more become `other`. */
const combinationsPerKey = 1000;

export interface CountsToReplace {
  readonly from: string;
  readonly to: string;
  readonly at: number;
  /** Rows of the finer level that belong to it. */
  readonly span: SQL;
  readonly range: KeyRange;
}

export function within(range: KeyRange): SQL {
  if (range.after === undefined) return sql`api_key_id IS NULL`;
  const above = sql`api_key_id > ${range.after}::uuid`;
  return range.through === undefined ? above : sql`${above} AND api_key_id <= ${range.through}::uuid`;
}

/** From scratch: what is there of these keys goes. */
export async function replaceCounts(queries: Queries, { from, to, at, span, range }: CountsToReplace): Promise<void> {
  const own = 'api_key_id, secret_id, application_id, surface, operation_type, outcome';
  const labels = ['operation_name', 'document_hash', 'client_name', 'client_version'];
  const counters = ['requests', 'errors', 'requested_cost', 'actual_cost', 'latency_total_ms', ...latencyColumnNames];
  const sums = sql.raw(
    counters
      .map((name) => (name.startsWith('latency_') && name !== 'latency_total_ms' ? capped(name) : `sum(${name})`))
      .join(', '),
  );
  const named = sql.raw(counters.map((name) => `sum(${name}) AS ${name}`).join(', '));
  const folded = sql.raw(
    labels
      .map((name) => {
        const rest = name === 'operation_name' || name === 'client_name' ? 'other' : '';
        return `CASE WHEN place <= ${combinationsPerKey} THEN ${name} ELSE '${rest}' END AS ${name}`;
      })
      .join(', '),
  );
  const dimensions = sql.raw(`${own}, ${labels.join(', ')}`);
  const columns = sql.raw(counters.join(', '));
  await queries.execute(sql`DELETE FROM ${sql.raw(to)} WHERE at = ${timeOf(at)} AND ${within(range)}`);
  await queries.execute(sql`INSERT INTO ${sql.raw(to)} (at, dimensions, ${dimensions}, ${columns})
    SELECT ${timeOf(at)}, ${dimensionsHash}, ${dimensions}, ${sums} FROM (
      SELECT ${sql.raw(own)}, ${folded}, ${columns} FROM (
        SELECT *, row_number() OVER (PARTITION BY api_key_id, surface ORDER BY requests DESC, operation_name, document_hash) AS place
        FROM (SELECT ${dimensions}, ${named} FROM ${sql.raw(from)} WHERE ${span} AND ${within(range)} GROUP BY ${dimensions}) summed
      ) placed
    ) folded
    GROUP BY ${dimensions}`);
}

export async function replaceFields(
  queries: Queries,
  { at, span, range }: Pick<CountsToReplace, 'at' | 'span' | 'range'>,
): Promise<void> {
  await queries.execute(sql`DELETE FROM usage_field_day WHERE at = ${timeOf(at)} AND ${within(range)}`);
  await queries.execute(sql`INSERT INTO usage_field_day
      (at, api_key_id, application_id, surface, coordinate, verb, uses, denials, last_used_at)
    SELECT ${timeOf(at)}, api_key_id, application_id, surface, coordinate, verb, sum(uses), sum(denials), max(last_used_at)
    FROM ${fieldsOf([span, within(range)])} fields
    GROUP BY api_key_id, application_id, surface, coordinate, verb`);
}

/** Parts of a histogram are `integer`: they stop at its largest value rather than stop the roll-up. */
function capped(name: string): string {
  return `least(sum(${name}), 2147483647)`;
}

function timeOf(at: number): SQL {
  return sql`${new Date(at).toISOString()}::timestamptz`;
}
