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

export interface CountsToMake {
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

/**
 * `FROM_ALL`: from scratch, and what is there of these keys goes. `FROM_LATE`: rows of the finer level are gone, so that
 * those which are there came late, from an instance that was cut off or whose clock is behind: they are added to what
 * was made of the others, and go, so that they are added once.
 */
export type Making = 'FROM_ALL' | 'FROM_LATE';

export async function makeCounts(
  queries: Queries,
  making: Making,
  { from, to, at, span, range }: CountsToMake,
): Promise<void> {
  const own = 'api_key_id, secret_id, application_id, surface, operation_type, outcome';
  const labels = ['operation_name', 'document_hash', 'client_name', 'client_version'];
  const counters = ['requests', 'errors', 'requested_cost', 'actual_cost', 'latency_total_ms', ...latencyColumnNames];
  const sums = sql.raw(counters.map((name) => (isPart(name) ? capped(name) : `sum(${name})`)).join(', '));
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
  const adding = sql.raw(
    counters
      .map((name) => {
        const both = `t.${name} + excluded.${name}`;
        return `${name} = ${isPart(name) ? `least(t.${name}::bigint + excluded.${name}, ${largestInteger})` : both}`;
      })
      .join(', '),
  );
  if (making === 'FROM_ALL') {
    await queries.execute(sql`DELETE FROM ${sql.raw(to)} WHERE at = ${timeOf(at)} AND ${within(range)}`);
  }
  await queries.execute(sql`${making === 'FROM_LATE' ? taking(from, span, range) : sql``} INSERT INTO ${sql.raw(to)} AS t (at, dimensions, ${dimensions}, ${columns})
    SELECT ${timeOf(at)}, ${dimensionsHash}, ${dimensions}, ${sums} FROM (
      SELECT ${sql.raw(own)}, ${folded}, ${columns} FROM (
        SELECT *, row_number() OVER (PARTITION BY api_key_id, surface ORDER BY requests DESC, operation_name, document_hash) AS place
        FROM (SELECT ${dimensions}, ${named} FROM ${sql.raw(from)} WHERE ${span} AND ${within(range)} GROUP BY ${dimensions}) summed
      ) placed
    ) folded
    GROUP BY ${dimensions}
    ON CONFLICT (at, dimensions) DO UPDATE SET ${adding}`);
}

export async function makeFields(
  queries: Queries,
  making: Making,
  { at, span, range }: Pick<CountsToMake, 'at' | 'span' | 'range'>,
): Promise<void> {
  if (making === 'FROM_ALL') {
    await queries.execute(sql`DELETE FROM usage_field_day WHERE at = ${timeOf(at)} AND ${within(range)}`);
  }
  await queries.execute(sql`${making === 'FROM_LATE' ? taking('usage_set_hour', span, range) : sql``} INSERT INTO usage_field_day AS t
      (at, api_key_id, application_id, surface, coordinate, verb, uses, denials, last_used_at)
    SELECT ${timeOf(at)}, api_key_id, application_id, surface, coordinate, verb, sum(uses), sum(denials), max(last_used_at)
    FROM ${fieldsOf([span, within(range)])} fields
    GROUP BY api_key_id, application_id, surface, coordinate, verb
    ON CONFLICT (at, api_key_id, surface, coordinate, verb) DO UPDATE SET uses = t.uses + excluded.uses,
      denials = t.denials + excluded.denials, last_used_at = greatest(t.last_used_at, excluded.last_used_at)`);
}

/** In front of a statement that reads the table: it reads the rows that this removes, no more and no fewer. */
function taking(table: string, span: SQL, range: KeyRange): SQL {
  return sql`WITH ${sql.raw(table)} AS (DELETE FROM ${sql.raw(table)} WHERE ${span} AND ${within(range)} RETURNING *)`;
}

/** Parts of a histogram are `integer`: they stop at its largest value rather than stop the roll-up. */
const largestInteger = 2_147_483_647;

function isPart(name: string): boolean {
  return name.startsWith('latency_') && name !== 'latency_total_ms';
}

function capped(name: string): string {
  return `least(sum(${name}), ${largestInteger})`;
}

function timeOf(at: number): SQL {
  return sql`${new Date(at).toISOString()}::timestamptz`;
}
