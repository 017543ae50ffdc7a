import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { createCounter } from '../../src/kernel/counter.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { settle, settledStates, watchEstimate } from '../../src/pipeline/execute/settle.ts';
import { unwatched } from '../../src/pipeline/pipeline-watch.ts';
import type { PipelineServices } from '../../src/pipeline/services.ts';
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
  it('an estimate that was too low is counted, and somebody hears of it', () => {
    const { lines, estimateViolations, all } = services();
    watchEstimate({ estimate }, 5 * point, all);
    expect([estimateViolations.count, lines]).toEqual([0, []]);
    watchEstimate({ estimate }, 6 * point, all);
    expect(estimateViolations.count).toBe(1);
    expect(lines[0]).toContain('cost more than its estimate');
  });

  it('a store that does not settle is a line in the log, and nobody waits for it', async () => {
    const { lines, throttle, all } = services();
    throttle.down = true;
    settle(reservation, point, all);
    await expect.poll(() => lines.join('')).toContain('a reservation was not settled');
  });

  it('what is told is what will be left', () => {
    const before = [{ available: 990 * point, inFlight: 2 }];
    expect(settledStates(before, reservation, 2 * point)).toEqual([{ available: 993 * point, inFlight: 1 }]);
    expect(settledStates(before, reservation, 9 * point)).toEqual([{ available: 990 * point, inFlight: 1 }]);
    expect(settledStates(before, undefined, 9 * point)).toBe(before);
    const full = [{ available: 999 * point, inFlight: 1 }];
    expect(settledStates(full, reservation, 0)[0]?.available).toBe(1000 * point);
  });
});
