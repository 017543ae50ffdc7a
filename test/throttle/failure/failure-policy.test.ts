import { describe, expect, test, vi } from 'vitest';
import { codeOf } from '../../../src/kernel/errors.ts';
import { withFailurePolicy } from '../../../src/throttle/failure/failure-policy.ts';
import { periodAt } from '../../../src/throttle/quota-period.ts';
import { createMemoryStore } from '../../../src/throttle/stores/memory-store.ts';
import type { Bucket, ThrottleStore } from '../../../src/throttle/throttle-store.ts';
import { testClock } from '../../support/test-clock.ts';

import { bucket, quota, reservation } from '../stores/store-conformance.ts';

const point = 1_000_000;

/** A store that can be switched off, and counts how often it was asked. */
function setUp(policy: 'local' | 'closed') {
  const clock = testClock();
  const real = createMemoryStore({ clock });
  const down = { is: false, late: false, asked: 0 };
  const through =
    <Parameters extends unknown[], Answer>(call: (...parameters: Parameters) => Promise<Answer>) =>
    async (...parameters: Parameters): Promise<Answer> => {
      down.asked++;
      if (down.is) throw new Error('connection refused');
      const answer = await call(...parameters);
      if (down.late) throw new Error('it came too late');
      return answer;
    };
  const store: ThrottleStore = {
    count: through(real.count),
    reserve: through(real.reserve),
    settle: async (...parameters) => {
      if (down.is) throw new Error('connection refused');
      return real.settle(...parameters);
    },
    peek: through(real.peek),
    close: real.close,
  };
  const failures: string[] = [];
  const said: string[] = [];
  const guarded = withFailurePolicy({
    store,
    policy,
    clock,
    onFailure: (call) => failures.push(call),
    onOpen: () => said.push('degraded'),
    onClose: () => said.push('recovered'),
  });
  return { clock, down, guarded, failures, said, real };
}

