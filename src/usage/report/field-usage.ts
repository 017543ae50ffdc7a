import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import type { Verb } from '../../plan/verb.ts';
import { fieldsOf } from '../field-rows.ts';
import { isSaidAnew, isStale, sinceFirstStale } from './usage-selection.ts';
import { allOf, instantOf, type UsageVisibility, visibleUsage } from './visible-usage.ts';

/** How often a key used a privilege on a field. */
export interface FieldUsageOfKey {
  readonly apiKeyId: string;
  readonly verb: Verb;
  readonly uses: number;
  readonly denials: number;
  /** `undefined` when it was only denied it. */
  readonly lastUsedAt: number | undefined;
}

export interface FieldSelection {
  readonly surface: 'API' | 'MANAGEMENT';
  /** `City.population` */
  readonly coordinate: string;
  /** The day (UTC) that holds this moment, and all after it. */
  readonly since: number;
  readonly visibility: UsageVisibility;
}

const dayMs = 86_400_000;

/** The keys that used the field, those that did so last first. */
export async function fieldUsage(
  database: Database,
  { surface, coordinate, since, visibility }: FieldSelection,
  first: number,
): Promise<readonly FieldUsageOfKey[]> {
  const conditions = [sql`surface = ${surface}`, visibleUsage(visibility)];
  const rows = await database.rows<{
    api_key_id: string;
    verb: Verb;
    uses: number;
    denials: number;
    last_used_at: number | null;
  }>(sql`SELECT api_key_id, verb, sum(uses)::bigint AS uses, sum(denials)::bigint AS denials, max(last_used_at) AS last_used_at
    FROM ${fieldRows(conditions, since, coordinate)} selected GROUP BY api_key_id, verb
    ORDER BY max(last_used_at) DESC NULLS LAST, api_key_id, verb LIMIT ${first}`);
  return rows.map(({ api_key_id, last_used_at, ...rest }) => ({
    ...rest,
    apiKeyId: api_key_id,
    lastUsedAt: last_used_at ?? undefined,
  }));
}

/** How often a privilege on a field was used, by all keys that are selected. */
export interface FieldTotal {
  readonly coordinate: string;
  readonly verb: Verb;
  readonly uses: number;
  readonly denials: number;
  readonly lastUsedAt: number | undefined;
}

/** Days (UTC) that hold any moment of the range. */
export interface FieldsSelection {
  readonly since: number;
  readonly until: number;
  readonly surface: 'API' | 'MANAGEMENT' | undefined;
  readonly apiKeyId: string | undefined;
  readonly applicationId: string | undefined;
  readonly visibility: UsageVisibility;
}

/** Those that were used or denied most first. */
export async function mostUsedFields(
  database: Database,
  { since, until, surface, apiKeyId, applicationId, visibility }: FieldsSelection,
  first: number,
): Promise<readonly FieldTotal[]> {
  const conditions = [
    sql`at < ${instantOf(until)}`,
    visibleUsage(visibility),
    surface && sql`surface = ${surface}`,
    apiKeyId === undefined ? undefined : sql`api_key_id = ${apiKeyId}::uuid`,
    applicationId === undefined ? undefined : sql`application_id = ${applicationId}::uuid`,
  ];
  const rows = await database.rows<{
    coordinate: string;
    verb: Verb;
    uses: number;
    denials: number;
    last_used_at: number | null;
  }>(sql`SELECT coordinate, verb, sum(uses)::bigint AS uses, sum(denials)::bigint AS denials, max(last_used_at) AS last_used_at
    FROM ${fieldRows(conditions, since)} selected GROUP BY coordinate, verb
    ORDER BY sum(uses) + sum(denials) DESC, coordinate, verb LIMIT ${first}`);
  return rows.map(({ last_used_at, ...rest }) => ({ ...rest, lastUsedAt: last_used_at ?? undefined }));
}

/** Rules of single fields, `read:City.population`, that the key used since the day of the moment. */
export async function usedPrivileges(
  database: Database,
  apiKeyId: string,
  surface: 'API' | 'MANAGEMENT',
  since: number,
): Promise<ReadonlySet<string>> {
  const conditions = [sql`api_key_id = ${apiKeyId}::uuid`, sql`surface = ${surface}`, sql`uses > 0`];
  const rows = await database.rows<{ rule: string }>(
    sql`SELECT DISTINCT verb || ':' || coordinate AS rule FROM ${fieldRows(conditions, since)} selected`,
  );
  return new Set(rows.map(({ rule }) => rule));
}

/** Whole days, and the hours of days that were not rolled up yet. */
function fieldRows(conditions: readonly (SQL | undefined)[], since: number, coordinate?: string): SQL {
  const selected = allOf([sql`at >= ${instantOf(Math.floor(since / dayMs) * dayMs)}`, ...conditions]);
  const ofCoordinate = coordinate === undefined ? sql`true` : sql`coordinate = ${coordinate}`;
  const hours = fieldsOf([selected, isStale('DAY'), sinceFirstStale('DAY')], coordinate);
  return sql`(SELECT at, api_key_id, application_id, surface, coordinate, verb, uses, denials, last_used_at
      FROM usage_field_day WHERE ${selected} AND ${ofCoordinate} AND NOT ${isSaidAnew('DAY', 'usage_set_hour')}
    UNION ALL SELECT * FROM ${hours} hours)`;
}
