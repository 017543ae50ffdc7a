import type { GraphQLError } from 'graphql';

/** Events for one subscriber, in order. At most `limit` wait for a subscriber that is slow. */
export interface EventStream<Event> {
  /** False, and nothing is kept, when too many events wait already, or when the stream has ended. */
  push(event: Event): boolean;
  /** Ends the stream after what waits; with an error, the subscriber is told why. */
  end(error?: GraphQLError): void;
  readonly events: AsyncIterableIterator<Event>;
}

/** @param onClose runs once, when the subscriber left or the stream has ended */
export function eventStream<Event extends {}>(limit: number, onClose: () => void): EventStream<Event> {
  type Answer = IteratorResult<Event, undefined>;
  const waiting: Event[] = [];
  const readers: { resolve(answer: Answer): void; reject(error: unknown): void }[] = [];
  let ended = false;
  let failure: GraphQLError | undefined;

  function close(error?: GraphQLError): void {
    if (ended) return;
    ended = true;
    failure = error;
    for (const reader of readers.splice(0)) {
      if (failure) reader.reject(failure);
      else reader.resolve({ value: undefined, done: true });
      failure = undefined;
    }
    onClose();
  }

  const events: AsyncIterableIterator<Event> = {
    next() {
      const [event] = waiting.splice(0, 1);
      if (event !== undefined) return Promise.resolve({ value: event, done: false });
      if (!ended) return new Promise<Answer>((resolve, reject) => readers.push({ resolve, reject }));
      const error = failure;
      failure = undefined;
      return error ? Promise.reject(error) : Promise.resolve({ value: undefined, done: true });
    },
    return() {
      waiting.length = 0;
      close();
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]: () => events,
  };

  return {
    push(event) {
      if (ended || waiting.length >= limit) return false;
      const reader = readers.shift();
      if (reader) reader.resolve({ value: event, done: false });
      else waiting.push(event);
      return true;
    },
    end: close,
    events,
  };
}
