import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LeasingStore, withLeases } from '../../../src/throttle/leases/with-leases.ts';
import { createMemoryStore } from '../../../src/throttle/stores/memory-store.ts';
import type { Bucket, Reservation, ThrottleStore } from '../../../src/throttle/throttle-store.ts';
import { type TestClock, testClock } from '../../support/test-clock.ts';

const point = 1_000_000;
/** So little that it is spent in every case, and comes back so slowly that whatever is spent above it shows. */
const capacity = 300;
const ratePerSecond = 2;
const slots = 4;
const ttlMs = 2000;

interface Run {
  readonly reservation: Reservation;
  readonly until: number;
}

interface Instance {
  readonly leases: LeasingStore;
  readonly running: Run[];
  /** From here on the store hears nothing of it. */
  die(): Promise<void>;
}

const who = fc.constantFrom<0 | 1>(0, 1);
const step = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({ kind: fc.constant('RESERVE' as const), who, points: fc.integer({ min: 1, max: 15 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('SETTLE' as const),
      who,
      place: fc.nat(20),
      share: fc.constantFrom(0, 0.5, 1, 1, 1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('PASS' as const), ms: fc.constantFrom(1, 100, 300, 900, 1300) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('CRASH' as const), who }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function start(store: ThrottleStore, clock: TestClock, makeId: () => string): Instance {
  let dead = false;
  const line: ThrottleStore = {
    ...store,
    settle: async (...given) => (dead ? [] : store.settle(...given)),
    close: async () => {},
  };
  const size = { kind: 'POINTS', points: 60 * point } as const;
  const leases = withLeases({ store: line, size, clock, makeId, hotPerSecond: 0 });
  return {
    leases,
    running: [],
    die: () => {
      dead = true;
      return leases.close();
    },
  };
}

async function play(steps: readonly Step[], hasApplication: boolean): Promise<void> {
  const clock = testClock();
  const store = createMemoryStore({ clock });
  let ids = 0;
  const makeId = () => `${ids++}`;
  const numbers = { partition: 'a', capacity: capacity * point, restoreRate: ratePerSecond * point, inFlight: slots };
  const key: Bucket = { id: 'key:k', ...numbers };
  const buckets = hasApplication ? [key, { ...key, id: 'application:a' }] : [key];
  const instances: [Instance, Instance] = [start(store, clock, makeId), start(store, clock, makeId)];
  let [spent, passed] = [0, 0];
  const running = () => instances.flatMap((instance) => instance.running);
  for (const each of steps) {
    if (each.kind === 'PASS') {
      clock.advance(each.ms);
      passed += each.ms;
      for (const { leases } of instances) leases.giveBackIdle();
      continue;
    }
    const instance = instances[each.who];
    if (each.kind === 'CRASH') {
      await instance.die();
      // What ran stays charged in full.
      for (const { reservation } of instance.running) spent += reservation.cost;
      instances[each.who] = start(store, clock, makeId);
    } else if (each.kind === 'RESERVE') {
      const reservation = { id: makeId(), cost: each.points * point, buckets, ttlMs };
      const { kind } = await instance.leases.reserve(reservation);
      if (kind !== 'RESERVED') continue;
      instance.running.push({ reservation, until: clock.monotonic() + ttlMs });
      expect(running().filter(({ until }) => clock.monotonic() < until).length).toBeLessThanOrEqual(slots);
    } else {
      const [run] = instance.running.splice(each.place % Math.max(1, instance.running.length), 1);
      if (!run) continue;
      const actual = Math.floor(run.reservation.cost * each.share);
      await instance.leases.settle(run.reservation, actual);
      spent += clock.monotonic() < run.until ? actual : run.reservation.cost;
    }
    const held = running().reduce((sum, { reservation }) => sum + reservation.cost, 0);
    expect(spent + held).toBeLessThanOrEqual((capacity + (ratePerSecond * passed) / 1000) * point);
  }
  for (const { die } of instances) await die();
}

// Break: `cost: points` in `acquire`, or what `giveBack` settles with, to see it fail.
test('two instances, in whatever order: no more is spent than the bucket holds and time restores, and no more runs than there are slots', async () => {
  const steps = fc.array(step, { minLength: 100, maxLength: 250, size: 'max' });
  await fc.assert(fc.asyncProperty(steps, fc.boolean(), play), {
    numRuns: Number(process.env['FIELDPASS_PROPERTY_RUNS'] ?? 40),
    endOnFailure: true,
  });
});
