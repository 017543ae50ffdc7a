import { describe, expect, test } from 'vitest';
import { withLeases } from '../../../src/throttle/leases/with-leases.ts';
import { periodAt } from '../../../src/throttle/quota-period.ts';
import { createMemoryStore } from '../../../src/throttle/stores/memory-store.ts';
import type { Bucket, ThrottleStore } from '../../../src/throttle/throttle-store.ts';
import { testClock } from '../../support/test-clock.ts';
import { bucket, quota, reservation, storeConformance } from '../stores/store-conformance.ts';

const point = 1_000_000;
let ids = 0;
const makeId = () => `lease-${ids++}`;

/** Small leases for everybody from the first operation on. */
storeConformance('memory, behind leases', async () => {
  const clock = testClock();
  const memory = createMemoryStore({ clock });
  const instance = () => {
    const store = { ...memory, close: async () => {} };
    return withLeases({ store, size: { kind: 'SHARE', share: 0.05 }, clock, makeId, hotPerSecond: 0 });
  };
  const [store, other] = [instance(), instance()];
  return {
    store,
    other,
    passTime: async (ms) => {
      clock.advance(ms);
      store.giveBackIdle();
      other.giveBackIdle();
    },
    now: clock.now,
    close: async () => {
      await store.close();
      await other.close();
    },
  };
});

/** One shared store, and what it was asked. */
function setUp(hotPerSecond = 0) {
  const clock = testClock();
  const memory = createMemoryStore({ clock });
  const asked: string[] = [];
  const down = { is: false };
  const watched =
    <Parameters extends unknown[], Answer>(name: string, call: (...parameters: Parameters) => Promise<Answer>) =>
    async (...parameters: Parameters): Promise<Answer> => {
      asked.push(name);
      if (down.is) throw new Error('connection refused');
      return call(...parameters);
    };
  const store: ThrottleStore = {
    count: watched('count', memory.count),
    reserve: watched('reserve', memory.reserve),
    settle: watched('settle', memory.settle),
    peek: memory.peek,
    close: memory.close,
  };
  const instance = () =>
    withLeases({ store, size: { kind: 'POINTS', points: 100 * point }, clock, makeId, hotPerSecond });
  return { clock, memory, asked, down, instance };
}

async function runOne(store: ThrottleStore, of: Bucket, points = 10, used = points) {
  const wanted = reservation(points, [of]);
  const answer = await store.reserve(wanted);
  if (answer.kind === 'RESERVED') await store.settle(wanted, used * point);
  return answer;
}

describe('a hot key', () => {
  test('asks the store once for many operations, and tells clients what is left all the same', async () => {
    const { asked, memory, instance } = setUp();
    const [leases, of] = [instance(), bucket()];
    await runOne(leases, of, 10, 4);
    asked.length = 0;
    const told: (number | undefined)[] = [];
    for (let turn = 0; turn < 10; turn++) told.push((await runOne(leases, of, 10, 4)).states[0]?.available);
    expect(asked).toEqual(['reserve']);
    expect(told).toEqual(Array.from({ length: 10 }, (_, turn) => (986 - 4 * turn) * point));
    expect(await memory.peek([of])).toEqual([{ available: 896 * point, inFlight: 1 }]);
    expect(await leases.peek([of])).toEqual([{ available: 956 * point, inFlight: 0 }]);
  });

  test('is never told of more than its bucket holds', async () => {
    const { clock, instance } = setUp();
    const [leases, of] = [instance(), bucket({ restoreRate: 1000 * point })];
    await runOne(leases, of, 10);
    await runOne(leases, of, 10);
    expect(leases.held).toBe(1);
    clock.advance(200);
    expect((await leases.peek([of]))[0]?.available).toBe(1000 * point);
    const direct = await leases.reserve(reservation(95, [of]));
    expect(direct.states[0]?.available).toBeLessThanOrEqual(1000 * point);
  });

  test('takes nothing in advance for what costs nothing', async () => {
    const { memory, instance } = setUp();
    const [leases, of] = [instance(), bucket()];
    for (let turn = 0; turn < 3; turn++) await runOne(leases, of, 0);
    expect(leases.held).toBe(0);
    expect(await memory.peek([of])).toEqual([{ available: 1000 * point, inFlight: 0 }]);
  });

  test('is one that calls often', async () => {
    const { asked, clock, instance } = setUp(20);
    const [leases, of] = [instance(), bucket()];
    for (let turn = 0; turn < 12; turn++) {
      await runOne(leases, of);
      clock.advance(100);
    }
    expect(asked).toHaveLength(24);
    for (let turn = 0; turn < 12; turn++) {
      await runOne(leases, of, 1);
      clock.advance(25);
    }
    asked.length = 0;
    await runOne(leases, of, 1);
    expect(asked).toEqual([]);
  });

  test('gives back what it has not used for a moment, and takes it from nobody for longer', async () => {
    const { clock, memory, instance } = setUp();
    const [leases, of] = [instance(), bucket()];
    await runOne(leases, of);
    await runOne(leases, of);
    leases.giveBackIdle();
    expect(leases.held).toBe(1);
    clock.advance(250);
    leases.giveBackIdle();
    expect(leases.held).toBe(0);
    await expect.poll(() => memory.peek([of])).toEqual([{ available: 980 * point, inFlight: 0 }]);
  });

  test('gives back everything when the server ends', async () => {
    const { memory, instance } = setUp();
    const [leases, of] = [instance(), bucket()];
    await runOne(leases, of);
    await runOne(leases, of, 10, 3);
    await leases.close();
    expect(await memory.peek([of])).toEqual([{ available: 987 * point, inFlight: 0 }]);
  });

  test('of an instance that dies the lease stays charged, and its slot is free after its time', async () => {
    const { clock, memory, instance } = setUp();
    const [dying, of] = [instance(), bucket()];
    await runOne(dying, of);
    await runOne(dying, of);
    clock.advance(61_001);
    expect(await memory.peek([of])).toEqual([{ available: 890 * point, inFlight: 0 }]);
  });

  test('is asked for anew before operations could outlast their slot', async () => {
    const { asked, clock, instance } = setUp();
    const [leases, of] = [instance(), bucket()];
    await runOne(leases, of);
    for (let turn = 0; turn < 20; turn++) {
      await runOne(leases, of, 1);
      clock.advance(100);
    }
    expect(asked.filter((call) => call === 'reserve')).toHaveLength(3);
  });

  test('an operation that never ends leaves the rest of its lease behind', async () => {
    const { clock, memory, instance } = setUp();
    const [leases, of] = [instance(), bucket()];
    await runOne(leases, of);
    await leases.reserve(reservation(10, [of]));
    clock.advance(60_000);
    leases.giveBackIdle();
    expect(leases.held).toBe(0);
    await expect.poll(() => memory.peek([of])).toEqual([{ available: 980 * point, inFlight: 0 }]);
  });
});

