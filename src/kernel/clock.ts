/** The time, passed in wherever it matters so that tests decide what it is. */
export interface Clock {
  /** Milliseconds since the Unix epoch (wall clock: expiry, audit, headers). */
  now(): number;
  /** Milliseconds that never go backwards (durations, buckets of one process). */
  monotonic(): number;
}

/** A clock that also says when a moment has come. */
export interface AlarmClock extends Clock {
  /**
   * Calls `work` once, when `now()` is `at` or later; never within this call. Answers a function that calls it off.
   * `work` must not throw. An alarm keeps no process alive.
   */
  wakeAt(at: number, work: () => void): () => void;
}

/** A longer delay would be none at all: Node takes 1 ms instead of it (`setTimeout`, 2^31 - 1). */
const longestDelayMs = 2_147_483_647;

export const systemClock: AlarmClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  wakeAt(at, work) {
    let timer: NodeJS.Timeout;
    const wait = () => {
      timer = setTimeout(look, Math.min(Math.max(0, at - Date.now()), longestDelayMs)).unref();
    };
    // A timer knows nothing of the wall clock, which may have been set back, or be years away.
    const look = () => (Date.now() < at ? wait() : work());
    wait();
    return () => clearTimeout(timer);
  },
};
