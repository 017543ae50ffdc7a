import { type SQL, sql } from 'drizzle-orm';
import { verbs } from '../plan/verb.ts';

/**
 * Hours of fields as rows of single fields: sets are taken apart.
 * @param conditions on columns of `usage_set_hour`; they must be those of `usage_field_hour` as well
 * @param coordinate only this one
 */
export function fieldsOf(conditions: readonly SQL[], coordinate?: string): SQL {
  const selected = sql.join([...conditions], sql` AND `);
  const sets = coordinate === undefined ? sql`usage_field_set` : setsWith(coordinate);
  const hourly = coordinate === undefined ? selected : sql`${selected} AND coordinate = ${coordinate}`;
  return sql`(SELECT hour.at, hour.api_key_id, hour.application_id, hour.surface, substr(rule, strpos(rule, ':') + 1) AS coordinate,
      split_part(rule, ':', 1) AS verb, hour.uses, hour.denials, hour.last_used_at
    FROM (SELECT * FROM usage_set_hour WHERE ${selected}) hour JOIN ${sets} sets ON sets.id = hour.set_id CROSS JOIN unnest(sets.rules) rule
    UNION ALL
    SELECT at, api_key_id, application_id, surface, coordinate, verb, uses, denials, last_used_at
    FROM usage_field_hour WHERE ${hourly})`;
}

/** Sets are few: those with the field are found first, and lead to the rows. */
function setsWith(coordinate: string): SQL {
  const rules = sql.join(
    verbs.map((verb) => sql`${`${verb}:${coordinate}`}`),
    sql`, `,
  );
  return sql`(SELECT id, ARRAY(SELECT r FROM unnest(rules) r WHERE r IN (${rules})) AS rules
    FROM usage_field_set WHERE rules && ARRAY[${rules}]::text[])`;
}
