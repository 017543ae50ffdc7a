import { describe, expect, it } from 'vitest';
import { createLineBudget } from '../../../src/telemetry/access-log/line-budget.ts';

/** Lines of one second in which `requests` come, evenly. */
function linesOf(budget: ReturnType<typeof createLineBudget>, second: number, requests: number): readonly number[] {
  return Array.from({ length: requests }, (_, index) => budget.take(second * 1000 + (index * 1000) / requests)).filter(
    (oneOf) => oneOf !== undefined,
  );
}

describe('lines of a second', () => {
  it('are as many as requests, up to the rate', () => {
    const budget = createLineBudget(10);
    expect(linesOf(budget, 1, 10)).toEqual(Array(10).fill(1));
    expect(linesOf(budget, 2, 7)).toEqual(Array(7).fill(1));
  });

  it('stop at the rate when a crowd comes, and are an even part in the next second', () => {
    const budget = createLineBudget(10);
    expect(linesOf(budget, 1, 100)).toEqual(Array(10).fill(1));
    expect(linesOf(budget, 2, 100)).toEqual(Array(10).fill(10));
    const indexes = Array.from({ length: 95 }, (_, index) => (budget.take(3000) === undefined ? -1 : index)).filter(
      (index) => index >= 0,
    );
    expect(indexes).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
  });

  it('are all again after a second without a crowd, or without anybody', () => {
    const budget = createLineBudget(10);
    linesOf(budget, 1, 100);
    expect(linesOf(budget, 2, 5)).toHaveLength(1);
    expect(linesOf(budget, 3, 5)).toEqual(Array(5).fill(1));
    linesOf(budget, 4, 100);
    expect(linesOf(budget, 6, 3)).toEqual([1, 1, 1]);
  });

  it('have no bound without a rate', () => {
    const budget = createLineBudget(Number.POSITIVE_INFINITY);
    for (const second of [1, 2]) expect(linesOf(budget, second, 5000)).toEqual(Array(5000).fill(1));
  });
});
