import type { StoreWatch } from '../../throttle/failure/watched-store.ts';
import { createDurationTally, type DurationTally } from './duration-tally.ts';
import type { MetricReaders } from './registry.ts';

interface CallTally {
  readonly durations: DurationTally;
  failures: number;
}

/** Calls of the shared throttle store, by name: `count`, `reserve`, `settle`, `peek`. */
export function createStoreMetrics(readers: MetricReaders): StoreWatch {
  const calls = new Map<string, CallTally>();
  readers.durations('fieldpass_throttle_store_duration_seconds', () =>
    [...calls].map(([call, { durations }]) => [durations, call] as const),
  );
  readers.values('fieldpass_throttle_store_failures_total', () =>
    [...calls].map(([call, { failures }]) => [failures, call] as const),
  );
  return (call, ms, answered) => {
    let tally = calls.get(call);
    if (tally === undefined) {
      tally = { durations: createDurationTally(), failures: 0 };
      calls.set(call, tally);
    }
    if (answered) tally.durations.add(ms / 1000);
    else tally.failures++;
  };
}
