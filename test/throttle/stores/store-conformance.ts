import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lookAtWindows } from '../../../src/throttle/look-at-windows.ts';
import { periodAt } from '../../../src/throttle/quota-period.ts';
import type {
  Bucket,
  Quota,
  QuotaPeriod,
  RequestsWindow,
  Reservation,
  ThrottleStore,
} from '../../../src/throttle/throttle-store.ts';

export interface StoreHarness {
  /** The calendar that the store goes by, in milliseconds since the epoch; the system's when absent. */
  readonly now?: () => number;
  readonly store: ThrottleStore;
  /** A second client of the same balances; the same store when there is no such thing. */
  readonly other: ThrottleStore;
  /** Lets that much of the store's own time pass. */
  passTime(ms: number): Promise<void>;
  close(): Promise<void>;
}

const point = 1_000_000;
/** So slow that nothing comes back while a test runs, also on a store whose clock is real. */
const hardlyEver = 0.001;

export function bucket(overrides: Partial<Bucket> = {}): Bucket {
  return {
    id: `key:${randomUUID()}`,
    partition: 'application',
    capacity: 1000 * point,
    restoreRate: hardlyEver,
    inFlight: 1000,
    ...overrides,
  };
}

export function quota(points: number, period: QuotaPeriod = 'MONTH', known?: Quota['known']): Quota {
  return { points: points * point, period, ...(known && { known }) };
}

export function reservation(points: number, buckets: readonly Bucket[], overrides: Partial<Reservation> = {}) {
  return { id: randomUUID(), cost: points * point, buckets, ttlMs: 60_000, ...overrides };
}

