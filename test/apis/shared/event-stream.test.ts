import { expect, test, vi } from 'vitest';
import { eventStream } from '../../../src/apis/shared/event-stream.ts';
import { codedError } from '../../../src/kernel/errors.ts';

const done = { value: undefined, done: true };

test('gives events in their order, to those who wait and to those who come later', async () => {
  const { push, events } = eventStream<number>(10, () => {});
  const waiting = [events.next(), events.next()];
  for (const event of [1, 2, 3, 0]) push(event);
  expect(await Promise.all(waiting)).toEqual([
    { value: 1, done: false },
    { value: 2, done: false },
  ]);
  expect([await events.next(), await events.next()]).toEqual([
    { value: 3, done: false },
    { value: 0, done: false },
  ]);
});

test('holds no more than its limit', async () => {
  const { push, events } = eventStream<number>(2, () => {});
  expect([push(1), push(2), push(3)]).toEqual([true, true, false]);
  await events.next();
  expect(push(4)).toBe(true);
});

test('ends after what waits, and says why once', async () => {
  const closed = vi.fn();
  const stream = eventStream<number>(10, closed);
  stream.push(1);
  stream.end(codedError('SERVICE_UNAVAILABLE', 'why'));
  stream.end();
  expect(stream.push(2)).toBe(false);
  expect(await stream.events.next()).toEqual({ value: 1, done: false });
  await expect(stream.events.next()).rejects.toThrow('why');
  expect(await stream.events.next()).toEqual(done);
  expect(closed).toHaveBeenCalledTimes(1);
});

test('a subscriber that leaves ends what it waits for', async () => {
  const closed = vi.fn();
  const { events, push } = eventStream<number>(10, closed);
  const waiting = events.next();
  expect(await events.return?.()).toEqual(done);
  expect(await waiting).toEqual(done);
  expect(push(1)).toBe(false);
  expect(closed).toHaveBeenCalledTimes(1);
});
