import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { repeating } from '../../src/kernel/repeating.ts';

describe('what is repeated', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('runs again and again, until it is closed', async () => {
    const work = vi.fn(async () => {});
    const { close } = repeating(work, 1000, () => {});
    await vi.advanceTimersByTimeAsync(3000);
    expect(work).toHaveBeenCalledTimes(3);
    await close();
    await vi.advanceTimersByTimeAsync(3000);
    expect(work).toHaveBeenCalledTimes(3);
  });

  it('runs once at a time, and whoever asks meanwhile joins; close waits', async () => {
    let end = () => {};
    const work = vi.fn(
      () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    );
    const { run, close } = repeating(work, 1000, () => {});
    const first = run();
    expect(run()).toBe(first);
    await vi.advanceTimersByTimeAsync(2000);
    expect(work).toHaveBeenCalledTimes(1);
    let closed = false;
    const closing = close().then(() => {
      closed = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(closed).toBe(false);
    end();
    await closing;
  });

  it('tells of a run that failed, and goes on', async () => {
    const failed = vi.fn();
    const work = vi.fn(async () => {
      throw new Error('away');
    });
    const { run, close } = repeating(work, 1000, failed);
    await vi.advanceTimersByTimeAsync(2000);
    expect([work.mock.calls.length, failed.mock.calls.length]).toEqual([2, 2]);
    await expect(run()).rejects.toThrow('away');
    await close();
  });
});
