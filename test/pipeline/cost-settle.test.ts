import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createTurn } from '../../src/db/turn.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { createCounter } from '../../src/kernel/counter.ts';
import { DeadlineExceeded } from '../../src/kernel/deadline.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import type { OperationContext } from '../../src/pipeline/caller-context.ts';
import { chargeOf, settle, settledStates, settleRun } from '../../src/pipeline/execute/settle.ts';
import { unwatched } from '../../src/pipeline/pipeline-watch.ts';
import type { PipelineServices } from '../../src/pipeline/services.ts';
import type { Reservation } from '../../src/throttle/throttle-store.ts';
import { watchedStore } from './watched-store.ts';

const point = 1_000_000;
const estimate = { kind: 'PRICED', cost: 5 * point, points: 5, introspection: 0 } as const;
const bucket = { id: 'key:k', partition: 'a', capacity: 1000 * point, restoreRate: point, inFlight: 5 };
const reservation = { id: 'r', cost: 5 * point, buckets: [bucket], ttlMs: 1000 };

function services() {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line: string) => void lines.push(line) });
  const throttle = watchedStore(systemClock);
  const estimateViolations = createCounter();
  return {
    lines,
    throttle,
    estimateViolations,
    all: { logger, throttle, estimateViolations, watch: unwatched } as unknown as PipelineServices,
  };
}

describe('after an operation', () => {
  const ended = { kind: 'ENDED', value: { data: {} } } as const;
  const meter = (points: number, servedMore: boolean) => ({ actual: () => points * point, servedMore });

  it('an estimate that was too low is counted, somebody hears of it, and nobody pays for it', () => {
    const { lines, estimateViolations, all } = services();
    expect(chargeOf(ended, meter(5, false), { estimate }, all)).toBe(5 * point);
    expect([estimateViolations.count, lines]).toEqual([0, []]);
    expect(chargeOf(ended, meter(6, false), { estimate }, all)).toBe(5 * point);
    expect(estimateViolations.count).toBe(1);
    expect(lines[0]).toContain('cost more than its estimate');
  });

  it('what a list cost that was longer than assumed is charged, and no fault of ours', () => {
    const { lines, estimateViolations, all } = services();
    expect(chargeOf(ended, meter(9, true), { estimate }, all)).toBe(9 * point);
    expect([estimateViolations.count, lines]).toEqual([0, []]);
  });

  it('all that was reserved is charged when it had no time, and what it cost more until then', () => {
    const { all } = services();
    const late = { kind: 'TIMED_OUT', error: new GraphQLError('late'), work: Promise.resolve({}) } as const;
    const overloaded = new GraphQLError('x', { originalError: new DeadlineExceeded('late') });
    for (const run of [late, { kind: 'ENDED' as const, value: { errors: [overloaded] } }]) {
      expect(chargeOf(run, meter(2, false), { estimate }, all)).toBe(5 * point);
      expect(chargeOf(run, meter(9, true), { estimate }, all)).toBe(9 * point);
    }
  });

  it('who has reserved less than the price owes no more than that', async () => {
    const { throttle, all } = services();
    const turn = createTurn(['test']);
    for (const [cost, owed] of [
      [0, 0],
      [5, 9],
    ] as const) {
      throttle.forget();
      const reserved = { ...reservation, id: `${cost}`, cost: cost * point };
      settleRun(ended, { reservation: reserved, estimate }, 9 * point, { turn } as OperationContext, all);
      expect(throttle.settled.map(({ actual }) => actual)).toEqual([owed * point]);
    }
  });

  it('a store that does not settle is a line in the log, and nobody waits for it', async () => {
    const { lines, throttle, all } = services();
    throttle.down = true;
    settle(reservation, point, all);
    await expect.poll(() => lines.join('')).toContain('a reservation was not settled');
  });

  it('what is told is what will be left', () => {
    const leftOf = (available: number, actual: number, reserved: Reservation | undefined = reservation) =>
      settledStates(
        { states: [{ available: available * point, inFlight: 2 }], reservation: reserved, estimate },
        actual * point,
      );
    const owing = { ...reservation, buckets: [{ ...bucket, debt: 1000 * point }] };
    expect(leftOf(990, 2)).toEqual([{ available: 993 * point, inFlight: 1 }]);
    expect(leftOf(999, 0)).toEqual([{ available: 1000 * point, inFlight: 1 }]);
    expect(leftOf(990, 9)).toEqual([{ available: 986 * point, inFlight: 1 }]);
    expect(leftOf(1, 9)).toEqual([{ available: 0, inFlight: 1 }]);
    expect(leftOf(1, 9, owing)).toEqual([{ available: -3 * point, inFlight: 1 }]);
    const states = [{ available: 990 * point, inFlight: 2 }];
    expect(settledStates({ states, reservation: undefined, estimate }, 9 * point)).toBe(states);
  });
});
