import type { Clock } from '../../kernel/clock.ts';

export interface CircuitOptions {
  readonly clock: Clock;
  /** Longest time that a store is left alone before one call tries it again: a tenth of it at first, then twice as long each time. */
  readonly longestPauseMs: number;
  /** Each call that had no answer; never one that was not made. */
  readonly onFailure?: ((call: string, error: unknown) => void) | undefined;
  readonly onOpen?: ((error: unknown) => void) | undefined;
  readonly onClose?: (() => void) | undefined;
}

export type CircuitAnswer<Answer> =
  | { readonly kind: 'ANSWERED'; readonly answer: Answer }
  /** `asked`: the call was made, and nobody knows what came of it. */
  | { readonly kind: 'FAILED'; readonly asked: boolean };

/** Keeps calls away from a store that does not answer. */
export interface Circuit {
  /** The store is left alone, but for one call now and then. */
  readonly open: boolean;
  ask<Answer>(call: string, work: () => Promise<Answer>): Promise<CircuitAnswer<Answer>>;
}

/**
 * Two failures in a row open it: one alone is a store, or this process, that was busy for a moment. Calls that were under
 * way together fail together, and count as one. So a request that makes two calls waits for both deadlines at most.
 */
export function createCircuit({ clock, longestPauseMs, onFailure, onOpen, onClose }: CircuitOptions): Circuit {
  const firstPauseMs = longestPauseMs / 10;
  let pauseMs = firstPauseMs;
  let leftAloneUntil = Number.NEGATIVE_INFINITY;
  let lostRounds = 0;
  let failuresInRow = 0;
  let open = false;

  function fail(round: number, error: unknown): void {
    if (round !== lostRounds) return;
    lostRounds++;
    failuresInRow++;
    if (failuresInRow < 2) return;
    leftAloneUntil = clock.monotonic() + pauseMs;
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
    if (!open) onOpen?.(error);
    open = true;
  }

  function succeed(): void {
    leftAloneUntil = Number.NEGATIVE_INFINITY;
    pauseMs = firstPauseMs;
    failuresInRow = 0;
    if (open) onClose?.();
    open = false;
  }

  return {
    get open() {
      return open;
    },
    async ask(call, work) {
      if (clock.monotonic() < leftAloneUntil) return { kind: 'FAILED', asked: false };
      const round = lostRounds;
      // Only this call tries a store that failed: the others do not wait for it.
      if (open) leftAloneUntil = clock.monotonic() + longestPauseMs;
      try {
        const answer = await work();
        succeed();
        return { kind: 'ANSWERED', answer };
      } catch (error) {
        onFailure?.(call, error);
        fail(round, error);
        return { kind: 'FAILED', asked: true };
      }
    },
  };
}
