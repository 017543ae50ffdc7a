import { expect, test } from 'vitest';
import { createKnownEpoch } from '../../../src/keys/invalidation/known-epoch.ts';

test('is the last change before which none is missing', () => {
  const known = createKnownEpoch();
  expect(known.reach(7)).toBe(true);
  expect([known.hear(8), known.current]).toEqual([true, 8]);
  expect([known.hear(10), known.current]).toEqual([true, 8]);
  expect([known.hear(11), known.current]).toEqual([true, 8]);
  expect([known.hear(9), known.current]).toEqual([true, 11]);
});

test('takes a change that was heard of before for no news', () => {
  const known = createKnownEpoch();
  known.reach(7);
  expect([known.hear(7), known.hear(3)]).toEqual([false, false]);
  known.hear(9);
  expect(known.hear(9)).toBe(false);
});

test('has missed something exactly when the database has come further', () => {
  const known = createKnownEpoch();
  known.reach(7);
  known.hear(8);
  expect(known.reach(8)).toBe(false);
  known.hear(10);
  expect([known.reach(10), known.current]).toEqual([true, 10]);
  known.hear(12);
  expect([known.reach(11), known.current]).toEqual([true, 12]);
});

test('is not fooled by a reading that is older than what was heard', () => {
  const known = createKnownEpoch();
  known.reach(7);
  known.hear(8);
  expect([known.reach(7), known.current]).toEqual([false, 8]);
});

test('forgotten, finds at the next reading that something was missed', () => {
  const known = createKnownEpoch();
  known.reach(7);
  known.reset();
  expect([known.reach(7), known.current]).toEqual([true, 7]);
});

test('holds no more changes ahead of their turn than it has room for, and misses none of them', () => {
  const known = createKnownEpoch();
  for (let epoch = 2; epoch < 5000; epoch++) expect(known.hear(epoch)).toBe(true);
  known.hear(1);
  expect(known.current).toBe(1001);
  expect(known.reach(4999)).toBe(true);
});
