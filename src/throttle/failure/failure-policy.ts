import type { Clock } from '../../kernel/clock.ts';
import { codedError } from '../../kernel/errors.ts';
import { createMemoryStore } from '../stores/memory-store.ts';
import type { Reservation, ReserveAnswer, ThrottleStore } from '../throttle-store.ts';
import { type CircuitOptions, createCircuit } from './circuit.ts';
import { shareOfBucket, shareOfWindow } from './local-share.ts';

export interface FailurePolicyOptions extends Pick<CircuitOptions, 'onFailure' | 'onOpen' | 'onClose'> {
  readonly store: ThrottleStore;
  readonly policy: 'local' | 'closed';
  readonly clock: Clock;
  /** Into how many parts a bucket is divided while each instance counts for itself. */
  readonly instances?: number;
  /** Longest time that the store is left alone, in milliseconds. */
  readonly longestPauseMs?: number;
}

/** Reservations without an answer that are remembered; the others are free after their time. */
const mostLost = 10_000;

/**
 * What happens when balances cannot be reached. `closed`: `RATE_LIMITER_UNAVAILABLE`. `local`: each instance gives a
 * key its share of the bucket, rate, slots, window and quota (at least one operation as dear as the key may ask for), so
 * that while the store is down, n instances admit at most n × max(capacity / `instances`, one operation) and what n
 * shares of the rate restore. A reservation is settled where it was made. One whose store is gone when it is to be
 * settled stays charged until the store is back: the safe side.
 */
export function withFailurePolicy(options: FailurePolicyOptions): ThrottleStore {
  const { store, policy, clock, instances = 4, longestPauseMs = 1000, ...events } = options;
  const circuit = createCircuit({
    clock,
    longestPauseMs,
    ...events,
    onClose: () => {
      events.onClose?.();
      // What the store does with calls of before, it does first.
      setTimeout(() => void settleAllLost(), longestPauseMs).unref();
    },
  });
  const local = createMemoryStore({ clock, maximumBuckets: 100_000 });
  const madeLocally = new Map<string, LocalReservation>();
  const lost: { readonly reservation: Reservation; readonly actual: number }[] = [];

  function requireLocal(): void {
    if (policy === 'local') return;
    const message = 'The rate limiter cannot be reached. Try again shortly.';
    throw codedError('RATE_LIMITER_UNAVAILABLE', message, { retryAfterMs: longestPauseMs });
  }

  function keepLost(reservation: Reservation, actual: number): void {
    if (lost.length < mostLost) lost.push({ reservation, actual });
  }

  /** A reservation that had no answer was made all the same, perhaps: then this settles it, now or when it is back. */
  async function settleLost(reservation: Reservation, actual: number): Promise<void> {
    if (!circuit.open) await circuit.ask('settle', () => store.settle(reservation, actual));
    else keepLost(reservation, actual);
  }

  /** Once more: settling twice changes nothing, so it does no harm when the first time was only not heard of. */
  function settleLater(reservation: Reservation, actual: number): void {
    keepLost(reservation, actual);
    // While it is open there is nothing to try: when it closes all that was lost is settled.
    if (!circuit.open) setTimeout(() => void settleAllLost(), longestPauseMs).unref();
  }

  /** One after the other: a store that has just come back is not asked for all at once. */
  async function settleAllLost(): Promise<void> {
    for (const { reservation, actual } of lost.splice(0)) await settleLost(reservation, actual);
  }

  /** Those whose time is over first: of an operation that never ends nobody settles it. */
  function remember(id: string, made: LocalReservation): void {
    const now = clock.monotonic();
    for (const [known, { until }] of madeLocally) {
      if (until > now) break;
      madeLocally.delete(known);
    }
    madeLocally.set(id, made);
  }

  async function reserveLocally(reservation: Reservation, asked: boolean): Promise<ReserveAnswer> {
    const { cost } = reservation;
    const impossible = reservation.buckets.findIndex(
      ({ capacity, quota }) => cost > Math.min(capacity, quota?.points ?? capacity),
    );
    const buckets = reservation.buckets.map((bucket) => shareOfBucket(bucket, instances, cost, clock.now()));
    const share = { ...reservation, buckets };
    const answer: ReserveAnswer =
      impossible >= 0
        ? { kind: 'IMPOSSIBLE', bucket: impossible, states: await local.peek(buckets) }
        : await local.reserve(share);
    if (answer.kind === 'RESERVED')
      remember(reservation.id, { share, asked, until: clock.monotonic() + reservation.ttlMs });
    else if (asked) void settleLost(reservation, 0);
    return { ...answer, local: true };
  }

  return {
    get degraded() {
      return circuit.open;
    },
    async count(windows, requests) {
      const asked = await circuit.ask('count', () => store.count(windows, requests));
      if (asked.kind === 'ANSWERED') return asked.answer;
      requireLocal();
      return local.count(
        windows.map((window) => shareOfWindow(window, instances)),
        requests,
      );
    },
    async reserve(reservation) {
      const asked = await circuit.ask('reserve', () => store.reserve(reservation));
      if (asked.kind === 'ANSWERED') return asked.answer;
      if (policy === 'closed' && asked.asked) void settleLost(reservation, 0);
      requireLocal();
      return reserveLocally(reservation, asked.asked);
    },
    async settle(reservation, actual) {
      const made = madeLocally.get(reservation.id);
      if (made) {
        madeLocally.delete(reservation.id);
        if (made.asked) void settleLost(reservation, actual);
        return local.settle(made.share, actual);
      }
      const asked = await circuit.ask('settle', () => store.settle(reservation, actual));
      if (asked.kind === 'ANSWERED') return asked.answer;
      settleLater(reservation, actual);
      return reservation.buckets.map(() => ({ available: 0, inFlight: 0 }));
    },
    async peek(buckets) {
      const asked = await circuit.ask('peek', () => store.peek(buckets));
      if (asked.kind === 'ANSWERED') return asked.answer;
      requireLocal();
      return local.peek(buckets.map((bucket) => shareOfBucket(bucket, instances, 0, clock.now())));
    },
    close: () => store.close(),
  };
}

interface LocalReservation {
  /** What this instance holds for it. */
  readonly share: Reservation;
  /** The shared store was asked first, and did not answer. */
  readonly asked: boolean;
  /** Milliseconds that never go back: when its slot is free again. */
  readonly until: number;
}
