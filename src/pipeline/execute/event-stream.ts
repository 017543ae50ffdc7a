/** What becomes of one event: a value for the client, after which the stream goes on or ends. */
export interface EventAnswer<Answer> {
  readonly value: Answer;
  readonly ends: boolean;
}

export interface EventStream<Answer> extends AsyncIterableIterator<Answer> {
  /** Ends it now, with a last answer of its own: also while it waits for an event. */
  cut(last: Answer): void;
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
): EventStream<Answer> {
  const events = source[Symbol.asyncIterator]();
  const done = { done: true, value: undefined } as const;
  let ended = false;
  let last: { readonly value: Answer } | undefined;
  let wake = () => {};

  async function end(): Promise<typeof done> {
    ended = true;
    onEnd();
    for (const signal of signals) signal.removeEventListener('abort', end);
    try {
      await events.return?.();
    } catch {
      // A source that fails while it is let go has failed for nobody: who left cannot be told, who is cut is told why.
    }
    return done;
  }
  for (const signal of signals) signal.addEventListener('abort', end, { once: true });
  if (signals.some(({ aborted }) => aborted)) void end();

  function nextEvent(): Promise<IteratorResult<Event, unknown>> {
    return new Promise((resolve, reject) => {
      wake = () => resolve(done);
      events.next().then(resolve, reject);
    });
  }

  function takeLast(): IteratorResult<Answer> | undefined {
    const taken = last;
    last = undefined;
    return taken && { done: false, value: taken.value };
  }

  return {
    async next() {
      if (ended) return takeLast() ?? end();
      try {
        const event = await nextEvent();
        if (ended || event.done) return takeLast() ?? end();
        const { value, ends } = await answer(event.value);
        if (ends) {
          last = undefined;
          await end();
        }
        return { done: false, value };
      } catch (thrown) {
        await end();
        // Being cut may be why it failed.
        return takeLast() ?? { done: false, value: failed(thrown) };
      }
    },
    return: end,
    cut(value) {
      if (ended) return;
      last = { value };
      void end();
      wake();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
