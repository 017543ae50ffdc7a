import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import type { Visibility } from '../../keys/store/visibility.ts';
import { fieldsOf } from '../../usage/field-rows.ts';
import { type HygieneFinding, type HygieneKind, hygieneKinds, idleMs, oldSecretMs } from './finding.ts';

export interface FindingSelection {
  readonly kinds: readonly HygieneKind[];
  readonly visibility: Visibility;
  readonly now: number;
  /** Version of the pepper that secrets should be under. */
  readonly currentPepper: number;
}

/** Place of a finding in their order: the key's id, then the kind's number. */
export interface FindingPlace {
  readonly apiKeyId: string;
  readonly kind: number;
}

export interface FoundPage {
  readonly findings: readonly HygieneFinding[];
  /** Where the next page begins, when the keys that were looked at are not the last. */
  readonly next: FindingPlace | undefined;
}

/** Keys that one statement looks at. Finding unused rules takes the longest: some dozen microseconds a rule. */
const windowSize = 500;

interface Row extends Record<string, unknown> {
  readonly last_id: string | null;
  readonly keys: number;
  readonly id: string | null;
  readonly kind: number | null;
  readonly since: number | null;
  readonly rules: string[] | null;
}

/**
 * Findings behind a place, up to `limit`, of at most 500 keys: one statement, whose price does not grow with the number
 * of keys. So a page may be shorter than `limit` and not the last. Only keys that work, or will, are looked at.
 */
export async function findFindings(
  database: Database,
  selection: FindingSelection,
  after: FindingPlace | undefined,
  limit: number,
): Promise<FoundPage> {
  const found = await database.rows<Row>(sql`WITH looked AS (${window(selection, after)}), found AS (
      SELECT looked.id, finding.kind, finding.since, finding.rules
      FROM looked CROSS JOIN LATERAL (VALUES ${sql.join(
        selection.kinds.map((kind) => value(kind, selection)),
        sql`, `,
      )})
        AS finding (kind, holds, since, rules)
      WHERE coalesce(finding.holds, finding.rules IS NOT NULL) ${after ? sql`AND (looked.id, finding.kind) > (${after.apiKeyId}::uuid, ${after.kind}::int)` : sql``}
      ORDER BY looked.id, finding.kind LIMIT ${limit})
    SELECT window_end.last_id, window_end.keys, found.* FROM
      (SELECT (SELECT id FROM looked ORDER BY id DESC LIMIT 1) AS last_id, count(*)::int AS keys FROM looked) window_end
      LEFT JOIN found ON true ORDER BY found.id, found.kind`);
  const findings = found.flatMap(({ id, kind, since, rules }): HygieneFinding[] => {
    const name = kind === null ? undefined : hygieneKinds[kind];
    return id === null || name === undefined
      ? []
      : [{ apiKeyId: id, kind: name, since: since ?? 0, rules: rules ?? [] }];
  });
  return { findings, next: nextPlace(found, findings, limit) };
}

export function placeOf({ apiKeyId, kind }: HygieneFinding): FindingPlace {
  return { apiKeyId, kind: hygieneKinds.indexOf(kind) };
}

function nextPlace(rows: readonly Row[], findings: readonly HygieneFinding[], limit: number): FindingPlace | undefined {
  const last = findings.at(-1);
  if (last && findings.length >= limit) return placeOf(last);
  const [end] = rows;
  if (!end?.last_id || end.keys < windowSize) return undefined;
  return { apiKeyId: end.last_id, kind: hygieneKinds.length };
}

/** The next keys that any of the kinds may be found of. */
function window({ kinds, visibility, now, currentPepper }: FindingSelection, after: FindingPlace | undefined): SQL {
  const candidates = kinds.map((kind) => candidate(kind, now, currentPepper));
  return sql`SELECT key.* FROM api_key key JOIN application ON application.id = key.application_id
    WHERE application.status = 'ACTIVE'
      AND key.deleted_at IS NULL AND key.revoked_at IS NULL AND key.disabled_at IS NULL
      AND (key.expires_at IS NULL OR key.expires_at > ${at(now)})
      ${visibility === 'ALL' ? sql`` : sql`AND key.application_id = ${visibility.applicationId}::uuid`}
      ${after ? sql`AND key.id >= ${after.apiKeyId}::uuid` : sql``}
      AND (${sql.join(candidates, sql` OR `)})
    ORDER BY key.id LIMIT ${windowSize}`;
}

