import { boundedCache } from '../../kernel/bounded-cache.ts';
import type { FieldUse, UsageEvent, UsageKey } from '../usage-event.ts';
import { createFieldSets, type FieldSet } from './field-sets.ts';
import { add, type Tallied, type Tally } from './tally.ts';

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

  function ofKey(apiKeyId: string, surface: UsageEvent['surface'], at: number): OfKey {
    const name = surface === 'API' ? apiKeyId : `${apiKeyId} ${surface}`;
    const known = keys.get(name);
    const hour = Math.floor(at / hourMs);
    if (known !== undefined && known.hour >= hour) return known;
    const fresh: OfKey = { hour, sets: new Map() };
    keys.set(name, fresh);
    return fresh;
  }

  function rowOf(set: FieldSet, of: OfKey, key: UsageKey, surface: UsageEvent['surface'], tally: Tally<SetOfKey>) {
    let one = of.sets.get(set);
    if (one === undefined) {
      one = { apiKeyId: key.id, applicationId: key.applicationId, surface, set, tally: undefined, row: 0 };
      of.sets.set(set, one);
      made++;
    }
    return tally.rowOf(one);
  }

  function setsOf(fields: readonly FieldUse[], { sets }: OfKey): readonly FieldSet[] {
    const set = fieldSets.of(fields);
    return set.rules.length === 1 || sets.has(set) || sets.size < setsPerKey ? [set] : fieldSets.apart(fields);
  }

  return {
    add({ apiKey, surface, uses, denials, at }, tally) {
      if (apiKey === undefined || (uses.length === 0 && denials.length === 0)) return;
      const known = ofKey(apiKey.id, surface, at);
      if (uses.length > 0) {
        for (const set of setsOf(uses, known)) {
          const row = rowOf(set, known, apiKey, surface, tally);
          const numbers = tally.numbers();
          add(numbers, row + fieldColumns.uses, 1);
          const last = row + fieldColumns.lastUsedAt;
          numbers[last] = Math.max(numbers[last] ?? 0, at);
        }
      }
      if (denials.length > 0) {
        for (const set of setsOf(denials, known)) {
          const row = rowOf(set, known, apiKey, surface, tally);
          add(tally.numbers(), row + fieldColumns.denials, 1);
        }
      }
    },
    tidy() {
      if (made <= maxKnown) return;
      keys.clear();
      made = 0;
    },
  };
}
