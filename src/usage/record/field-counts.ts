import type { FieldUse, UsageEvent } from '../usage-event.ts';

/** One row of `usage_field_hour` to be added to what is there. */
export interface FieldRow {
  /** Begin of the hour. */
  readonly at: number;
  readonly apiKeyId: string;
  readonly applicationId: string;
  readonly surface: UsageEvent['surface'];
  readonly coordinate: string;
  readonly verb: FieldUse['verb'];
  uses: number;
  denials: number;
  lastUsedAt: number | null;
}

export interface FieldCounts {
  /** True when there is more to keep than before. */
  add(event: UsageEvent): boolean;
  rows(at: number): readonly FieldRow[];
  readonly size: number;
}

interface SetCount {
  readonly uses: readonly FieldUse[];
  count: number;
  lastAt: number;
}

interface KeyFields {
  readonly applicationId: string;
  readonly surface: UsageEvent['surface'];
  /** Requests of one kind share one array, so most requests add one to one number. */
  readonly sets: Map<readonly FieldUse[], SetCount>;
  readonly rows: Map<string, FieldRow>;
}

/** Sets that stay apart for one key; more are counted field by field. */
const maxSets = 100;
const hourMs = 3_600_000;

/** Fields of one minute, by key. What a key can add is bounded by the coordinates of the schema. */
export function createFieldCounts(): FieldCounts {
  const keys = new Map<string, KeyFields>();
  let size = 0;
  return {
    add(event) {
      const { apiKey, uses, denials, surface, at } = event;
      if (apiKey === undefined || (uses.length === 0 && denials.length === 0)) return false;
      const before = size;
      const name = `${apiKey.id} ${surface}`;
      let fields = keys.get(name);
      if (fields === undefined) {
        fields = { applicationId: apiKey.applicationId, surface, sets: new Map(), rows: new Map() };
        keys.set(name, fields);
      }
      if (uses.length > 0) {
        const known = fields.sets.get(uses);
        if (known !== undefined) {
          known.count++;
          known.lastAt = Math.max(known.lastAt, at);
        } else if (fields.sets.size < maxSets) {
          fields.sets.set(uses, { uses, count: 1, lastAt: at });
          size += uses.length;
        } else {
          size += addUses(fields, apiKey.id, { uses, count: 1, lastAt: at });
        }
      }
      for (const denial of denials) {
        const { row, isNew } = rowOf(fields, apiKey.id, denial);
        row.denials++;
        if (isNew) size++;
      }
      return size > before;
    },
    rows(at) {
      const hour = Math.floor(at / hourMs) * hourMs;
      return [...keys].flatMap(([name, fields]) => {
        const [apiKeyId = ''] = name.split(' ');
        for (const set of fields.sets.values()) addUses(fields, apiKeyId, set);
        fields.sets.clear();
        return [...fields.rows.values()].map((row) => ({ ...row, at: hour }));
      });
    },
    get size() {
      return size;
    },
  };
}

/** How many rows are new. */
function addUses(fields: KeyFields, apiKeyId: string, { uses, count, lastAt }: SetCount): number {
  let added = 0;
  for (const use of uses) {
    const { row, isNew } = rowOf(fields, apiKeyId, use);
    row.uses += count;
    row.lastUsedAt = Math.max(row.lastUsedAt ?? 0, lastAt);
    if (isNew) added++;
  }
  return added;
}

function rowOf(fields: KeyFields, apiKeyId: string, { coordinate, verb }: FieldUse) {
  const name = `${verb}:${coordinate}`;
  const known = fields.rows.get(name);
  if (known !== undefined) return { row: known, isNew: false };
  const { applicationId, surface } = fields;
  const row: FieldRow = {
    at: 0,
    apiKeyId,
    applicationId,
    surface,
    coordinate,
    verb,
    uses: 0,
    denials: 0,
    lastUsedAt: null,
  };
  fields.rows.set(name, row);
  return { row, isNew: true };
}
