import type { Clock } from '../../src/kernel/clock.ts';

export interface TestClock extends Clock {
  /** Lets time pass. */
  advance(ms: number): void;
}

/** Stands still at a moment of the present, so that the validity of keys means what it says. */
export function testClock(start = Date.UTC(2026, 10, 24, 12)): TestClock {
  let passed = 0;
  return {
    now: () => start + passed,
    monotonic: () => 1_000_000 + passed,
    advance: (ms) => {
      passed += ms;
    },
  };
}
