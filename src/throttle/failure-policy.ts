import type { Clock } from '../kernel/clock.ts';
import { codedError } from '../kernel/errors.ts';
import { createMemoryStore } from './memory-store.ts';
import { periodAt } from './quota-period.ts';
import type { Bucket, CountAnswer, Quota, RequestsWindow, Reservation, ThrottleStore } from './throttle-store.ts';

export interface FailurePolicyOptions {
  readonly store: ThrottleStore;
  readonly policy: 'local' | 'closed';
  readonly clock: Clock;
  /** Into how many parts a bucket is divided while each instance counts for itself. */
  readonly instances?: number;
  /** Longest time that the store is left alone before one call tries it again: a tenth of it at first, then twice as long each time. */
  readonly retryAfterMs?: number;
  /** Each call that the store did not answer: for a counter. Never once a request while it is left alone. */
  readonly onFailure?: (call: Call, error: unknown) => void;
  /** The first of them; and the first call that it answers again. */
  readonly onDegraded?: (error: unknown) => void;
  readonly onRecovered?: () => void;
}

type Call = 'count' | 'reserve' | 'settle' | 'peek';

export interface GuardedStore extends ThrottleStore {
  readonly degraded: boolean;
}

/**
 * What happens when balances cannot be reached. `closed`: `RATE_LIMITER_UNAVAILABLE`. `local`: each instance gives a
 * key its share of the bucket, rate, slots, window and quota (at least one operation as dear as the key may ask for), so that
 * while the store is down, n instances admit at most n × max(capacity / `instances`, one operation) and what n shares
 * of the rate restore. A reservation is settled where it was made. One whose store is gone when it is to be settled
 * stays charged: the safe side.
 */
export function withFailurePolicy(options: FailurePolicyOptions): GuardedStore {
  const { store, policy, clock, instances = 4, retryAfterMs = 1000 } = options;
  const local = createMemoryStore({ clock, maximumBuckets: 100_000 });
  const madeLocally = new Map<string, Reservation>();
  let leftAloneUntil = Number.NEGATIVE_INFINITY;
  let leaveAloneMs = retryAfterMs / 10;
  let failures = 0;
  let degraded = false;

  async function shared<Answer>(
    call: Call,
    ask: () => Promise<Answer>,
    instead: () => Promise<Answer>,
  ): Promise<Answer> {
    if (clock.monotonic() < leftAloneUntil) return instead();
    const round = failures;
    // Only this call tries a store that failed: the others do not wait for it.
    if (degraded) leftAloneUntil = clock.monotonic() + retryAfterMs;
    try {
      const answer = await ask();
      leftAloneUntil = Number.NEGATIVE_INFINITY;
      leaveAloneMs = retryAfterMs / 10;
      if (degraded) options.onRecovered?.();
      degraded = false;
      return answer;
    } catch (error) {
      // Of the calls that were under way together, the first that fails speaks for all.
      if (round === failures) {
        failures++;
        leftAloneUntil = clock.monotonic() + leaveAloneMs;
        leaveAloneMs = Math.min(retryAfterMs, leaveAloneMs * 2);
      }
      options.onFailure?.(call, error);
      if (!degraded) options.onDegraded?.(error);
      degraded = true;
      return instead();
    }
  }

  const refuse = async (): Promise<never> => {
    throw codedError('RATE_LIMITER_UNAVAILABLE', 'The rate limiter cannot be reached. Try again shortly.', {
      retryAfterMs,
    });
  };
  const share = (bucket: Bucket, cost: number) => shareOfBucket(bucket, instances, cost, clock.now());
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
          const impossible = reservation.buckets.findIndex(({ capacity, quota }) => {
            return reservation.cost > Math.min(capacity, quota?.points ?? capacity);
          });
          const buckets = reservation.buckets.map((bucket) => share(bucket, reservation.cost));
          if (impossible >= 0) return { kind: 'IMPOSSIBLE', bucket: impossible, states: await local.peek(buckets) };
          const shared = { ...reservation, buckets };
          const answer = await local.reserve(shared);
          if (answer.kind === 'RESERVED') madeLocally.set(reservation.id, shared);
          return answer;
        }),
      ),
    async settle(reservation, actual) {
      const made = madeLocally.get(reservation.id);
      if (made) {
        madeLocally.delete(reservation.id);
        return local.settle(made, actual);
      }
      const unknown = async () => reservation.buckets.map(() => ({ available: 0, inFlight: 0 }));
      return shared('settle', () => store.settle(reservation, actual), unknown);
    },
    peek: (buckets) =>
      shared(
        'peek',
        () => store.peek(buckets),
        orLocally(() => local.peek(buckets.map((bucket) => share(bucket, 0)))),
      ),
    close: () => store.close(),
  };
}

function shareOfBucket(bucket: Bucket, instances: number, cost: number, now: number): Bucket {
  return {
    ...bucket,
    capacity: shareOf(bucket.capacity, instances, cost),
    restoreRate: bucket.restoreRate / instances,
    inFlight: Math.max(1, Math.floor(bucket.inFlight / instances)),
    ...(bucket.quota && { quota: shareOfQuota(bucket.quota, instances, cost, now) }),
  };
}

/** Of what is left of it, as far as usage knows. */
function shareOfQuota(quota: Quota, instances: number, cost: number, now: number): Quota {
  const { points, period, known } = quota;
  const spent = known?.since === periodAt(period, now).startsAt ? Math.min(known.spent, points) : 0;
  return { ...quota, points: spent + shareOf(points - spent, instances, cost) };
}

function shareOf(whole: number, instances: number, cost: number): number {
  return Math.max(Math.floor(whole / instances), Math.min(cost, whole));
}

function shareOfWindow(window: RequestsWindow, instances: number): RequestsWindow {
  return { ...window, max: Math.max(1, Math.floor(window.max / instances)) };
}
