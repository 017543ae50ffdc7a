import { expect, test } from 'vitest';
import { awaitAcknowledgement } from '../../../src/keys/invalidation/await-acknowledgement.ts';
import type { OtherLease } from '../../../src/keys/invalidation/lease-store.ts';

const lease = (instance: string, epoch: number, live = true): OtherLease => ({ instance, epoch, live });

/** Answers one list after the other, and the last one for ever. */
function looks(...lists: OtherLease[][]) {
  let look = 0;
  return async () => lists[Math.min(look++, lists.length - 1)] ?? [];
}

test('ends at once when nobody else can answer from memory', async () => {
  expect(await awaitAcknowledgement(5, looks([]))).toEqual({ instancesAcknowledged: 1, instancesTotal: 1 });
  expect(await awaitAcknowledgement(5, looks([lease('dead', 1, false)]))).toEqual({
    instancesAcknowledged: 1,
    instancesTotal: 1,
  });
});

test('waits for all who hold a lease', async () => {
  const read = looks([lease('a', 4), lease('b', 5)], [lease('a', 4), lease('b', 6)], [lease('a', 5), lease('b', 6)]);
  expect(await awaitAcknowledgement(5, read)).toEqual({ instancesAcknowledged: 3, instancesTotal: 3 });
});

test('counts one whose lease lapsed, and does not say that it knows', async () => {
  const read = looks([lease('a', 4), lease('b', 5)], [lease('a', 4, false), lease('b', 5)]);
  expect(await awaitAcknowledgement(5, read)).toEqual({ instancesAcknowledged: 2, instancesTotal: 3 });
});

test('waits also for one that takes a lease meanwhile', async () => {
  const read = looks([lease('a', 4)], [lease('a', 5), lease('b', 0)], [lease('a', 5), lease('b', 5)]);
  expect(await awaitAcknowledgement(5, read)).toEqual({ instancesAcknowledged: 3, instancesTotal: 3 });
});

test.each([
  ['fails', () => Promise.reject(new Error('no database'))],
  ['never answers', () => new Promise<never>(() => {})],
])('ends after one lease when the database %s', async (_, read) => {
  const started = performance.now();
  expect(await awaitAcknowledgement(5, read)).toEqual({ instancesAcknowledged: 1, instancesTotal: 1 });
  expect(performance.now() - started).toBeGreaterThan(1000);
});
