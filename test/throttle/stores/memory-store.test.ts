import { describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../../src/throttle/stores/memory-store.ts';
import { testClock } from '../../support/test-clock.ts';

import { bucket, quota, reservation, storeConformance } from './store-conformance.ts';

storeConformance('memory', async () => {
  const clock = testClock();
  const store = createMemoryStore({ clock });
  return { store, other: store, passTime: async (ms) => clock.advance(ms), now: clock.now, close: () => store.close() };
});

describe('memory store', () => {
  const point = 1_000_000;

  test('forgets buckets that are full again', async () => {
    const clock = testClock();
    const store = createMemoryStore({ clock });
    for (let index = 0; index < 1000; index++) {
      const spent = reservation(10, [bucket({ restoreRate: 10 * point })]);
      await store.reserve(spent);
      await store.settle(spent, 10 * point);
    }
    expect(store.size).toBe(1000);
    clock.advance(2000);
    for (let index = 0; index < 400; index++) await store.reserve(reservation(10, [bucket()]));
    expect(store.size).toBeLessThan(500);
  });

  test('never remembers more than it may, and gives up the fullest it meets', async () => {
    const store = createMemoryStore({ clock: testClock(), maximumBuckets: 10 });
    const drained = bucket({ restoreRate: point });
    const held = reservation(900, [drained]);
    await store.reserve(held);
    for (let index = 0; index < 100; index++) {
      const spent = reservation(1, [bucket({ restoreRate: point })]);
      await store.reserve(spent);
      await store.settle(spent, point);
    }
    expect(store.size).toBe(10);
    expect((await store.peek([drained]))[0]?.available).toBe(100 * point);
  });

  test('a clock that stands still or a reservation in flight does not lose a balance', async () => {
    const clock = testClock();
    const store = createMemoryStore({ clock });
    const running = bucket({ restoreRate: 1000 * point });
    const held = reservation(10, [running], { ttlMs: 60_000 });
    await store.reserve(held);
    clock.advance(5000);
    for (let index = 0; index < 50; index++) await store.reserve(reservation(1, [bucket()]));
    expect((await store.peek([running]))[0]?.inFlight).toBe(1);
  });

  test('a quota is settled in the period of its reservation, and starts anew in the next', async () => {
    const clock = testClock(Date.UTC(2026, 1, 28, 23, 59, 59));
    const store = createMemoryStore({ clock });
    const of = bucket({ restoreRate: 1000 * point, quota: quota(100) });
    const before = reservation(80, [of]);
    await store.reserve(before);
    expect(await store.reserve(reservation(30, [of]))).toMatchObject({ reason: 'QUOTA', retryAfterMs: 1000 });
    clock.advance(1000);
    const after = reservation(90, [of]);
    expect(await store.reserve(after)).toMatchObject({ kind: 'RESERVED' });
    // Gives back 80 of February, not of March.
    expect((await store.settle(before, 0))[0]?.quota).toEqual({
      spent: 90 * point,
      endsAt: Date.UTC(2026, 3, 1),
    });
    expect((await store.settle(after, 10 * point))[0]?.quota?.spent).toBe(10 * point);
  });

  test('a quota is not forgotten before its period is over', async () => {
    const clock = testClock(Date.UTC(2026, 1, 28, 12));
    const store = createMemoryStore({ clock });
    const of = bucket({ restoreRate: 1000 * point, quota: quota(100, 'DAY') });
    const spent = reservation(80, [of]);
    await store.reserve(spent);
    await store.settle(spent, 80 * point);
    const touch = async () => {
      for (let index = 0; index < 20; index++) await store.reserve(reservation(1, [bucket({ restoreRate: point })]));
    };
    clock.advance(3_600_000);
    await touch();
    expect((await store.peek([of]))[0]?.quota?.spent).toBe(80 * point);
    clock.advance(12 * 3_600_000);
    await touch();
    expect((await store.peek([of]))[0]?.quota?.spent).toBe(0);
  });
});
