/** What becomes of one event: a value for the client, after which the stream goes on or ends. */
export interface EventAnswer<Answer> {
  readonly value: Answer;
  readonly ends: boolean;
}

/**
 * Answers each event of a source, one at a time; a source that fails has a last answer, made by `failed`. It ends when a
 * signal is aborted (`onEnd` is told, perhaps more than once), also when nobody reads it: whoever left before the answer began never will.
 * Written out and not as a generator: a generator's `return` waits for the event that it is waiting for, and a client
 * that left would hold its source until something happens.
 */
export function eventStream<Event, Answer>(
  source: AsyncIterable<Event>,
  answer: (event: Event) => Promise<EventAnswer<Answer>>,
  failed: (thrown: unknown) => Answer,
  signals: readonly AbortSignal[],
  onEnd: () => void = () => {},
): AsyncIterableIterator<Answer> {
  const events = source[Symbol.asyncIterator]();
  const done = { done: true, value: undefined } as const;
  let ended = false;

  async function end(): Promise<typeof done> {
    ended = true;
    onEnd();
    for (const signal of signals) signal.removeEventListener('abort', end);
    await events.return?.();
    return done;
  }
  for (const signal of signals) signal.addEventListener('abort', end, { once: true });
  if (signals.some(({ aborted }) => aborted)) void end();

  return {
    async next() {
      if (ended) return end();
      try {
        const event = await events.next();
        if (ended || event.done) return end();
        const { value, ends } = await answer(event.value);
        if (ends) await end();
        return { done: false, value };
      } catch (thrown) {
        await end();
        return { done: false, value: failed(thrown) };
      }
    },
    return: end,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