describe('nothing is taken in advance', () => {
  test('from a bucket that is half empty, whose slots are half taken, or for an operation that is dear', async () => {
    const { instance } = setUp();
    const leases = instance();
    const [low, narrow, dear] = [bucket(), bucket({ inFlight: 3 }), bucket()];
    await leases.reserve(reservation(501, [low]));
    await leases.reserve(reservation(1, [narrow]));
    await leases.reserve(reservation(1, [narrow]));
    await runOne(leases, dear);
    await runOne(leases, dear, 26);
    await runOne(leases, low);
    await leases.reserve(reservation(1, [narrow]));
    expect(leases.held).toBe(0);
    await runOne(leases, dear, 25);
    expect(leases.held).toBe(1);
  });

  test('from a quota that comes to its end, and no operation pays into the period before its own', async () => {
    const { clock, memory, instance } = setUp();
    const leases = instance();
    const [short, long] = [bucket({ quota: quota(1900) }), bucket({ quota: quota(100_000, 'DAY') })];
    for (const of of [short, long]) {
      await runOne(leases, of);
      await runOne(leases, of);
    }
    expect(leases.held).toBe(1);
    const { endsAt } = periodAt('DAY', clock.now());
    clock.advance(endsAt - clock.now() - 1100);
    leases.giveBackIdle();
    await runOne(leases, long);
    expect(leases.held).toBe(1);
    clock.advance(1100);
    await runOne(leases, long, 10, 7);
    await leases.close();
    expect((await memory.peek([long]))[0]?.quota?.spent).toBe(7 * point);
  });

  test('for a while after a refusal, and nobody is refused for what his own instance keeps', async () => {
    const { instance } = setUp();
    const [leases, of] = [instance(), bucket({ capacity: 200 * point })];
    await runOne(leases, of, 1);
    await runOne(leases, of, 1);
    expect(leases.held).toBe(1);
    expect(await leases.reserve(reservation(198, [of]))).toMatchObject({ kind: 'RESERVED' });
    expect(leases.held).toBe(0);
    expect(await leases.reserve(reservation(1, [of]))).toMatchObject({ kind: 'REFUSED', reason: 'COST' });
  });

  test('from a store that is away: what is leased lasts, and then the failure is told', async () => {
    const { down, instance } = setUp();
    const [leases, of] = [instance(), bucket()];
    await runOne(leases, of);
    await runOne(leases, of);
    down.is = true;
    for (let turn = 0; turn < 9; turn++) expect(await runOne(leases, of)).toMatchObject({ kind: 'RESERVED' });
    await expect(leases.reserve(reservation(10, [of]))).rejects.toThrow('connection refused');
  });
});

describe('requests', () => {
  const window = (max: number, windowMs = 60_000) => ({ id: `key:${ids++}`, partition: 'a', max, windowMs });

  test('are counted some at a time, and never more than the window allows', async () => {
    const { asked, instance } = setUp();
    const [one, other] = [instance(), instance()];
    const windows = [window(1000)];
    let counted = 0;
    for (let turn = 0; turn < 1200; turn++) {
      const answer = await (turn % 3 === 0 ? other : one).count(windows);
      if (answer.kind === 'COUNTED') counted++;
    }
    expect(counted).toBeLessThanOrEqual(1000);
    expect(counted).toBeGreaterThan(1000 - 2 * 10);
    expect(asked.length).toBeLessThan(900);
  });

  test('say what remains as if each was counted alone', async () => {
    const { instance } = setUp();
    const leases = instance();
    const windows = [window(1000)];
    const told: (number | undefined)[] = [];
    for (let turn = 0; turn < 25; turn++) {
      const answer = await leases.count(windows);
      told.push(answer.kind === 'COUNTED' ? answer.remaining : undefined);
    }
    expect(told).toEqual(Array.from({ length: 25 }, (_, turn) => 999 - turn));
  });

  test('that were counted for a window pass in none that comes after it, whichever ends first', async () => {
    const { clock, memory, instance } = setUp();
    const leases = instance();
    const [long, short] = [window(1000), window(500, 1000)];
    await memory.count([long]);
    for (let turn = 0; turn < 3; turn++) await leases.count([long, short]);
    clock.advance(1000);
    for (let turn = 0; turn < 2; turn++) await leases.count([long, short]);
    const [before, after] = [await memory.count([short]), await memory.count([long])];
    // Of the new window two requests at least, and the one that looks.
    expect(before.kind === 'COUNTED' && before.remaining).toBeLessThanOrEqual(497);
    expect(after.kind === 'COUNTED' && after.remaining).toBeLessThanOrEqual(993);
  });
});
