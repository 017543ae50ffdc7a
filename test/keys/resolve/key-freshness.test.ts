import { describe, expect, test } from 'vitest';
import { createKeyFreshness } from '../../../src/keys/resolve/key-freshness.ts';
import { stoppedClock } from '../support.ts';

function watched() {
  const clock = stoppedClock();
  const state = { epoch: 7, reads: 0, cleared: 0, fails: false };
  const freshness = createKeyFreshness(
    clock,
    async () => {
      state.reads += 1;
      if (state.fails) throw new Error('no database');
      return state.epoch;
    },
    () => {
      state.cleared += 1;
    },
  );
  return { clock, state, freshness };
}

describe('trust in cached keys', () => {
  test('needs one confirmation for all requests of a second', async () => {
    const { state, freshness, clock } = watched();
    await Promise.all(Array.from({ length: 20 }, () => freshness.confirm()));
    clock.advance(499);
    await freshness.confirm();
    expect(state.reads).toBe(1);
  });

  test('is renewed in the background before it ends', async () => {
    const { state, freshness, clock } = watched();
    await freshness.confirm();
    clock.advance(600);
    await freshness.confirm();
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(800);
    await freshness.confirm();
    expect(state.reads).toBe(3);
  });

  test('forgets everything when a change was missed, and nothing when it was heard of', async () => {
    const { state, freshness, clock } = watched();
    await freshness.confirm();
    const atStart = state.cleared;
    state.epoch = 8;
    freshness.heard(8);
    clock.advance(1000);
    await freshness.confirm();
    expect(state.cleared).toBe(atStart);
    state.epoch = 9;
    clock.advance(1000);
    await freshness.confirm();
    expect(state.cleared).toBe(atStart + 1);
  });

  test('ends when the database cannot confirm it', async () => {
    const { state, freshness, clock } = watched();
    await freshness.confirm();
    state.fails = true;
    clock.advance(999);
    await freshness.confirm();
    clock.advance(1);
    await expect(freshness.confirm()).rejects.toThrow('no database');
  });
});
