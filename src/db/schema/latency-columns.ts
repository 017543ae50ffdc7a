import { integer } from 'drizzle-orm/pg-core';

/**
 * Upper bounds, in milliseconds, of the parts of a latency histogram; what is slower counts in one more. They are the
 * same in every row for ever, so histograms are merged by adding.
 */
export const latencyBoundsMs = [
  1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 2000, 5000, 10_000, 30_000,
] as const;

/** In the order of the bounds. */
export const latencyColumnNames: readonly string[] = [...latencyBoundsMs, 'more'].map((bound) => `latency_${bound}`);

/** One counter a part. */
export function latencyColumns() {
  return Object.fromEntries(latencyColumnNames.map((name) => [name, integer(name).notNull().default(0)]));
}
