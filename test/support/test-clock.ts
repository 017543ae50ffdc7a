import type { AlarmClock } from '../../src/kernel/clock.ts';

export interface TestClock extends AlarmClock {
  /** Lets time pass; what is to happen meanwhile begins before this returns. */
  advance(ms: number): void;
}

/** Stands still at a moment of the present, so that the validity of keys means what it says. */
export function testClock(start = Date.UTC(2026, 10, 24, 12)): TestClock {
  let passed = 0;
  const alarms = new Set<{ readonly at: number; readonly work: () => void }>();
  const ring = () => {
    for (const alarm of [...alarms]) {
      if (alarm.at <= start + passed && alarms.delete(alarm)) alarm.work();
    }
  };
  return {
    now: () => start + passed,
    monotonic: () => 1_000_000 + passed,
    advance: (ms) => {
      passed += ms;
      ring();
    },
    wakeAt(at, work) {
      const alarm = { at, work };
      alarms.add(alarm);
      if (at <= start + passed) queueMicrotask(ring);
      return () => void alarms.delete(alarm);
    },
  };
}
