import { expect, test } from 'vitest';
import { maximumAttempts, waitAfter } from '../../src/webhooks/retry-schedule.ts';

test('waits grow, with a little at random, and end', () => {
  const waits = Array.from({ length: maximumAttempts - 1 }, (_, index) => waitAfter(index + 1, () => 0) ?? 0);
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(waits[0]).toBe(5_000);
  expect(waits.reduce((sum, wait) => sum + wait) / 3_600_000).toBeCloseTo(75.6, 0);
  expect(waitAfter(1, () => 0.999)).toBeLessThanOrEqual(6_000);
  expect(waitAfter(maximumAttempts, () => 0)).toBeUndefined();
});
