import { type SQL, sql } from 'drizzle-orm';
import { type PartitionedTable, removedSetting } from '../partitions.ts';
import { allOf, instantOf, type UsageVisibility, visibleUsage } from './visible-usage.ts';

export type UsageInterval = 'MINUTE' | 'HOUR' | 'DAY';

export const intervalMs: Readonly<Record<UsageInterval, number>> = {
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: 86_400_000,
};

/** Most intervals of one report. */
export const mostIntervals = 1500;

/** All that is given must hold. */
export interface UsageFilter {
  readonly applicationId?: string | undefined;
  readonly apiKeyId?: string | undefined;
  readonly secretId?: string | undefined;
  readonly surface?: 'API' | 'MANAGEMENT' | undefined;
  readonly operationName?: string | undefined;
  readonly documentHash?: string | undefined;
  readonly outcome?: string | undefined;
  readonly clientName?: string | undefined;
  readonly clientVersion?: string | undefined;
}

/** Which requests are reported: those of whole intervals (UTC), from `since` to before `until`. */
export interface UsageSelection {
  readonly interval: UsageInterval;
  readonly since: number;
  readonly until: number;
  readonly filter: UsageFilter;
  readonly visibility: UsageVisibility;
}

/** The intervals that hold any moment of the range; `undefined` when they are more than one report may have. */
export function wholeIntervals(
  interval: UsageInterval,
  since: number,
  until: number,
): { readonly since: number; readonly until: number } | undefined {
  const length = intervalMs[interval];
  const whole = { since: Math.floor(since / length) * length, until: Math.ceil(until / length) * length };
  return whole.until - whole.since <= mostIntervals * length ? whole : undefined;
}

/**
 * The selected rows, `at` being the begin of an interval. What was not rolled up yet comes from the finer level, in the
 * same statement: a roll-up changes no answer.
 */
export function selectedRows({ interval, since, until, filter, visibility }: UsageSelection): SQL {
  const selected = allOf([
    sql`at >= ${instantOf(since)} AND at < ${instantOf(until)}`,
    visibleUsage(visibility),
    equal('application_id', filter.applicationId, 'uuid'),
    equal('api_key_id', filter.apiKeyId, 'uuid'),
    equal('secret_id', filter.secretId, 'uuid'),
    equal('surface', filter.surface),
    equal('operation_name', filter.operationName),
    equal('document_hash', filter.documentHash),
    equal('outcome', filter.outcome),
    equal('client_name', filter.clientName),
    equal('client_version', filter.clientVersion),
  ]);
  if (interval === 'MINUTE') return sql`(SELECT *, at AS begins FROM usage_minute WHERE ${selected})`;
  const ofMinutes = sql`SELECT *, date_trunc(${interval.toLowerCase()}::text, at, 'UTC') AS begins FROM usage_minute WHERE ${selected}
    AND ${isStale('HOUR')} AND ${sinceFirstStale('HOUR')}`;
  if (interval === 'HOUR') {
    return sql`(SELECT *, at AS begins FROM usage_hour WHERE ${selected} AND NOT ${isSaidAnew('HOUR', 'usage_minute')} UNION ALL ${ofMinutes})`;
  }
  return sql`(SELECT *, at AS begins FROM usage_day WHERE ${selected} AND NOT ${isSaidAnew('DAY', 'usage_hour')}
    UNION ALL SELECT *, date_trunc('day', at, 'UTC') AS begins FROM usage_hour WHERE ${selected}
      AND ${isStale('DAY')} AND ${sinceFirstStale('DAY')} AND NOT ${isSaidAnew('HOUR', 'usage_minute')}
    UNION ALL ${ofMinutes})`;
}

/** Rows of a finer level: an array of the few stale times, read once, so that the planner needs no join. */
export function isStale(level: 'HOUR' | 'DAY'): SQL {
  return sql`(date_trunc(${level.toLowerCase()}::text, at, 'UTC') = ANY (${staleTimes(level)}))`;
}

/**
 * Rows of the level itself that the finer level says anew; not those whose finer rows are gone, beside which whatever is
 * late counts as well. Their time is a begin already: truncating thousands of them takes longest.
 */
export function isSaidAnew(level: 'HOUR' | 'DAY', finer: PartitionedTable): SQL {
  const removed = sql`SELECT to_timestamp((value #>> '{}')::int8 / 1000.0) FROM instance_setting
    WHERE name = ${removedSetting(finer)}`;
  return sql`(at = ANY (ARRAY(SELECT s.at FROM usage_stale s
    WHERE s.level = ${level} AND s.at >= coalesce((${removed}), '-infinity'))))`;
}

function staleTimes(level: 'HOUR' | 'DAY'): SQL {
  return sql`ARRAY(SELECT s.at FROM usage_stale s WHERE s.level = ${level})`;
}

/** The same for the index: nothing that is stale is older. */
export function sinceFirstStale(level: 'HOUR' | 'DAY'): SQL {
  return sql`at >= (SELECT min(s.at) FROM usage_stale s WHERE s.level = ${level})`;
}

function equal(column: string, value: string | undefined, type = 'text'): SQL | undefined {
  return value === undefined ? undefined : sql`${sql.raw(column)} = ${value}::${sql.raw(type)}`;
}
