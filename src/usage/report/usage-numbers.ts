import { latencyBoundsMs, latencyColumnNames } from '../../db/schema/latency-columns.ts';

/** What a number of requests came to. */
export interface UsageNumbers {
  readonly requests: number;
  readonly errors: number;
  /** Points. */
  readonly requestedCost: number;
  readonly actualCost: number;
  readonly latencyTotalMs: number;
  /** One a part of the histogram. */
  readonly latency: readonly number[];
}

/** For a statement whose rows `numbersOf` reads. */
export const numberColumns: string = [
  ...['requests', 'errors', 'requested_cost', 'actual_cost', 'latency_total_ms', ...latencyColumnNames].map(
    (name) => `coalesce(sum(${name}), 0)::bigint AS ${name}`,
  ),
].join(', ');

export type NumberRow = Readonly<Record<string, unknown>>;

export function numbersOf(row: NumberRow | undefined): UsageNumbers {
  const of = (name: string): number => Number(row?.[name] ?? 0);
  return {
    requests: of('requests'),
    errors: of('errors'),
    requestedCost: of('requested_cost'),
    actualCost: of('actual_cost'),
    latencyTotalMs: of('latency_total_ms'),
    latency: latencyColumnNames.map(of),
  };
}

/**
 * The latency, in milliseconds, that a share of the requests does not exceed: linear within a part of the histogram.
 * `undefined` without requests; of what is slower than the last bound, that bound.
 */
export function quantile({ latency }: UsageNumbers, share: number): number | undefined {
  const all = latency.reduce((sum, count) => sum + count, 0);
  if (all === 0) return undefined;
  const rank = share * all;
  let below = 0;
  for (const [part, count] of latency.entries()) {
    if (count > 0 && below + count >= rank) {
      const from = part === 0 ? 0 : (latencyBoundsMs[part - 1] ?? 0);
      const to = latencyBoundsMs[part] ?? from;
      return from + ((rank - below) / count) * (to - from);
    }
    below += count;
  }
  return latencyBoundsMs.at(-1);
}

export function meanLatency({ requests, latencyTotalMs }: UsageNumbers): number | undefined {
  return requests === 0 ? undefined : latencyTotalMs / requests;
}
