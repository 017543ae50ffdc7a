import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../src/kernel/errors.ts';
import { microPerPoint } from '../../../src/kernel/micro-points.ts';
import { reservedPoints } from '../../../src/pipeline/admit/reserved-points.ts';
import { unwatched } from '../../../src/pipeline/pipeline-watch.ts';
import type { Caller } from '../../../src/pipeline/request-record.ts';
import type { PipelineServices } from '../../../src/pipeline/services.ts';
import { testClock } from '../../support/test-clock.ts';
import { watchedStore } from '../watched-store.ts';

const bucket = {
  id: 'key:k',
  partition: 'a',
  capacity: 20 * microPerPoint,
  restoreRate: 1,
  inFlight: 1,
};

function open() {
  const clock = testClock();
  const throttle = watchedStore(clock);
  let ids = 0;
  const services = {
    throttle,
    watch: unwatched,
    clock,
    makeId: () => `r${ids++}`,
    executionTimeoutMs: 1000,
  } as unknown as PipelineServices;
  const requests = { max: 600, windowMs: 60_000 };
  const policy = { buckets: [bucket], key: { maximumAvailable: 20, restoreRate: 1, requests } };
  const left = async () => (await throttle.peek([bucket])).map(({ available }) => available / microPerPoint)[0];
  return { throttle, left, points: reservedPoints({ policy } as unknown as Caller, services) };
}

describe('points that a request holds', () => {
  it('are kept when more are not there, whoever takes points meanwhile', async () => {
    const { throttle, left, points } = open();
    expect((await points.add(9)).kind).toBe('PASSED');
    // Another request of the key, which settles nothing yet.
    await throttle.reserve({
      id: 'other',
      cost: 6 * microPerPoint,
      buckets: [{ ...bucket, inFlight: 9 }],
      ttlMs: 1000,
    });
    const more = await points.add(8);
    expect(more.kind === 'REFUSED' && more.errors.map(codeOf)).toEqual(['THROTTLED']);
    expect(points.points).toBe(9);
    expect(await left()).toBe(5);
    expect(throttle.settled).toEqual([]);
  });

  it('take one place however often more are added, and come back as one', async () => {
    const { left, points } = open();
    for (const more of [3, 4, 5]) expect((await points.add(more)).kind).toBe('PASSED');
    expect(await left()).toBe(8);
    await points.settle(5);
    expect(await left()).toBe(15);
    expect(points.points).toBe(0);
    expect((await points.add(1)).kind).toBe('PASSED');
  });

  it('are never to be asked for again when the budget cannot hold all of them', async () => {
    const { left, points } = open();
    await points.add(9);
    const more = await points.add(12);
    expect(more.kind === 'REFUSED' && more.errors.map(codeOf)).toEqual(['COST_LIMIT_EXCEEDED']);
    expect(await left()).toBe(11);
  });
});
