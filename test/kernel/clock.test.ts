import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it.each([
  ['in a moment', 5],
  ['in a year, which is longer than a timer of Node can wait', 366 * 86_400_000],
])('wakes at the moment itself and once: %s', (_, ms) => {
  const woken: number[] = [];
  const at = Date.now() + ms;
  systemClock.wakeAt(at, () => woken.push(Date.now()));
  vi.advanceTimersByTime(ms - 1);
  expect(woken).toEqual([]);
  vi.advanceTimersByTime(ms);
  expect(woken).toEqual([at]);
});

it('wakes soon, and not within the call, when the moment is over', () => {
  const work = vi.fn();
  systemClock.wakeAt(Date.now() - 1000, work);
  expect(work).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(work).toHaveBeenCalledTimes(1);
});

it('waits on when the wall clock was set back meanwhile', () => {
  const work = vi.fn();
  const at = Date.now() + 1000;
  systemClock.wakeAt(at, work);
  vi.advanceTimersByTime(500);
  vi.setSystemTime(Date.now() - 200);
  vi.advanceTimersByTime(699);
  expect(work).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(work).toHaveBeenCalledTimes(1);
});

it('does not wake whoever called it off', () => {
  const work = vi.fn();
  const year = 366 * 86_400_000;
  const callOff = systemClock.wakeAt(Date.now() + year, work);
  vi.advanceTimersByTime(year / 2);
  callOff();
  vi.advanceTimersByTime(year);
  expect(work).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});