/** What every throttle store must do, whatever it is made of. */
export function storeConformance(name: string, open: () => Promise<StoreHarness>): void {
  describe(`throttle store: ${name}`, () => {
    let harness: StoreHarness;
    let store: ThrottleStore;
    beforeAll(async () => {
      harness = await open();
      store = harness.store;
    });
    afterAll(() => harness.close());

    const available = async (of: Bucket) => (await store.peek([of]))[0]?.available;
    const inFlight = async (of: Bucket) => (await store.peek([of]))[0]?.inFlight;

    test('a bucket that nobody touched is full', async () => {
      expect(await store.peek([bucket()])).toEqual([{ available: 1000 * point, inFlight: 0 }]);
    });

    test('of 200 parallel reservations of 30 on 1000, from two clients, 33 are admitted', async () => {
      const of = bucket();
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, index) => (index % 2 ? harness.other : store).reserve(reservation(30, [of]))),
      );
      expect(answers.filter((answer) => answer.kind === 'RESERVED')).toHaveLength(33);
      expect(await available(of)).toBe(10 * point);
    });

    test('what was reserved and not used comes back: 101 reserved, 46 used, 954 left', async () => {
      const of = bucket();
      const reserved = reservation(101, [of]);
      expect(await store.reserve(reserved)).toEqual({
        kind: 'RESERVED',
        states: [{ available: 899 * point, inFlight: 1 }],
      });
      expect(await store.settle(reserved, 46 * point)).toEqual([{ available: 954 * point, inFlight: 0 }]);
    });

    test('settling twice gives back once', async () => {
      const of = bucket();
      const reserved = reservation(101, [of]);
      await store.reserve(reserved);
      await store.settle(reserved, 46 * point);
      await harness.other.settle(reserved, 46 * point);
      expect(await available(of)).toBe(954 * point);
    });

    test('settling what was never reserved gives back nothing', async () => {
      const of = bucket();
      await store.reserve(reservation(300, [of]));
      await store.settle(reservation(200, [of]), 0);
      expect(await available(of)).toBe(700 * point);
    });

    test('reserving the same id again takes nothing more', async () => {
      const of = bucket();
      const reserved = reservation(400, [of]);
      await store.reserve(reserved);
      expect(await store.reserve(reserved)).toEqual({
        kind: 'RESERVED',
        states: [{ available: 600 * point, inFlight: 1 }],
      });
    });

    describe('an actual cost above the reserved one', () => {
      const owing = (debt: number, overrides: Partial<Bucket> = {}) => bucket({ debt: debt * point, ...overrides });

      test('is taken from the bucket, once', async () => {
        const of = owing(1000);
        const reserved = reservation(100, [of]);
        await store.reserve(reserved);
        expect(await store.settle(reserved, 500 * point)).toEqual([{ available: 500 * point, inFlight: 0 }]);
        await harness.other.settle(reserved, 500 * point);
        expect(await available(of)).toBe(500 * point);
      });

      test.each([
        // What it may owe, what is left when it is settled, what it cost more, and what stands in it then.
        [1000, 30, 50, -20],
        [1000, 0, 999, -999],
        [1000, 0, 5000, -1000],
        [0, 30, 50, 0],
        [0, 30, 20, 10],
        [0, 0, 1, 0],
      ])('of a bucket that may owe %i and has %i, %i more: %i', async (debt, left, more, after) => {
        const of = owing(debt);
        await store.reserve(reservation(1000 - left - 10, [of]));
        const reserved = reservation(10, [of]);
        await store.reserve(reserved);
        expect((await store.settle(reserved, (10 + more) * point))[0]?.available).toBe(after * point);
        expect(await available(of)).toBe(after * point);
      });

      test('is the debt of a key alone: its application pays down to 0', async () => {
        const [key, application] = [owing(1000), bucket({ capacity: 200 * point })];
        const reserved = reservation(150, [key, application]);
        await store.reserve(reserved);
        const states = await store.settle(reserved, 1250 * point);
        expect(states.map((state) => state.available)).toEqual([-250 * point, 0]);
      });

      test('of many at once is no more debt than a whole bucket', async () => {
        const of = owing(1000);
        const all = Array.from({ length: 10 }, () => reservation(10, [of]));
        const clientOf = (index: number) => (index % 2 ? harness.other : store);
        for (const [index, each] of all.entries()) await clientOf(index).reserve(each);
        await Promise.all(all.map((each, index) => clientOf(index).settle(each, 500 * point)));
        expect(await store.peek([of])).toEqual([{ available: -1000 * point, inFlight: 0 }]);
      });

      test('is waited for before anything else, and gives back nothing of the debt', async () => {
        const of = owing(1000, { capacity: 100 * point, restoreRate: 1000 * point, debt: 100 * point });
        const [reserved, second] = [reservation(40, [of]), reservation(40, [of])];
        await store.reserve(reserved);
        await store.reserve(second);
        const [owed] = await store.settle(reserved, 1000 * point);
        expect(owed?.available).toBeGreaterThanOrEqual(-100 * point);
        expect(owed?.available).toBeLessThan(-50 * point);
        const refused = await store.reserve(reservation(10, [of]));
        expect(refused).toMatchObject({ kind: 'REFUSED', reason: 'COST' });
        expect(refused.kind === 'REFUSED' && refused.retryAfterMs > 0 && refused.retryAfterMs <= 110).toBe(true);
        await harness.passTime(220);
        expect(await available(of)).toBe(100 * point);
        expect((await store.settle(second, 0))[0]?.available).toBe(100 * point);
      });

      test('comes after its time to live: nothing is charged any more', async () => {
        const of = owing(1000);
        const reserved = reservation(100, [of], { ttlMs: 40 });
        await store.reserve(reserved);
        await harness.passTime(50);
        await store.settle(reserved, 500 * point);
        expect(await available(of)).toBe(900 * point);
      });

      test('is added to the quota, also beyond it', async () => {
        const of = owing(1000, { quota: quota(150) });
        const reserved = reservation(100, [of]);
        await store.reserve(reserved);
        expect((await store.settle(reserved, 300 * point))[0]?.quota?.spent).toBe(300 * point);
        await harness.other.settle(reserved, 300 * point);
        expect((await store.peek([of]))[0]?.quota?.spent).toBe(300 * point);
        expect(await store.reserve(reservation(1, [of]))).toMatchObject({ kind: 'REFUSED', reason: 'QUOTA' });
      });
    });

    test('600 twice on 1000 at 50 a second: the second waits for exactly what is missing', async () => {
      const of = bucket({ restoreRate: 50 * point });
      await store.reserve(reservation(600, [of]));
      const answer = await store.reserve(reservation(600, [of]));
      expect(answer).toMatchObject({ kind: 'REFUSED', bucket: 0, reason: 'COST' });
      if (answer.kind !== 'REFUSED') return;
      const left = answer.states[0]?.available ?? 0;
      expect(left).toBeLessThan(450 * point);
      expect(answer.retryAfterMs).toBe(Math.ceil((600 * point - left) / ((50 * point) / 1000)));
    });

    test('a refusal takes nothing and holds no slot', async () => {
      const of = bucket();
      await store.reserve(reservation(600, [of]));
      for (let attempt = 0; attempt < 20; attempt++) await store.reserve(reservation(600, [of]));
      expect(await store.peek([of])).toEqual([{ available: 400 * point, inFlight: 1 }]);
    });

    test('a cost above the capacity is impossible, not something to wait for', async () => {
      const of = bucket();
      expect(await store.reserve(reservation(1001, [of]))).toEqual({
        kind: 'IMPOSSIBLE',
        bucket: 0,
        states: [{ available: 1000 * point, inFlight: 0 }],
      });
      expect(await store.peek([of])).toEqual([{ available: 1000 * point, inFlight: 0 }]);
    });

    test('a full in-flight cap refuses until a reservation is settled', async () => {
      const of = bucket({ inFlight: 2 });
      const first = reservation(1, [of]);
      await store.reserve(first);
      await store.reserve(reservation(1, [of]));
      expect(await store.reserve(reservation(1, [of]))).toMatchObject({
        kind: 'REFUSED',
        reason: 'IN_FLIGHT',
        retryAfterMs: 0,
      });
      await store.settle(first, point);
      expect(await store.reserve(reservation(1, [of]))).toMatchObject({ kind: 'RESERVED' });
    });

    test('two buckets give both or neither', async () => {
      const key = bucket();
      const application = bucket({ capacity: 500 * point });
      await store.reserve(reservation(400, [application]));
      expect(await store.reserve(reservation(200, [key, application]))).toMatchObject({ kind: 'REFUSED', bucket: 1 });
      expect(await available(key)).toBe(1000 * point);
      const reserved = reservation(100, [key, application]);
      expect(await store.reserve(reserved)).toEqual({
        kind: 'RESERVED',
        states: [
          { available: 900 * point, inFlight: 1 },
          { available: 0, inFlight: 2 },
        ],
      });
      await store.settle(reserved, 40 * point);
      expect([await available(key), await available(application)]).toEqual([960 * point, 60 * point]);
    });

    test('of two buckets that refuse, the one that takes longer answers', async () => {
      const quick = bucket({ restoreRate: 500 * point });
      const slow = bucket({ restoreRate: 10 * point });
      await store.reserve(reservation(1000, [quick]));
      await store.reserve(reservation(1000, [slow]));
      const answer = await store.reserve(reservation(1000, [quick, slow]));
      expect(answer).toMatchObject({ kind: 'REFUSED', bucket: 1, reason: 'COST' });
      expect(answer.kind === 'REFUSED' && answer.retryAfterMs).toBeGreaterThan(90_000);
    });

    test('a reservation that is never settled stays charged, and its slot is free after its time to live', async () => {
      const of = bucket({ inFlight: 1 });
      const dead = reservation(100, [of], { ttlMs: 40 });
      await store.reserve(dead);
      expect(await inFlight(of)).toBe(1);
      await harness.passTime(50);
      expect(await store.peek([of])).toEqual([{ available: 900 * point, inFlight: 0 }]);
      expect(await store.settle(dead, 0)).toEqual([{ available: 900 * point, inFlight: 0 }]);
      expect(await store.reserve(reservation(1, [of]))).toMatchObject({ kind: 'RESERVED' });
    });

    test('a short reservation behind a long one frees its own slot only', async () => {
      const of = bucket({ inFlight: 2 });
      await store.reserve(reservation(1, [of]));
      await store.reserve(reservation(1, [of], { ttlMs: 40 }));
      await harness.passTime(50);
      expect(await inFlight(of)).toBe(1);
    });

    test('points come back with time and never above the capacity', async () => {
      const of = bucket({ restoreRate: 20_000 * point });
      const reserved = reservation(1000, [of]);
      await store.reserve(reserved);
      await harness.passTime(60);
      expect(await available(of)).toBe(1000 * point);
      await store.settle(reserved, 0);
      expect(await available(of)).toBe(1000 * point);
    });

    test('a change of plan keeps the balance in points, as far as the new bucket holds it', async () => {
      const free = bucket();
      await store.reserve(reservation(300, [free]));
      expect(await available({ ...free, capacity: 2000 * point })).toBe(700 * point);
      expect(await available({ ...free, capacity: 500 * point })).toBe(500 * point);
      expect(await available(free)).toBe(700 * point);
    });

    test('never spends more than the capacity and what time restores', async () => {
      const of = bucket();
      let spent = 0;
      for (let round = 0; round < 20; round++) {
        const wave = Array.from({ length: 5 }, (_, index) => reservation(20 + ((round * 7 + index * 13) % 60), [of]));
        const answers = await Promise.all(wave.map((each) => store.reserve(each)));
        for (const [index, each] of wave.entries()) {
          if (answers[index]?.kind !== 'RESERVED') continue;
          const actual = Math.floor(each.cost / (2 + index));
          spent += actual;
          await store.settle(each, actual);
        }
      }
      expect(spent).toBeLessThanOrEqual(1000 * point);
      expect(await available(of)).toBe(1000 * point - spent);
    });

    describe('quota', () => {
      const now = () => harness.now?.() ?? Date.now();
      const endsAt = (period: QuotaPeriod) => periodAt(period, now()).endsAt;
      const spent = async (of: Bucket) => (await store.peek([of]))[0]?.quota?.spent;

      test.each(['DAY', 'MONTH'] as const)('is spent by what was used, until the %s ends', async (period) => {
        const of = bucket({ quota: quota(150, period) });
        const reserved = reservation(101, [of]);
        expect(await store.reserve(reserved)).toEqual({
          kind: 'RESERVED',
          states: [{ available: 899 * point, inFlight: 1, quota: { spent: 101 * point, endsAt: endsAt(period) } }],
        });
        expect((await store.settle(reserved, 46 * point))[0]).toEqual({
          available: 954 * point,
          inFlight: 0,
          quota: { spent: 46 * point, endsAt: endsAt(period) },
        });
        expect((await store.settle(reserved, 0))[0]?.quota?.spent).toBe(46 * point);
        const refused = await store.reserve(reservation(105, [of]));
        expect(refused).toMatchObject({ kind: 'REFUSED', bucket: 0, reason: 'QUOTA' });
        const wait = refused.kind === 'REFUSED' ? refused.retryAfterMs : 0;
        expect(Math.abs(wait - (endsAt(period) - now()))).toBeLessThan(2000);
        expect(await available(of)).toBe(954 * point);
        expect(await store.reserve(reservation(104, [of]))).toMatchObject({ kind: 'RESERVED' });
      });

      test('of 200 parallel reservations of 30 on 1000, from two clients, 33 are admitted', async () => {
        const of = bucket({ capacity: 1_000_000 * point, quota: quota(1000) });
        const answers = await Promise.all(
          Array.from({ length: 200 }, (_, index) => (index % 2 ? harness.other : store).reserve(reservation(30, [of]))),
        );
        expect(answers.filter((answer) => answer.kind === 'RESERVED')).toHaveLength(33);
        expect(await spent(of)).toBe(990 * point);
      });

      test('a key and its application both have room, or neither pays', async () => {
        const key = bucket({ quota: quota(500) });
        const application = bucket({ quota: quota(100, 'DAY') });
        await store.reserve(reservation(60, [application]));
        expect(await store.reserve(reservation(50, [key, application]))).toMatchObject({
          kind: 'REFUSED',
          bucket: 1,
          reason: 'QUOTA',
        });
        expect([await spent(key), await spent(application)]).toEqual([0, 60 * point]);
        await store.reserve(reservation(40, [key, application]));
        expect([await spent(key), await spent(application)]).toEqual([40 * point, 100 * point]);
      });

      test('a cost above the quota is impossible, not something to wait for', async () => {
        const of = bucket({ quota: quota(100) });
        expect(await store.reserve(reservation(101, [of]))).toMatchObject({ kind: 'IMPOSSIBLE', bucket: 0 });
      });

      test('a reservation that is never settled stays charged', async () => {
        const of = bucket({ quota: quota(100) });
        const dead = reservation(70, [of], { ttlMs: 40 });
        await store.reserve(dead);
        await harness.passTime(50);
        await store.settle(dead, 0);
        expect(await spent(of)).toBe(70 * point);
      });

      test('outlives a bucket that is full again', async () => {
        const of = bucket({ restoreRate: 1_000_000 * point, quota: quota(100) });
        const reserved = reservation(70, [of]);
        await store.reserve(reserved);
        await store.settle(reserved, 70 * point);
        await harness.passTime(1100);
        expect((await store.peek([of]))[0]).toMatchObject({ available: 1000 * point, quota: { spent: 70 * point } });
      });

      test('goes on from what usage knows, when the store knows less', async () => {
        const { startsAt: since } = periodAt('MONTH', now());
        const plain = bucket({ quota: quota(100) });
        const known = (points: number, start = since): Bucket => ({
          ...plain,
          quota: quota(100, 'MONTH', { since: start, spent: points * point }),
        });
        await store.reserve(reservation(10, [plain]));
        expect(await spent(known(5))).toBe(10 * point);
        expect(await spent(known(95))).toBe(95 * point);
        expect(await spent(known(95, since - 1))).toBe(10 * point);
        expect(await store.reserve(reservation(6, [known(95)]))).toMatchObject({ kind: 'REFUSED', reason: 'QUOTA' });
        await store.reserve(reservation(5, [known(95)]));
        expect(await spent(plain)).toBe(100 * point);
      });

      test('of which there is no count is not begun when it asks, and goes on from what is known then', async () => {
        const { startsAt: since } = periodAt('MONTH', now());
        const plain = bucket();
        const asking: Bucket = { ...plain, quota: { ...quota(100), ask: true } };
        const wanted = reservation(10, [bucket({ quota: quota(50) }), asking]);
        expect(await store.reserve(wanted)).toMatchObject({ kind: 'UNCOUNTED' });
        expect(await store.peek(wanted.buckets)).toMatchObject([{ inFlight: 0 }, { available: 1000 * point }]);
        const known = { ...plain, quota: quota(100, 'MONTH', { since, spent: 85 * point }) };
        expect(await store.reserve({ ...wanted, buckets: [known] })).toMatchObject({ kind: 'RESERVED' });
        expect(await harness.other.reserve(reservation(6, [asking]))).toMatchObject({ reason: 'QUOTA' });
        expect(await harness.other.reserve(reservation(5, [asking]))).toMatchObject({ kind: 'RESERVED' });
        expect(await spent(asking)).toBe(100 * point);
        expect(
          await store.reserve(reservation(101, [{ ...bucket(), quota: { ...quota(100), ask: true } }])),
        ).toMatchObject({
          kind: 'IMPOSSIBLE',
        });
      });

      test('of two refusals the longer one answers', async () => {
        const of = bucket({ restoreRate: 1000 * point, quota: quota(1500) });
        await store.reserve(reservation(1000, [of]));
        expect(await store.reserve(reservation(1000, [of]))).toMatchObject({ kind: 'REFUSED', reason: 'QUOTA' });
      });
    });

    describe('requests window', () => {
      const window = (overrides: Partial<RequestsWindow> = {}): RequestsWindow => ({
        id: `key:${randomUUID()}`,
        partition: 'application',
        max: 10,
        windowMs: 60_000,
        ...overrides,
      });

      test('of 50 parallel requests, from two clients, exactly as many as allowed are counted', async () => {
        const of = window();
        const answers = await Promise.all(
          Array.from({ length: 50 }, (_, index) => (index % 2 ? harness.other : store).count([of])),
        );
        const counted = answers.filter((answer) => answer.kind === 'COUNTED');
        expect(counted.map((answer) => answer.remaining).toSorted((left, right) => left - right)).toEqual([
          0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
        ]);
      });

      test('says when the window ends, and starts anew then', async () => {
        // Longer than a busy machine makes two calls take: the stores count by clocks of their own.
        const windowMs = 1_000;
        const of = window({ max: 1, windowMs });
        const first = await store.count([of]);
        expect(first).toMatchObject({ kind: 'COUNTED', remaining: 0 });
        expect(first.kind === 'COUNTED' && first.resetMs).toBe(windowMs);
        const refused = await store.count([of]);
        expect(refused.kind).toBe('REFUSED');
        if (refused.kind !== 'REFUSED') return;
        expect(refused.retryAfterMs).toBeGreaterThan(0);
        expect(refused.retryAfterMs).toBeLessThanOrEqual(windowMs);
        await harness.passTime(refused.retryAfterMs + 2);
        expect(await store.count([of])).toMatchObject({ kind: 'COUNTED' });
      });

      test('a refused request is counted in none of its windows', async () => {
        const key = window();
        const application = window({ max: 1 });
        await store.count([application]);
        expect(await store.count([key, application])).toMatchObject({ kind: 'REFUSED' });
        expect(await store.count([key])).toMatchObject({ kind: 'COUNTED', remaining: 9 });
      });

      test('a look counts nothing, and tells of a full window', async () => {
        const of = window({ max: 1 });
        for (let times = 0; times < 3; times++) {
          expect(await lookAtWindows(store, [of])).toMatchObject({ kind: 'COUNTED' });
        }
        expect(await store.count([of])).toMatchObject({ kind: 'COUNTED', remaining: 0 });
        const full = await lookAtWindows(store, [of]);
        expect(full.kind === 'REFUSED' && full.retryAfterMs > 1 && full.retryAfterMs <= of.windowMs).toBe(true);
      });

      test('so many at once are counted in all windows, or in none', async () => {
        const [key, application] = [window(), window({ max: 8, windowMs: 30_000 })];
        const counted = await store.count([key, application], 5);
        expect(counted).toMatchObject({ kind: 'COUNTED', remaining: 3, resetMs: 30_000, firstResetMs: 30_000 });
        expect(await store.count([key, application], 4)).toMatchObject({ kind: 'REFUSED' });
        expect(await store.count([key], 5)).toMatchObject({ kind: 'COUNTED', remaining: 0 });
        const last = await store.count([application, window({ max: 1 })]);
        expect(last).toMatchObject({ kind: 'COUNTED', remaining: 0, resetMs: 60_000 });
        expect(last.kind === 'COUNTED' && last.firstResetMs <= 30_000).toBe(true);
      });

      test('remaining is that of the fullest window', async () => {
        expect(await store.count([window(), window({ max: 3 })])).toMatchObject({ kind: 'COUNTED', remaining: 2 });
      });
    });
  });
}
