import { describe, expect, test } from 'vitest';
import { withFailurePolicy } from '../../src/throttle/failure/failure-policy.ts';
import { withKnownSpending } from '../../src/throttle/known-spending.ts';
import { periodAt } from '../../src/throttle/quota-period.ts';
import { createMemoryStore } from '../../src/throttle/stores/memory-store.ts';
import type { ThrottleStore } from '../../src/throttle/throttle-store.ts';
import { testClock } from '../support/test-clock.ts';
import { bucket, quota, reservation } from './stores/store-conformance.ts';

const point = 1_000_000;

/** Instances on one store, which can be emptied, and a usage that knows what it is told. */
function setUp() {
  const clock = testClock();
  const usage = new Map<string, number>();
  const asked: string[] = [];
  const failures: unknown[] = [];
  const waiting: (() => void)[] = [];
  const state = { memory: createMemoryStore({ clock }), usageIsDown: false, storeIsDown: false };
  const through = async <Answer>(call: (store: ThrottleStore) => Promise<Answer>): Promise<Answer> => {
    if (state.storeIsDown) throw new Error('connection refused');
    return call(state.memory);
  };
  const shared: ThrottleStore = {
    count: (windows) => through((store) => store.count(windows)),
    reserve: (wanted) => through((store) => store.reserve(wanted)),
    settle: (reserved, actual) => through((store) => store.settle(reserved, actual)),
    peek: (buckets) => through((store) => store.peek(buckets)),
    close: async () => {},
  };
  const instance = () =>
    withKnownSpending({
      store: withFailurePolicy({ store: shared, policy: 'local', clock }),
      spentSince: async (id, since) => {
        asked.push(id);
        if (state.usageIsDown) throw new Error('usage is down');
        return (usage.get(`${id} ${since}`) ?? 0) * point;
      },
      clock,
      onFailure: (error) => failures.push(error),
      correctAfterMs: [2500],
      later: (work) => void waiting.push(work),
    });
  return {
    clock,
    state,
    asked,
    failures,
    instance,
    knows: (id: string, points: number, period: 'DAY' | 'MONTH' = 'MONTH') =>
      usage.set(`${id} ${periodAt(period, clock.now()).startsAt}`, points),
    lose: () => {
      state.memory = createMemoryStore({ clock });
    },
    later: () => {
      for (const work of waiting.splice(0)) work();
    },
    waiting: () => waiting.length,
    spent: async (of: ReturnType<typeof bucket>) => ((await state.memory.peek([of]))[0]?.quota?.spent ?? 0) / point,
  };
}

describe('a quota whose store has lost its count', () => {
  test('goes on from what usage knows, on every instance, of key and application', async () => {
    const { instance, knows, lose, spent, asked } = setUp();
    const [one, other] = [instance(), instance()];
    const key = bucket({ quota: quota(100) });
    const application = bucket({ quota: quota(500, 'DAY') });
    for (let turn = 0; turn < 8; turn++) {
      const wanted = reservation(10, [key, application]);
      expect(await (turn % 2 ? one : other).reserve(wanted)).toMatchObject({ kind: 'RESERVED' });
      await one.settle(wanted, 10 * point);
    }
    expect(asked).toEqual([key.id, application.id]);
    knows(key.id, 80);
    knows(application.id, 430, 'DAY');
    lose();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, turn) => (turn % 2 ? one : other).reserve(reservation(1, [key, application]))),
    );
    expect(answers.filter(({ kind }) => kind === 'RESERVED')).toHaveLength(20);
    expect(answers.find(({ kind }) => kind === 'REFUSED')).toMatchObject({ bucket: 0, reason: 'QUOTA' });
    expect([await spent(key), await spent(application)]).toEqual([100, 450]);
  });

  test('hears later what usage did not know yet, for all instances', async () => {
    const { instance, knows, later, spent } = setUp();
    const [one, other] = [instance(), instance()];
    const of = bucket({ quota: quota(100), inFlight: 1 });
    knows(of.id, 50);
    expect(await one.reserve(reservation(10, [of]))).toMatchObject({ kind: 'RESERVED' });
    knows(of.id, 98);
    later();
    await expect.poll(() => spent(of)).toBe(98);
    expect(await other.reserve(reservation(3, [of]))).toMatchObject({ reason: 'QUOTA' });
  });

  test('shows it before anything is spent', async () => {
    const { instance, knows } = setUp();
    const of = bucket({ quota: quota(100) });
    knows(of.id, 60);
    expect((await instance().peek([of]))[0]?.quota?.spent).toBe(60 * point);
  });

  test('begins at nothing while usage does not answer, and is corrected', async () => {
    const { instance, knows, later, spent, state, failures } = setUp();
    const of = bucket({ quota: quota(100) });
    knows(of.id, 95);
    state.usageIsDown = true;
    expect(await instance().reserve(reservation(10, [of]))).toMatchObject({ kind: 'RESERVED' });
    expect(failures).toHaveLength(1);
    state.usageIsDown = false;
    later();
    await expect.poll(() => spent(of)).toBe(95);
  });

  test('does not ask about a bucket without a quota, nor again in the same period, and anew in the next', async () => {
    const { instance, asked, clock } = setUp();
    const one = instance();
    const [plain, counted] = [bucket(), bucket({ quota: quota(1000, 'DAY') })];
    for (let turn = 0; turn < 3; turn++) await one.reserve(reservation(1, [plain, counted]));
    expect(asked).toEqual([counted.id]);
    clock.advance(86_400_000);
    await one.reserve(reservation(1, [counted]));
    expect(asked).toEqual([counted.id, counted.id]);
  });

  test('asks once for all who come together, and corrects once for them', async () => {
    const { instance, asked, waiting } = setUp();
    const one = instance();
    const of = bucket({ quota: quota(100) });
    await Promise.all(Array.from({ length: 20 }, () => one.reserve(reservation(1, [of]))));
    expect(asked).toEqual([of.id]);
    expect(waiting()).toBe(1);
  });

  test('asks once also when all of it is spent, and nothing is reserved', async () => {
    const { instance, asked, knows, spent } = setUp();
    const one = instance();
    const of = bucket({ quota: quota(100) });
    knows(of.id, 100);
    expect(await one.reserve(reservation(1, [of]))).toMatchObject({ kind: 'REFUSED', reason: 'QUOTA' });
    await expect.poll(() => spent(of)).toBe(100);
    for (let turn = 0; turn < 5; turn++) await one.reserve(reservation(1, [of]));
    expect(asked).toEqual([of.id]);
  });

  test('while the store is away a share of what is left, as far as usage knows', async () => {
    const { instance, knows, state } = setUp();
    const one = instance();
    const of = bucket({ capacity: 1_000_000 * point, quota: quota(400) });
    knows(of.id, 360);
    state.storeIsDown = true;
    const answers: string[] = [];
    for (let turn = 0; turn < 4; turn++) answers.push((await one.reserve(reservation(5, [of]))).kind);
    expect(answers).toEqual(['RESERVED', 'RESERVED', 'REFUSED', 'REFUSED']);
  });
});
