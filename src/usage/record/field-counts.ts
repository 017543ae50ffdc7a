import { boundedCache } from '../../kernel/bounded-cache.ts';
import type { FieldUse, UsageEvent } from '../usage-event.ts';
import { createFieldSets, type FieldSet } from './field-sets.ts';
import type { Tallied, Tally } from './tally.ts';

/** What tells a row of `usage_set_hour` from the others of its hour. */
export interface SetOfKey extends Tallied {
  readonly apiKeyId: string;
  readonly applicationId: string;
  readonly surface: UsageEvent['surface'];
  readonly set: FieldSet;
}

/** Columns of a row. */
export const fieldColumns = { uses: 0, denials: 1, lastUsedAt: 2 } as const;
export const fieldWidth = 3;

export interface FieldCounts {
  /** Adds the fields of a request to the tally of its minute. */
  add(event: UsageEvent, tally: Tally<SetOfKey>): void;
  /** Forgets what it knows of keys when that is much. Only while no tally holds any. */
  tidy(): void;
}

interface OfKey {
  readonly hour: number;
  readonly sets: Map<FieldSet, SetOfKey>;
}

/** Sets of more than one field that one key may have in an hour, on one instance; the fields of more are counted alone. */
export const setsPerKey = 100;
const maxKeys = 5000;
const maxKnown = 200_000;
const hourMs = 3_600_000;

/** How often keys used fields, by set of fields: a request adds one to one number, however many fields it has. */
export function createFieldCounts(): FieldCounts {
  const fieldSets = createFieldSets();
  const keys = boundedCache<string, OfKey>(maxKeys);
  let made = 0;

  function ofKey(apiKeyId: string, { surface, at }: UsageEvent): OfKey {
    const name = surface === 'API' ? apiKeyId : `${apiKeyId} ${surface}`;
    const known = keys.get(name);
    const hour = Math.floor(at / hourMs);
    if (known !== undefined && known.hour >= hour) return known;
    const fresh: OfKey = { hour, sets: new Map() };
    keys.set(name, fresh);
    return fresh;
  }

  return {
    add(event, tally) {
      const { apiKey, surface, uses, denials, at } = event;
      if (apiKey === undefined || (uses.length === 0 && denials.length === 0)) return;
      const { sets } = ofKey(apiKey.id, event);

      const count = (set: FieldSet, column: number): void => {
        let one = sets.get(set);
        if (one === undefined) {
          one = {
            apiKeyId: apiKey.id,
            applicationId: apiKey.applicationId,
            surface,
            set,
            tally: undefined,
            row: 0,
          };
          sets.set(set, one);
          made++;
        }
        const row = tally.rowOf(one);
        const numbers = tally.numbers();
        numbers[row + column] = (numbers[row + column] ?? 0) + 1;
        if (column === fieldColumns.uses) {
          numbers[row + fieldColumns.lastUsedAt] = Math.max(numbers[row + fieldColumns.lastUsedAt] ?? 0, at);
        }
      };
      const countAll = (fields: readonly FieldUse[], column: number): void => {
        if (fields.length === 0) return;
        const set = fieldSets.of(fields);
        if (set.rules.length === 1 || sets.has(set) || sets.size < setsPerKey) count(set, column);
        else for (const alone of fieldSets.apart(fields)) count(alone, column);
      };
      countAll(uses, fieldColumns.uses);
      countAll(denials, fieldColumns.denials);
    },
    tidy() {
      if (made <= maxKnown) return;
      keys.clear();
      made = 0;
    },
  };
}
