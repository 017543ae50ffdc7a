import type { CacheBound } from '../../kernel/bounded-cache.ts';
import type { FieldUse, UsageEvent, UsageKey } from '../usage-event.ts';
import { createFieldSets, type FieldSet } from './field-sets.ts';
import { createHourlyStates } from './hourly-states.ts';
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

type SetsOfKey = Map<FieldSet, SetOfKey>;

/** Sets of more than one field that one key may have in an hour, on one instance; the fields of more are counted alone. */
export const setsPerKey = 100;
const maxKnown = 200_000;

export const fieldCountsBound: CacheBound = {
  holds: 'sets of privileges that were used in an hour, of each key',
  maxBytes: 24_000_000,
};

/** The sets themselves are shared (`field-sets.ts`). */
const setOfKeyBytes = 250;

/** How often keys used fields, by set of fields: a request adds one to one number, however many fields it has. */
export function createFieldCounts(): FieldCounts {
  const fieldSets = createFieldSets();
  const keys = createHourlyStates(
    fieldCountsBound,
    (): SetsOfKey => new Map(),
    ({ size }) => setOfKeyBytes * size,
  );
  let made = 0;

  function rowOf(
    set: FieldSet,
    known: SetsOfKey,
    key: UsageKey,
    surface: UsageEvent['surface'],
    tally: Tally<SetOfKey>,
  ) {
    let one = known.get(set);
    if (one === undefined) {
      one = { apiKeyId: key.id, applicationId: key.applicationId, surface, set, tally: undefined, row: 0 };
      known.set(set, one);
      made++;
    }
    return tally.rowOf(one);
  }

  function setsOf(fields: readonly FieldUse[], known: SetsOfKey): readonly FieldSet[] {
    const set = fieldSets.of(fields);
    return set.rules.length === 1 || known.has(set) || known.size < setsPerKey ? [set] : fieldSets.apart(fields);
  }

  return {
    add({ apiKey, surface, uses, denials, at }, tally) {
      if (apiKey === undefined || (uses.length === 0 && denials.length === 0)) return;
      const owner = surface === 'API' ? apiKey.id : `${apiKey.id} ${surface}`;
      const known = keys.of(owner, at);
      const before = known.size;
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
      if (known.size > before) keys.grown(owner);
    },
    tidy() {
      if (made <= maxKnown) return;
      keys.clear();
      made = 0;
    },
  };
}
