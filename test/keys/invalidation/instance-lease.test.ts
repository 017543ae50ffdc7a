import { afterEach, describe, expect, test } from 'vitest';
import { createLogger } from '../../../src/kernel/logger.ts';
import { createInstanceLease, type InstanceLease, reliedOnMs } from '../../../src/keys/invalidation/instance-lease.ts';
import { createKnownEpoch } from '../../../src/keys/invalidation/known-epoch.ts';
import { stoppedClock } from '../support.ts';

const open: InstanceLease[] = [];
afterEach(async () => {
  for (const lease of open.splice(0)) await lease.close();
});

/** A lease over a database that answers when it is told to, and where changes can be made. */
function watched() {
  const clock = stoppedClock();
  const known = createKnownEpoch();
  const state = { epoch: 7, said: [] as number[], forgotten: 0, released: 0, fails: false };
  const held: (() => void)[] = [];
  const steps = { hold: false, held };
  const store = {
    async renew(acknowledged: number) {
      if (state.fails) throw new Error('no database');
      if (steps.hold) await new Promise<void>((resolve) => held.push(resolve));
      state.said.push(acknowledged);
    },
    readEpoch: async () => state.epoch,
    others: async () => [],
    async release() {
      state.released++;
    },
  };
  const lease = createInstanceLease({
    store,
    clock,
    logger: createLogger('silent'),
    known: () => known.current,
    reach: (epoch) => {
      if (known.reach(epoch)) state.forgotten++;
    },
  });
  open.push(lease);
  /** Takes the next one. */
  const again = () => {
    clock.advance(reliedOnMs);
    return lease.obtain();
  };
  return { clock, known, state, steps, lease, again };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a lease', () => {
  test('lives from when the database has answered until some time after it was asked', async () => {
    const { lease, clock } = watched();
    expect(lease.isLive()).toBe(false);
    expect(await lease.obtain()).toBe(true);
    clock.advance(reliedOnMs - 1);
    expect(lease.isLive()).toBe(true);
    clock.advance(1);
    expect(lease.isLive()).toBe(false);
  });

  test('counts from when it was asked for, however long the answer took', async () => {
    const { lease, clock, known, steps } = watched();
    known.reach(7);
    steps.hold = true;
    const obtained = lease.obtain();
    await settled();
    clock.advance(reliedOnMs - 1);
    steps.hold = false;
    for (const resume of steps.held.splice(0)) resume();
    expect(await obtained).toBe(true);
    clock.advance(1);
    expect(lease.isLive()).toBe(false);
  });

  test('is asked for once more by whoever had to wait for one that came too late', async () => {
    const { lease, clock, known, state, steps } = watched();
    known.reach(7);
    steps.hold = true;
    const tooLate = lease.obtain();
    await settled();
    clock.advance(reliedOnMs);
    const another = lease.obtain();
    steps.hold = false;
    for (const resume of steps.held.splice(0)) resume();
    expect([await tooLate, await another]).toEqual([false, true]);
    expect(state.said).toEqual([7, 7]);
  });

  test('ends when only the wall clock went on, as after a sleep of the machine', async () => {
    const { known } = watched();
    const time = { monotonic: 0, wall: 0 };
    const lease = createInstanceLease({
      store: { renew: async () => {}, readEpoch: async () => 1, others: async () => [], release: async () => {} },
      clock: { monotonic: () => time.monotonic, now: () => time.wall },
      logger: createLogger('silent'),
      known: () => known.current,
      reach: (epoch) => void known.reach(epoch),
    });
    open.push(lease);
    await lease.obtain();
    time.wall += 60_000;
    expect(lease.isLive()).toBe(false);
    await lease.obtain();
    time.wall -= 3_600_000;
    time.monotonic += reliedOnMs;
    expect(lease.isLive()).toBe(false);
  });

  test('is believed only after what was missed is forgotten, which is then said at once', async () => {
    const { lease, again, state, known } = watched();
    await lease.obtain();
    expect(state).toMatchObject({ forgotten: 1, said: [0, 7] });
    state.epoch = 8;
    known.hear(8);
    await again();
    expect(state).toMatchObject({ forgotten: 1, said: [0, 7, 8] });
    state.epoch = 9;
    await again();
    expect(state).toMatchObject({ forgotten: 2, said: [0, 7, 8, 8, 9] });
  });

  test('says a change that is heard of during a renewal right after it', async () => {
    const { lease, again, state, known, steps } = watched();
    await lease.obtain();
    steps.hold = true;
    const renewing = again();
    await settled();
    known.hear(8);
    state.epoch = 8;
    lease.acknowledge();
    steps.hold = false;
    for (const resume of steps.held.splice(0)) resume();
    await renewing;
    await expect.poll(() => state.said.at(-1)).toBe(8);
  });

  test('is shared by all who ask for it at the same moment', async () => {
    const { lease, state, known } = watched();
    known.reach(7);
    expect(await Promise.all([lease.obtain(), lease.obtain(), lease.obtain()])).toEqual([true, true, true]);
    expect(state.said).toEqual([7]);
  });

  test('is not there when the database does not answer, and lapses by itself', async () => {
    const { lease, state, clock } = watched();
    await lease.obtain();
    state.fails = true;
    expect(lease.isLive()).toBe(true);
    clock.advance(reliedOnMs);
    expect(await lease.obtain()).toBe(false);
  });

  test('is given back when the instance ends', async () => {
    const { lease, state } = watched();
    await lease.obtain();
    await lease.close();
    expect(lease.isLive()).toBe(false);
    expect(await lease.obtain()).toBe(false);
    expect(state.released).toBe(1);
  });
});
