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

/** More are forgotten, and made anew when they come again. */
const maxKnown = 5000;

export function createFieldSets(): FieldSets {
  /** Requests of one kind share one array. */
  let byUses = new WeakMap<readonly FieldUse[], FieldSet>();
  const byText = new Map<string, FieldSet>();

  function make(rules: readonly string[]): FieldSet {
    const text = rules.join('\n');
    const known = byText.get(text);
    if (known !== undefined) return known;
    if (byText.size >= maxKnown) {
      byText.clear();
      byUses = new WeakMap();
    }
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
