import { type SQL, sql } from 'drizzle-orm';
import { fieldColumns, type SetOfKey } from './field-counts.ts';
import type { FieldSet } from './field-sets.ts';
import { addNumbers, type MergedRow, mergedRows, plainArray, timeOf } from './merged-rows.ts';
import type { MinuteOfUsage } from './usage-buffer.ts';

export type FieldRow = MergedRow<SetOfKey>;

const hourMs = 3_600_000;

export function fieldRows(minutes: readonly MinuteOfUsage[]): readonly FieldRow[] {
  const rows = minutes.flatMap(({ at, fields: { of, numbers, width } }) =>
    of.map((one, index) => ({
      at: Math.floor(at / hourMs) * hourMs,
      name: `${one.apiKeyId} ${one.set.id} ${one.surface}`,
      of: one,
      numbers: numbers.subarray(index * width, (index + 1) * width),
    })),
  );
  return mergedRows(rows, (one, other) => {
    const both = addNumbers(one, other);
    const last = fieldColumns.lastUsedAt;
    both[last] = Math.max(one[last] ?? 0, other[last] ?? 0);
    return both;
  });
}

/** Adds the rows to `usage_set_hour`. */
export function addFields(rows: readonly FieldRow[]): SQL {
  const numbers = (column: number) => plainArray(rows.map((row) => row.numbers[column] ?? 0));
  return sql`INSERT INTO usage_set_hour AS t (at, api_key_id, application_id, surface, set_id, uses, denials, last_used_at)
    SELECT to_timestamp(at / 1000.0), api_key_id, application_id, surface, set_id, uses, denials,
      CASE WHEN last_used_at > 0 THEN to_timestamp(last_used_at / 1000.0) END
    FROM unnest(${plainArray(rows.map(({ at }) => at))}::bigint[], ${plainArray(rows.map(({ of }) => of.apiKeyId))}::uuid[],
      ${plainArray(rows.map(({ of }) => of.applicationId))}::uuid[], ${plainArray(rows.map(({ of }) => of.surface))}::text[],
      ${plainArray(rows.map(({ of }) => of.set.id))}::uuid[], ${numbers(fieldColumns.uses)}::bigint[],
      ${numbers(fieldColumns.denials)}::bigint[], ${numbers(fieldColumns.lastUsedAt)}::bigint[])
      AS given(at, api_key_id, application_id, surface, set_id, uses, denials, last_used_at)
    ON CONFLICT (api_key_id, at, set_id, surface) DO UPDATE SET uses = t.uses + excluded.uses,
      denials = t.denials + excluded.denials, last_used_at = greatest(t.last_used_at, excluded.last_used_at)`;
}

export function addFieldSets(sets: readonly FieldSet[], at: number): SQL {
  const given = sets.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  return sql`INSERT INTO usage_field_set AS t (id, rules, last_seen_at)
    SELECT id, ARRAY(SELECT json_array_elements_text(rules)), ${timeOf(at)}::timestamptz
    FROM json_to_recordset(${JSON.stringify(given)}::json) AS given(id uuid, rules json)
    ON CONFLICT (id) DO UPDATE SET last_seen_at = greatest(t.last_seen_at, excluded.last_seen_at)`;
}
