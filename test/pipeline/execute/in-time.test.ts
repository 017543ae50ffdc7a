import { describe, expect, it } from 'vitest';
import { DatabaseUnavailable } from '../../../src/db/database-error.ts';
import { createTurn } from '../../../src/db/turn.ts';
import { codeOf } from '../../../src/kernel/errors.ts';
import { inTime } from '../../../src/pipeline/execute/in-time.ts';
import { settleRun } from '../../../src/pipeline/execute/settle.ts';
import { unwatched } from '../../../src/pipeline/pipeline-watch.ts';
import type { PipelineServices } from '../../../src/pipeline/services.ts';
import { testClock } from '../../support/test-clock.ts';
import { watchedStore } from '../watched-store.ts';

const point = 1_000_000;
const bucket = { id: 'key:k', partition: 'a', capacity: 1000 * point, restoreRate: point, inFlight: 5 };
const reservation = { id: 'r', cost: 5 * point, buckets: [bucket], ttlMs: 1000 };
const estimate = { kind: 'PRICED', cost: 5 * point, points: 5, introspection: 0 } as const;

const context = { turn: createTurn(['test']) };

describe('an execution', () => {
  it('that ends in time is what it is', async () => {
    expect(await inTime(async () => 7, 1000)).toEqual({ kind: 'ENDED', value: 7 });
    await expect(inTime(() => Promise.reject(new Error('own')), 1000)).rejects.toThrow('own');
  });

  it.each(['resolves', 'rejects'])('that %s late is settled once, in full, when it has ended', async (how) => {
    const throttle = watchedStore(testClock());
    await throttle.reserve(reservation);
    let end = () => {};
    const work = new Promise<void>((resolve, reject) => {
      end = how === 'resolves' ? resolve : () => reject(new Error('late'));
    });
    const run = await inTime(() => work, 10);
    expect(run.kind === 'TIMED_OUT' && codeOf(run.error)).toBe('EXECUTION_TIMEOUT');
    settleRun(run, { reservation, estimate }, reservation.cost, context, {
      throttle,
      watch: unwatched,
    } as unknown as PipelineServices);
    const now = async () => [throttle.settled.length, (await throttle.peek([bucket]))[0]];
    // Nothing more of it reaches the database.
    expect(context.turn.stopped).toBe(true);
    await expect(context.turn.enter()).rejects.toThrow(DatabaseUnavailable);
    expect(await now()).toEqual([0, { available: 995 * point, inFlight: 1 }]);
    end();
    await expect.poll(now).toEqual([1, { available: 995 * point, inFlight: 0 }]);
  });

  it('that never ends holds its slot until its reservation is over', async () => {
    const clock = testClock();
    const throttle = watchedStore(clock);
    await throttle.reserve(reservation);
    const run = await inTime(() => new Promise(() => {}), 10);
    settleRun(run, { reservation, estimate }, reservation.cost, context, {
      throttle,
      watch: unwatched,
    } as unknown as PipelineServices);
    expect((await throttle.peek([bucket]))[0]?.inFlight).toBe(1);
    clock.advance(1000);
    expect(await throttle.peek([bucket])).toEqual([{ available: 996 * point, inFlight: 0 }]);
  });
});
