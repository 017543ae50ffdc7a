const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Waiting times after the first, second, … failed attempt, as the Standard Webhooks specification proposes them. */
const waits = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
] as const;

/** Attempts before an event is given up, over about three days. */
export const maximumAttempts = waits.length + 1;

/**
 * Milliseconds to wait after so many failed attempts, or `undefined`: given up. Up to a fifth is added, so that a
 * receiver that was away does not meet everything at once. `random` gives numbers from 0 up to 1.
 */
export function waitAfter(attempts: number, random: () => number): number | undefined {
  const wait = waits[attempts - 1];
  return wait === undefined ? undefined : Math.round(wait * (1 + random() / 5));
}
