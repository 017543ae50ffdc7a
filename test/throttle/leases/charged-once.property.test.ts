import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withLeases } from '../../../src/throttle/leases/with-leases.ts';
import { createMemoryStore } from '../../../src/throttle/stores/memory-store.ts';
import type { Bucket, Reservation } from '../../../src/throttle/throttle-store.ts';
import { testClock } from '../../support/test-clock.ts';

const numRuns = Number(process.env['FIELDPASS_PROPERTY_RUNS'] ?? 100);
const point = 1_000_000;
const capacity = 100_000;

/** So slow that nothing comes back while a case runs. */
const bucket = (id: string, debt?: number): Bucket => ({
  id,
  partition: 'a',
  capacity: capacity * point,
  restoreRate: 0.000_001,
  inFlight: 1000,
  ...(debt !== undefined && { debt: debt * point }),
});

const step = fc.record({
  points: fc.integer({ min: 1, max: 60 }),
  /** Beyond what was reserved, or below 0 what was not used of it. */
  more: fc.oneof(fc.integer({ min: -60, max: 0 }), fc.integer({ min: 1, max: 300 })),
  /** How many others begin before it ends. */
  endsAfter: fc.integer({ min: 0, max: 3 }),
  passes: fc.constantFrom(0, 1, 100, 400, 1200),
});

test('what operations cost is charged exactly once, by leases or without, also beyond what was reserved', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), fc.boolean(), async (steps, hasQuota) => {
      const clock = testClock();
      const store = createMemoryStore({ clock });
      let ids = 0;
      const makeId = () => `${ids++}`;
      const size = { kind: 'POINTS', points: 200 * point } as const;
      const leases = withLeases({ store, size, clock, makeId, hotPerSecond: 0 });
      const quota = { points: capacity * point, period: 'MONTH' } as const;
      const key = { ...bucket('key:k', capacity), ...(hasQuota && { quota }) };
      const buckets = [key, bucket('application:a')];
      const running: { readonly reservation: Reservation; readonly actual: number; readonly endsAt: number }[] = [];
      let spent = 0;
      const end = async (due: (run: (typeof running)[number]) => boolean) => {
        for (const run of running.filter(due)) {
          running.splice(running.indexOf(run), 1);
          await leases.settle(run.reservation, run.actual * point);
          await leases.settle(run.reservation, run.actual * point);
          spent += run.actual;
        }
      };
      for (const [index, { points, more, endsAfter, passes }] of steps.entries()) {
        clock.advance(passes);
        leases.giveBackIdle();
        const reservation = { id: makeId(), cost: points * point, buckets, ttlMs: 60_000 };
        expect(await leases.reserve(reservation)).toMatchObject({ kind: 'RESERVED' });
        running.push({ reservation, actual: Math.max(0, points + more), endsAt: index + endsAfter });
        await end(({ endsAt }) => endsAt <= index);
      }
      await end(() => true);
      await leases.close();
      const states = await store.peek(buckets);
      expect(states.map(({ available, inFlight }) => [available, inFlight])).toEqual([
        [(capacity - spent) * point, 0],
        [(capacity - spent) * point, 0],
      ]);
      if (hasQuota) expect(states[0]?.quota?.spent).toBe(spent * point);
    }),
    { numRuns },
  );
});
