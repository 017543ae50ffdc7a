import type { Sample } from './registry.ts';

/** How often something happened, by two labels of a few values each. */
export interface LabelTally {
  add(first: string, second: string): void;
  readonly samples: () => Iterable<Sample>;
}

export function createLabelTally(): LabelTally {
  const counts = new Map<string, Map<string, number>>();
  return {
    add(first, second) {
      let row = counts.get(first);
      if (row === undefined) {
        row = new Map();
        counts.set(first, row);
      }
      row.set(second, (row.get(second) ?? 0) + 1);
    },
    *samples() {
      for (const [first, row] of counts) for (const [second, count] of row) yield [count, first, second];
    },
  };
}
