import type { MicroPoints } from '../plan/compiled-schema.ts';
import type { Bucket, BucketState, CountAnswer, RequestsWindow, ReserveAnswer } from './throttle-store.ts';

/** Microseconds of whichever clock a store goes by. */
export type Micros = number;

/** A token bucket at a moment. A bucket that nobody has touched, or that has been forgotten, is full. */
export interface Balance {
  readonly available: MicroPoints;
  readonly at: Micros;
}

/** A bucket as a store finds it. */
export interface Account {
  readonly bucket: Bucket;
  readonly balance: Balance | undefined;
  /** Reservations that are neither settled nor expired. */
  readonly inFlight: number;
}

/** What a decision says, and what a store then writes: nothing unless RESERVED. */
export interface ReserveDecision {
  readonly answer: ReserveAnswer;
  /** New balances in the order of the accounts; empty when nothing changes. */
  readonly balances: readonly Balance[];
}

const microsPerSecond = 1_000_000;

/** What stands in the bucket now. A change of plan keeps the balance in points, as far as the new bucket holds it. */
export function availableAt({ bucket, balance }: Account, now: Micros): MicroPoints {
  if (!balance) return bucket.capacity;
  const elapsed = Math.max(0, now - balance.at);
  const restored = Math.floor(elapsed * (bucket.restoreRate / microsPerSecond));
  return Math.min(bucket.capacity, balance.available + restored);
}

/** When the bucket is full again if nobody takes from it. */
export function fullAt(bucket: Bucket, balance: Balance): Micros {
  return balance.at + Math.ceil(((bucket.capacity - balance.available) / bucket.restoreRate) * microsPerSecond);
}

/**
 * Takes `cost` from every account, or from none. Of several that refuse, the one that takes longest to have room
 * answers, so that who waits for it does not wait in vain.
 */
export function decideReserve(accounts: readonly Account[], cost: MicroPoints, now: Micros): ReserveDecision {
  const available = accounts.map((account) => availableAt(account, now));
  const states = accounts.map(({ inFlight }, index): BucketState => ({ available: available[index] ?? 0, inFlight }));
  const impossible = accounts.findIndex(({ bucket }) => cost > bucket.capacity);
  if (impossible >= 0) return { answer: { kind: 'IMPOSSIBLE', bucket: impossible, states }, balances: [] };

  let refusal: Extract<ReserveAnswer, { kind: 'REFUSED' }> | undefined;
  for (const [index, { bucket, inFlight }] of accounts.entries()) {
    const missing = cost - (available[index] ?? 0);
    const retryAfterMs = missing > 0 ? Math.ceil((missing / bucket.restoreRate) * 1000) : 0;
    if (missing <= 0 && inFlight < bucket.inFlight) continue;
    if (refusal && refusal.retryAfterMs >= retryAfterMs) continue;
    refusal = { kind: 'REFUSED', bucket: index, reason: missing > 0 ? 'COST' : 'IN_FLIGHT', retryAfterMs, states };
  }
  if (refusal) return { answer: refusal, balances: [] };

  return {
    answer: {
      kind: 'RESERVED',
      states: states.map((state) => ({ available: state.available - cost, inFlight: state.inFlight + 1 })),
    },
    balances: available.map((points) => ({ available: points - cost, at: now })),
  };
}

/**
 * The balance after giving back what was reserved and not used. An actual cost above the reserved one is a fault of
 * ours (the estimate is never too low): the key does not pay for it.
 */
export function settledBalance(account: Account, reserved: MicroPoints, actual: MicroPoints, now: Micros): Balance {
  const unused = Math.max(0, reserved - Math.max(0, actual));
  return { available: Math.min(account.bucket.capacity, availableAt(account, now) + unused), at: now };
}

/** Requests counted since `startedAt`. A window starts with the first request after the last one ended. */
export interface WindowCount {
  readonly startedAt: Micros;
  readonly count: number;
}

export interface CountDecision {
  readonly answer: CountAnswer;
  /** In the order of the windows; empty when nothing changes. */
  readonly counts: readonly WindowCount[];
}

/** Counts one request in every window, or in none. What remains is told of the fullest. */
export function decideCount(
  windows: readonly { readonly window: RequestsWindow; readonly counted: WindowCount | undefined }[],
  now: Micros,
): CountDecision {
  let remaining = Number.MAX_SAFE_INTEGER;
  let resetMs = 0;
  let retryAfterMs = 0;
  const counts: WindowCount[] = [];
  for (const { window, counted } of windows) {
    const running =
      counted && now < counted.startedAt + window.windowMs * 1000 ? counted : { startedAt: now, count: 0 };
    const untilReset = Math.ceil((running.startedAt - now) / 1000 + window.windowMs);
    if (running.count >= window.max) retryAfterMs = Math.max(retryAfterMs, untilReset);
    counts.push({ startedAt: running.startedAt, count: running.count + 1 });
    const left = window.max - running.count - 1;
    if (left < remaining) [remaining, resetMs] = [left, untilReset];
  }
  if (retryAfterMs > 0) return { answer: { kind: 'REFUSED', retryAfterMs }, counts: [] };
  return { answer: { kind: 'COUNTED', remaining, resetMs }, counts };
}