/** Cheap, and true of every key that has the finding. */
function candidate(kind: HygieneKind, now: number, currentPepper: number): SQL {
  const key = sql`key`;
  switch (kind) {
    case 'NEVER_EXPIRES':
      return sql`key.expires_at IS NULL`;
    case 'IDLE':
      return isIdle(key, now);
    case 'UNRESTRICTED':
      return isUnrestricted(key);
    case 'WILDCARDS':
      return sql`${wildcards(key)} IS NOT NULL`;
    case 'UNUSED_PRIVILEGES':
      return sql`(key.created_at <= ${at(now - idleMs)} AND key.last_used_at > ${at(now - idleMs)})`;
    case 'OLD_SECRET':
      return sql`key.created_at <= ${at(now - oldSecretMs)}`;
    case 'OLD_PEPPER':
      return sql`EXISTS (${livingSecrets(key, now)} AND pepper_version < ${currentPepper})`;
  }
}

/** (kind, whether the key has it, since when, rules); null for whether: when there are such rules. */
function value(kind: HygieneKind, { now, currentPepper }: FindingSelection): SQL {
  const looked = sql`looked`;
  const row = (holds: SQL, since: SQL, rules: SQL = sql`NULL`): SQL =>
    sql`(${hygieneKinds.indexOf(kind)}::int, (${holds})::boolean, ${since}, ${rules}::text[])`;
  switch (kind) {
    case 'NEVER_EXPIRES':
      return row(sql`looked.expires_at IS NULL`, sql`looked.created_at`);
    case 'IDLE':
      return row(isIdle(looked, now), sql`coalesce(looked.last_used_at, looked.created_at)`);
    case 'UNRESTRICTED':
      return row(isUnrestricted(looked), sql`looked.created_at`);
    case 'WILDCARDS':
      return row(sql`NULL`, sql`looked.created_at`, wildcards(looked));
    case 'UNUSED_PRIVILEGES':
      return row(sql`NULL`, at(now - idleMs), unused(now));
    case 'OLD_SECRET': {
      const made = sql`(SELECT max(created_at) FROM (${livingSecrets(looked, now)}) living)`;
      return row(sql`${made} <= ${at(now - oldSecretMs)}`, made);
    }
    case 'OLD_PEPPER': {
      const made = sql`(SELECT min(created_at) FROM (${livingSecrets(looked, now)} AND pepper_version < ${currentPepper}) former)`;
      return row(sql`${made} IS NOT NULL`, made);
    }
  }
}

function isIdle(key: SQL, now: number): SQL {
  return sql`coalesce(${key}.last_used_at, ${key}.created_at) <= ${at(now - idleMs)}`;
}

/** Restrictions of operations say nothing about where a key works. */
function isUnrestricted(key: SQL): SQL {
  return sql`NOT coalesce(${key}.restrictions ?| ARRAY['browser', 'server', 'android', 'ios'], false)`;
}

/** Its own rules and those of its roles that allow by a wildcard, or null. */
function wildcards(key: SQL): SQL {
  return sql`(SELECT array_agg(DISTINCT rule ORDER BY rule) FROM (
      SELECT unnest(${key}.privileges) AS rule
      UNION ALL SELECT unnest(role.privileges) FROM key_role JOIN role ON role.id = key_role.role_id
        WHERE key_role.api_key_id = ${key}.id) held
    WHERE rule LIKE '%*%' AND rule NOT LIKE '!%')`;
}

/** Its own rules without a wildcard that no operation of the last 90 days needed, or null. Of idle keys all would be. */
function unused(now: number): SQL {
  const since = at(now - idleMs);
  const ofKey = [sql`api_key_id = looked.id`, sql`surface = looked.type`, sql`at >= ${since}`, sql`uses > 0`];
  const used = (rows: SQL): SQL =>
    sql`SELECT unnest(ARRAY[verb || ':' || coordinate, verb || ':' || split_part(coordinate, '.', 1)]) FROM ${rows} used`;
  return sql`(SELECT array_agg(rule ORDER BY rule) FROM (
      SELECT rule FROM unnest(looked.privileges) rule
      WHERE looked.created_at <= ${since} AND looked.last_used_at > ${since} AND rule NOT LIKE '%*%' AND rule NOT LIKE '!%'
      EXCEPT ${used(sql`(SELECT verb, coordinate FROM usage_field_day WHERE ${sql.join(ofKey, sql` AND `)})`)}
      EXCEPT ${used(fieldsOf(ofKey))}) never)`;
}

function livingSecrets(key: SQL, now: number): SQL {
  return sql`SELECT created_at FROM api_key_secret WHERE api_key_id = ${key}.id
    AND status IN ('PENDING', 'ACTIVE', 'RETIRING') AND (expires_at IS NULL OR expires_at > ${at(now)})`;
}

function at(moment: number): SQL {
  return sql`${new Date(moment).toISOString()}::timestamptz`;
}
