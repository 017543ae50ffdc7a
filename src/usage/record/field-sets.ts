import { type CacheBound, weighedCache } from '../../kernel/bounded-cache.ts';
import { textBytes } from '../../kernel/heap-bytes.ts';
import type { FieldUse } from '../usage-event.ts';
import { shortHash } from './combination.ts';

/** Privileges that are used together, or denied: most requests of one kind have the same. */
export interface FieldSet {
  /** Hash of its rules: all instances call it the same. */
  readonly id: string;
  /** `read:City.population`, in order, each once. */
  readonly rules: readonly string[];
}

export interface FieldSets {
  of(uses: readonly FieldUse[]): FieldSet;
  /** Each of the uses alone. */
  apart(uses: readonly FieldUse[]): readonly FieldSet[];
}

export const fieldSetsBound: CacheBound = {
  holds: 'sets of privileges that are used together, of all keys',
  maxBytes: 16_000_000,
};

/** Of a rule in the list of a set, which has a text of its own beside the text of the whole set. */
const ruleBytes = 60;

export function createFieldSets(): FieldSets {
  /** Requests of one kind share one array. */
  const byUses = new WeakMap<readonly FieldUse[], FieldSet>();
  const byText = weighedCache<string, FieldSet>(
    fieldSetsBound,
    ({ rules }, text) => 2 * textBytes(text) + ruleBytes * rules.length,
  );

  function make(rules: readonly string[]): FieldSet {
    const text = rules.join('\n');
    const known = byText.get(text);
    if (known !== undefined) return known;
    const set = { id: shortHash(text), rules };
    byText.set(text, set);
    return set;
  }

  return {
    of(uses) {
      const known = byUses.get(uses);
      if (known !== undefined) return known;
      const set = make([...new Set(uses.map(ruleOf))].sort());
      byUses.set(uses, set);
      return set;
    },
    apart: (uses) => uses.map((use) => make([ruleOf(use)])),
  };
}

function ruleOf({ verb, coordinate }: FieldUse): string {
  return `${verb}:${coordinate}`;
}
