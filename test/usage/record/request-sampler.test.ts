import { describe, expect, it } from 'vitest';
import { createRequestSampler } from '../../../src/usage/record/request-sampler.ts';
import { usageEvent } from '../events.ts';

const second = Date.UTC(2026, 10, 24, 12);

function sampler(ratePerSecond: number) {
  let id = 0;
  let state = 1;
  return createRequestSampler({
    ratePerSecond,
    maxWaiting: 500,
    makeId: () => `${id++}`,
    random: () => {
      state = (state * 16_807) % 2_147_483_647;
      return state / 2_147_483_647;
    },
  });
}

describe('choosing what is logged', () => {
  it('takes every request up to the rate, also over several calls', () => {
    const log = sampler(10);
    for (let number = 0; number < 6; number++) log.add(usageEvent({ at: second, requestId: `${number}` }));
    expect(log.take().map(({ requestId, oneOf }) => [requestId, oneOf])).toHaveLength(6);
    for (let number = 6; number < 12; number++) log.add(usageEvent({ at: second, requestId: `${number}` }));
    expect(log.take()).toHaveLength(4);
    expect(log.take()).toEqual([]);
    log.add(usageEvent({ at: second + 1000 }));
    expect(log.take()).toMatchObject([{ oneOf: 1 }]);
  });

  it('prefers what did not end well, and says how much it stands for', () => {
    const log = sampler(10);
    for (let number = 0; number < 100; number++) log.add(usageEvent({ at: second }));
    for (let number = 0; number < 4; number++) log.add(usageEvent({ at: second, outcome: 'FORBIDDEN' }));
    const rows = log.take();
    expect(rows.filter(({ outcome }) => outcome === 'FORBIDDEN').map(({ oneOf }) => oneOf)).toEqual([1, 1, 1, 1]);
    expect(rows.filter(({ outcome }) => outcome === 'OK').map(({ oneOf }) => oneOf)).toEqual([17, 17, 17, 17, 17, 17]);
  });

  it('samples refusals too when they alone are above the rate', () => {
    const log = sampler(10);
    for (let number = 0; number < 50; number++) log.add(usageEvent({ at: second, outcome: 'THROTTLED' }));
    log.add(usageEvent({ at: second }));
    expect(log.take().map(({ outcome, oneOf }) => [outcome, oneOf])).toEqual(new Array(10).fill(['THROTTLED', 5]));
  });

  it('keeps a bounded number of rows while nobody takes them', () => {
    const log = sampler(100);
    for (let number = 0; number < 1000; number++) {
      log.add(usageEvent({ at: second + number * 100, requestId: `${number}` }));
    }
    const rows = log.take();
    expect(rows).toHaveLength(500);
    expect(rows.at(-1)?.requestId).toBe('999');
  });

  it('logs nothing at a rate of 0', () => {
    const log = sampler(0);
    log.add(usageEvent({ at: second }));
    log.add(usageEvent({ at: second, outcome: 'ERROR' }));
    expect(log.take()).toEqual([]);
  });
});
