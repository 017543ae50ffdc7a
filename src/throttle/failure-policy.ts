import type { Clock } from '../kernel/clock.ts';
import { codedError } from '../kernel/errors.ts';
import { createMemoryStore } from './memory-store.ts';
import type { Bucket, CountAnswer, RequestsWindow, Reservation, ThrottleStore } from './throttle-store.ts';

export interface FailurePolicyOptions {
  readonly store: ThrottleStore;
  readonly policy: 'local' | 'closed';
  readonly clock: Clock;
  /** Into how many parts a bucket is divided while each instance counts for itself. */
  readonly instances?: number;
  /** How long the store is left alone after a failure, before one call tries it again. */
  readonly retryAfterMs?: number;
  /** Each call that the store did not answer: for a counter and a log. Never once a request while it is left alone. */
  readonly onFailure?: (call: keyof ThrottleStore, error: unknown) => void;
}

export interface GuardedStore extends ThrottleStore {
  /** The shared store did not answer, and this instance decides alone. */
  readonly degraded: boolean;
}

/**
 * What happens when balances cannot be reached. `closed`: `RATE_LIMITER_UNAVAILABLE`. `local`: each instance gives a
 * key its share of the bucket, rate, slots and window (at least one operation as dear as the key may ask for), so that
 * while the store is down, n instances admit at most n × max(capacity / `instances`, one operation) and what n shares
 * of the rate restore. A reservation is settled where it was made. One whose store is gone when it is to be settled
 * stays charged: the safe side.
 */
export function withFailurePolicy(options: FailurePolicyOptions): GuardedStore {
  const { store, policy, clock, instances = 4, retryAfterMs = 1000, onFailure = () => {} } = options;
  const local = createMemoryStore({ clock, maximumBuckets: 100_000 });
  const madeLocally = new Map<string, Reservation>();
  let leftAloneUntil = Number.NEGATIVE_INFINITY;
  let degraded = false;

  async function shared<Answer>(
    call: keyof ThrottleStore,
    ask: () => Promise<Answer>,
    instead: () => Promise<Answer>,
  ): Promise<Answer> {
    if (clock.monotonic() < leftAloneUntil) return instead();
    // Only this call tries a store that failed: the others do not wait for it.
    if (degraded) leftAloneUntil = clock.monotonic() + retryAfterMs;
    try {
      const answer = await ask();
      degraded = false;
      leftAloneUntil = Number.NEGATIVE_INFINITY;
      return answer;
    } catch (error) {
      degraded = true;
      leftAloneUntil = clock.monotonic() + retryAfterMs;
      onFailure(call, error);
      return instead();
    }
  }

  const refuse = async (): Promise<never> => {
    throw codedError('RATE_LIMITER_UNAVAILABLE', 'The rate limiter cannot be reached. Try again shortly.', {
      retryAfterMs,
    });
  };
  const orLocally = <Answer>(ask: () => Promise<Answer>): (() => Promise<Answer>) =>
    policy === 'local' ? ask : refuse;

  return {
    get degraded() {
      return degraded;
    },
    count: (windows) =>
      shared<CountAnswer>(
        'count',
        () => store.count(windows),
        orLocally(() => local.count(windows.map((window) => shareOfWindow(window, instances)))),
      ),
    reserve: (reservation) =>
      shared(
        'reserve',
        () => store.reserve(reservation),
        orLocally(async () => {
          const impossible = reservation.buckets.findIndex(({ capacity }) => reservation.cost > capacity);
          const buckets = reservation.buckets.map((bucket) => shareOfBucket(bucket, instances, reservation.cost));
          if (impossible >= 0) return { kind: 'IMPOSSIBLE', bucket: impossible, states: await local.peek(buckets) };
          const share = { ...reservation, buckets };
          const answer = await local.reserve(share);
          if (answer.kind === 'RESERVED') madeLocally.set(reservation.id, share);
          return answer;
        }),
      ),
    async settle(reservation, actual) {
      const share = madeLocally.get(reservation.id);
      if (share) {
        madeLocally.delete(reservation.id);
        return local.settle(share, actual);
      }
      const unknown = async () => reservation.buckets.map(() => ({ available: 0, inFlight: 0 }));
      return shared('settle', () => store.settle(reservation, actual), unknown);
    },
    peek: (buckets) =>
      shared(
        'peek',
        () => store.peek(buckets),
        orLocally(() => local.peek(buckets.map((bucket) => shareOfBucket(bucket, instances, 0)))),
      ),
    close: () => store.close(),
  };
}

function shareOfBucket(bucket: Bucket, instances: number, cost: number): Bucket {
  return {
    ...bucket,
    capacity: Math.max(Math.floor(bucket.capacity / instances), Math.min(cost, bucket.capacity)),
    restoreRate: bucket.restoreRate / instances,
    inFlight: Math.max(1, Math.floor(bucket.inFlight / instances)),
  };
}

function shareOfWindow(window: RequestsWindow, instances: number): RequestsWindow {
  return { ...window, max: Math.max(1, Math.floor(window.max / instances)) };
}
