/** The time, passed in wherever it matters so that tests decide what it is. */
export interface Clock {
  /** Milliseconds since the Unix epoch (wall clock: expiry, audit, headers). */
  now(): number;
  /** Milliseconds that never go backwards (durations, buckets of one process). */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
