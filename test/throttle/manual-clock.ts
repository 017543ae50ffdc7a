import type { Clock } from '../../src/kernel/clock.ts';

/** A clock that moves only when told to. */
export interface ManualClock extends Clock {
  pass(ms: number): void;
}

export function manualClock(start = 1_700_000_000_000): ManualClock {
  let passed = 0;
  return {
    now: () => start + passed,
    monotonic: () => passed,
    pass: (ms) => {
      passed += ms;
    },
  };
}
