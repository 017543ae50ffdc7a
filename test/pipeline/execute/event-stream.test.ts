import { describe, expect, it } from 'vitest';
import { eventStream } from '../../../src/pipeline/execute/event-stream.ts';

/** A source that gives what is pushed, and tells when it was let go. */
function pushed() {
  const waiting: ((result: IteratorResult<number>) => void)[] = [];
  const source = {
    returned: false,
    push: (value: number) => waiting.shift()?.({ done: false, value }),
    next: () => new Promise<IteratorResult<number>>((resolve) => waiting.push(resolve)),
    async return() {
      source.returned = true;
      for (const resolve of waiting.splice(0)) resolve({ done: true, value: undefined });
      return { done: true as const, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
  return source;
}

const answerTwice = async (event: number) => ({ value: event * 2, ends: event === 3 });

const failed = () => -1;

describe('a stream of events', () => {
  it('that is cut while it waits for an event ends at once with its last answer, and lets its source go', async () => {
    const source = pushed();
    const stream = eventStream(source, answerTwice, failed, []);
    const next = stream.next();
    stream.cut(99);
    expect(await next).toEqual({ done: false, value: 99 });
    expect(source.returned).toBe(true);
    expect((await stream.next()).done).toBe(true);
  });

  it('that is cut waits for no source that cannot be let go while it waits', async () => {
    const never = new Promise<never>(() => {});
    const source = { next: () => never, return: () => never, [Symbol.asyncIterator]: () => source };
    const stream = eventStream<number, number>(source, answerTwice, failed, []);
    const next = stream.next();
    stream.cut(99);
    expect(await next).toEqual({ done: false, value: 99 });
  });

  it('that is cut while nobody waits gives its last answer to whoever comes', async () => {
    const stream = eventStream(pushed(), answerTwice, failed, []);
    stream.cut(99);
    stream.cut(100);
    expect(await stream.next()).toEqual({ done: false, value: 99 });
    expect((await stream.next()).done).toBe(true);
  });

  it('that is cut while it answers an event ends after that answer', async () => {
    const source = pushed();
    let answer = (_: number) => {};
    const held = () => new Promise<number>((resolve) => (answer = resolve)).then((value) => ({ value, ends: false }));
    const stream = eventStream(source, held, failed, []);
    const next = stream.next();
    source.push(1);
    await new Promise((resolve) => setImmediate(resolve));
    stream.cut(99);
    answer(2);
    expect([await next, await stream.next()].map(({ value }) => value)).toEqual([2, 99]);
    expect((await stream.next()).done).toBe(true);
  });

  it('answers each event', async () => {
    const source = pushed();
    const stream = eventStream(source, answerTwice, failed, []);
    const next = stream.next();
    source.push(1);
    expect(await next).toEqual({ done: false, value: 2 });
  });

  it('ends after the answer that ends it, and lets its source go', async () => {
    const source = pushed();
    const stream = eventStream(source, answerTwice, failed, []);
    const next = stream.next();
    source.push(3);
    expect(await next).toEqual({ done: false, value: 6 });
    expect(source.returned).toBe(true);
    expect((await stream.next()).done).toBe(true);
  });

  it('lets its source go at once when the client leaves, without waiting for an event', async () => {
    const source = pushed();
    const stream = eventStream(source, answerTwice, failed, []);
    const next = stream.next();
    await stream.return?.();
    expect(source.returned).toBe(true);
    expect((await next).done).toBe(true);
  });

  it('ends when the server drains', async () => {
    const source = pushed();
    const drain = new AbortController();
    const stream = eventStream(source, answerTwice, failed, [drain.signal]);
    const next = stream.next();
    drain.abort();
    expect((await next).done).toBe(true);
    expect(source.returned).toBe(true);
  });

  it('ends for a client that left before it was read', async () => {
    const source = pushed();
    const left = new AbortController();
    eventStream(source, answerTwice, failed, [new AbortController().signal, left.signal]);
    left.abort();
    expect(source.returned).toBe(true);
    const late = pushed();
    eventStream(late, answerTwice, failed, [left.signal]);
    expect(late.returned).toBe(true);
  });

  it('says once that its source failed, and ends', async () => {
    const source = pushed();
    source.next = () => Promise.reject(new Error('lost'));
    const stream = eventStream(source, answerTwice, failed, []);
    expect(await stream.next()).toEqual({ done: false, value: -1 });
    expect((await stream.next()).done).toBe(true);
    expect(source.returned).toBe(true);
  });

  it('ends as it should when its source fails while it is let go', async () => {
    const notLetGo = () => {
      const source = pushed();
      source.return = () => Promise.reject(new Error('not let go'));
      return source;
    };
    // Thrown in a listener it would end the process.
    const left = new AbortController();
    eventStream(notLetGo(), answerTwice, failed, [left.signal]);
    left.abort();
    const before = eventStream(notLetGo(), answerTwice, failed, [left.signal]);
    expect((await before.next()).done).toBe(true);
    const source = notLetGo();
    const stream = eventStream(source, answerTwice, failed, []);
    const last = stream.next();
    source.push(3);
    expect(await last).toEqual({ done: false, value: 6 });
    expect(await stream.return?.()).toMatchObject({ done: true });
  });

  it('has one last answer when it is cut while it answers an event, and that fails', async () => {
    const source = pushed();
    let fail = (_: Error) => {};
    const stream = eventStream(source, () => new Promise<never>((_, reject) => (fail = reject)), failed, []);
    const next = stream.next();
    source.push(1);
    await new Promise((resolve) => setImmediate(resolve));
    stream.cut(99);
    fail(new Error('lost'));
    expect(await next).toEqual({ done: false, value: 99 });
    expect((await stream.next()).done).toBe(true);
  });
});
