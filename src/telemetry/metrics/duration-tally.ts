/** Upper bounds of a histogram of durations, in seconds. */
export const durationBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

/** Durations added up by part. Prometheus' own histogram hashes its labels for each; this costs one short loop. */
export interface DurationTally {
  /** One for each bound, and the last for what is longer; not cumulative. */
  readonly parts: readonly number[];
  readonly count: number;
  readonly sumSeconds: number;
  add(seconds: number): void;
}

export function createDurationTally(): DurationTally {
  const parts = new Array<number>(durationBounds.length + 1).fill(0);
  let count = 0;
  let sumSeconds = 0;
  return {
    parts,
    get count() {
      return count;
    },
    get sumSeconds() {
      return sumSeconds;
    },
    add(seconds) {
      let part = 0;
      while (part < durationBounds.length && seconds > (durationBounds[part] ?? 0)) part++;
      parts[part] = (parts[part] ?? 0) + 1;
      count++;
      sumSeconds += seconds;
    },
  };
}