describe('local', () => {
  test('a quarter of the bucket while the store is down, and says so', async () => {
    const { down, guarded, failures } = setUp('local');
    down.is = true;
    const of = bucket();
    const answers = await Promise.all(Array.from({ length: 50 }, () => guarded.reserve(reservation(10, [of]))));
    expect(answers.filter(({ kind }) => kind === 'RESERVED')).toHaveLength(25);
    expect(guarded.degraded).toBe(true);
    expect(failures.length).toBeGreaterThan(0);
  });

  test('one operation that is dearer than a share still runs, and one dearer than the bucket is still impossible', async () => {
    const { down, guarded } = setUp('local');
    down.is = true;
    const of = bucket();
    expect(await guarded.reserve(reservation(400, [of]))).toMatchObject({ kind: 'RESERVED' });
    expect(await guarded.reserve(reservation(400, [of]))).toMatchObject({ kind: 'REFUSED', reason: 'COST' });
    expect(await guarded.reserve(reservation(1001, [bucket()]))).toMatchObject({ kind: 'IMPOSSIBLE' });
  });

  test('a store that failed twice is left alone for ever longer, and then tried by one call', async () => {
    const { clock, down, guarded } = setUp('local');
    down.is = true;
    const asked: number[] = [];
    for (const ms of [0, 0, 99, 1, 199, 1, 399, 1, 799, 1, 999, 1, 999, 1]) {
      clock.advance(ms);
      down.asked = 0;
      await Promise.all(Array.from({ length: 20 }, () => guarded.peek([bucket()])));
      asked.push(down.asked);
    }
    // All that were under way when it failed, twice; then nobody; then one at a time.
    expect(asked).toEqual([20, 20, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
  });

  test('a store that failed once is asked again at once', async () => {
    const { down, guarded, said } = setUp('local');
    const of = bucket();
    down.is = true;
    expect(await guarded.reserve(reservation(10, [of]))).toMatchObject({ kind: 'RESERVED', local: true });
    down.is = false;
    expect(await guarded.reserve(reservation(10, [of]))).not.toHaveProperty('local');
    expect(said).toEqual([]);
  });

  test('says once that it is down, and once that it is back', async () => {
    const { clock, down, guarded, said, failures } = setUp('local');
    down.is = true;
    for (let index = 0; index < 5; index++) await guarded.peek([bucket()]);
    expect(guarded.degraded).toBe(true);
    down.is = false;
    clock.advance(100);
    await Promise.all(Array.from({ length: 5 }, () => guarded.peek([bucket()])));
    expect(guarded.degraded).toBe(false);
    expect([said, failures]).toEqual([
      ['degraded', 'recovered'],
      ['peek', 'peek'],
    ]);
  });

  test('a reservation whose answer was lost is settled there too', async () => {
    const { down, guarded, real } = setUp('local');
    const of = bucket();
    const lost = reservation(100, [of]);
    down.late = true;
    expect(await guarded.reserve(lost)).toMatchObject({ kind: 'RESERVED', local: true });
    down.late = false;
    expect(await real.peek([of])).toEqual([{ available: 900 * point, inFlight: 1 }]);
    await guarded.settle(lost, 30 * point);
    await expect.poll(() => real.peek([of])).toEqual([{ available: 970 * point, inFlight: 0 }]);
  });

  test('what was lost in an outage is settled after it', async () => {
    const { clock, down, guarded, real } = setUp('local');
    const of = bucket();
    const lost = reservation(100, [of]);
    down.late = true;
    await guarded.reserve(lost);
    down.is = true;
    for (let index = 0; index < 2; index++) await guarded.peek([of]);
    await guarded.settle(lost, 30 * point);
    [down.is, down.late] = [false, false];
    clock.advance(1000);
    await guarded.peek([of]);
    await expect.poll(() => real.peek([of]), { timeout: 3000 }).toEqual([{ available: 970 * point, inFlight: 0 }]);
  });

  test('what was lost is settled one after the other, so that a store that is back is not asked for all at once', async () => {
    const { clock, down, guarded, real } = setUp('local');
    const of = bucket();
    const lost = Array.from({ length: 20 }, () => reservation(1, [of]));
    down.late = true;
    await Promise.all(lost.map((each) => guarded.reserve(each)));
    down.is = true;
    for (let index = 0; index < 2; index++) await guarded.peek([of]);
    await Promise.all(lost.map((each) => guarded.settle(each, 0)));
    let [running, most] = [0, 0];
    const settle = real.settle;
    vi.spyOn(real, 'settle').mockImplementation(async (...parameters) => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      return settle(...parameters);
    });
    [down.is, down.late] = [false, false];
    clock.advance(1000);
    await guarded.peek([of]);
    await expect.poll(() => real.peek([of]), { timeout: 3000 }).toEqual([{ available: 1000 * point, inFlight: 0 }]);
    expect(most).toBe(1);
  });

  test('a reservation of its own that nobody settled is forgotten after its time', async () => {
    const { clock, down, guarded, real } = setUp('local');
    const of = bucket({ capacity: 4000 * point });
    down.is = true;
    for (let index = 0; index < 2; index++) await guarded.peek([of]);
    const settled = vi.spyOn(real, 'settle');
    const [hung, next] = [reservation(1, [of], { ttlMs: 1000 }), reservation(1, [of], { ttlMs: 1000 })];
    await guarded.reserve(hung);
    clock.advance(1000);
    await guarded.peek([of]);
    await guarded.reserve(next);
    down.is = false;
    clock.advance(1000);
    await guarded.peek([of]);
    await guarded.settle(hung, 0);
    expect(settled).toHaveBeenCalledTimes(1);
    await guarded.settle(next, 0);
    expect(settled).toHaveBeenCalledTimes(1);
  });

  test('a reservation whose answer was lost, and which was then refused, leaves nothing behind', async () => {
    const { down, guarded, real } = setUp('local');
    const of = bucket({ capacity: 200 * point });
    down.late = true;
    await guarded.reserve(reservation(100, [of]));
    down.late = false;
    await guarded.peek([of]);
    down.late = true;
    expect(await guarded.reserve(reservation(50, [of]))).toMatchObject({ kind: 'REFUSED' });
    await expect.poll(() => real.peek([of])).toEqual([{ available: 100 * point, inFlight: 1 }]);
  });

  test('recovers by itself', async () => {
    const { clock, down, guarded } = setUp('local');
    const of = bucket();
    await guarded.reserve(reservation(600, [of]));
    down.is = true;
    await guarded.peek([of]);
    down.is = false;
    clock.advance(1000);
    expect((await guarded.peek([of]))[0]?.available).toBe(400 * point);
    expect(guarded.degraded).toBe(false);
  });

  test('settles a reservation where it was made', async () => {
    const { clock, down, guarded } = setUp('local');
    const of = bucket();
    down.is = true;
    const local = reservation(100, [of]);
    await guarded.reserve(local);
    down.is = false;
    clock.advance(1000);
    expect(await guarded.settle(local, 40 * point)).toEqual([{ available: 210 * point, inFlight: 0 }]);
    expect((await guarded.peek([of]))[0]?.available).toBe(1000 * point);
  });

  test('owes no more than its share of what the bucket may owe', async () => {
    const { down, guarded } = setUp('local');
    const of = bucket({ debt: 1000 * point });
    down.is = true;
    const local = reservation(100, [of]);
    await guarded.reserve(local);
    expect((await guarded.settle(local, 5000 * point))[0]?.available).toBe(-250 * point);
  });

  test.each([
    ['for a moment', 0, 30, 970],
    ['for longer', 2, 30, 970],
    ['for a moment, and that cost more,', 0, 1200, -200],
    ['for longer, and that cost more,', 2, 1200, -200],
  ])('a reservation whose store is gone %s is settled when it is back', async (_, failures, actual, left) => {
    const { clock, down, guarded, real } = setUp('local');
    const of = bucket({ debt: 1000 * point });
    const reserved = reservation(100, [of]);
    await guarded.reserve(reserved);
    down.is = true;
    for (let index = 0; index < failures; index++) await guarded.peek([of]);
    await guarded.settle(reserved, actual * point);
    down.is = false;
    clock.advance(1000);
    await guarded.peek([of]);
    await expect.poll(() => real.peek([of]), { timeout: 3000 }).toEqual([{ available: left * point, inFlight: 0 }]);
  });

  test('a reservation whose store is gone stays charged until then, and settling it does not fail', async () => {
    const { clock, down, guarded } = setUp('local');
    const of = bucket();
    const reserved = reservation(100, [of]);
    await guarded.reserve(reserved);
    down.is = true;
    await expect(guarded.settle(reserved, 1)).resolves.toHaveLength(1);
    down.is = false;
    clock.advance(1000);
    expect((await guarded.peek([of]))[0]?.available).toBe(900 * point);
  });

  test('a share of the requests window', async () => {
    const { down, guarded } = setUp('local');
    down.is = true;
    const window = { id: 'key:1', partition: 'a', max: 8, windowMs: 60_000 };
    const kinds: string[] = [];
    for (let index = 0; index < 3; index++) kinds.push((await guarded.count([window])).kind);
    expect(kinds).toEqual(['COUNTED', 'COUNTED', 'REFUSED']);
  });
});

describe('local quota', () => {
  test('a share of what is left, as far as usage knows', async () => {
    const { clock, down, guarded } = setUp('local');
    down.is = true;
    const since = periodAt('MONTH', clock.now()).startsAt;
    const fresh = bucket({ capacity: 1_000_000 * point, quota: quota(400) });
    const used = bucket({ ...fresh, id: 'key:used', quota: quota(400, 'MONTH', { since, spent: 360 * point }) });
    const admitted = async (of: Bucket) => {
      let count = 0;
      for (let index = 0; index < 50; index++) {
        if ((await guarded.reserve(reservation(5, [of]))).kind === 'RESERVED') count++;
      }
      return count;
    };
    expect([await admitted(fresh), await admitted(used)]).toEqual([20, 2]);
  });
});

describe('closed', () => {
  test('refuses with RATE_LIMITER_UNAVAILABLE, and never fails to settle', async () => {
    const { down, guarded } = setUp('closed');
    const reserved = reservation(100, [bucket()]);
    await guarded.reserve(reserved);
    down.is = true;
    const failure = await guarded.reserve(reservation(1, [bucket()])).catch((error: unknown) => error);
    expect(codeOf(failure)).toBe('RATE_LIMITER_UNAVAILABLE');
    await expect(guarded.count([{ id: 'k', partition: 'a', max: 8, windowMs: 1000 }])).rejects.toThrow();
    await expect(guarded.settle(reserved, 1)).resolves.toBeDefined();
  });
});
