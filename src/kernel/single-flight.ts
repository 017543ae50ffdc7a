import type { Clock } from './clock.ts';

/**
 * Asks for all that ask: while an answer is on its way nobody asks again, and for `forMs` after it came it is the
 * answer. What rejects is not kept.
 */
export function singleFlight<Answer>(
  ask: () => Promise<Answer>,
  { clock, forMs }: { readonly clock: Pick<Clock, 'monotonic'>; readonly forMs: number },
): () => Promise<Answer> {
  let latest: { readonly answer: Promise<Answer>; endsAt: number } | undefined;
  return () => {
    if (latest && clock.monotonic() < latest.endsAt) return latest.answer;
    const flight = { answer: ask(), endsAt: Number.POSITIVE_INFINITY };
    latest = flight;
    flight.answer.then(
      () => {
        flight.endsAt = clock.monotonic() + forMs;
      },
      () => {
        flight.endsAt = 0;
      },
    );
    return flight.answer;
  };
}
