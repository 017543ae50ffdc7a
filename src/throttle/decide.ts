import type { MicroPoints } from '../kernel/micro-points.ts';
import { periodAt } from './quota-period.ts';
import type { Bucket, BucketState, Quota, ReserveAnswer } from './throttle-store.ts';

/** Microseconds of whichever clock a store goes by. */
export type Micros = number;

/** A token bucket at a moment. A bucket that nobody has touched, or that has been forgotten, is full. */
export interface Balance {
  readonly available: MicroPoints;
  readonly at: Micros;
}

/** What was spent in the calendar period that began at `startsAt`, in milliseconds since the epoch. */
export interface Spending {
  readonly startsAt: number;
  readonly spent: MicroPoints;
}

/** A moment on both clocks: buckets go by one that never goes back, quotas by the calendar. */
export interface Moment {
  readonly micros: Micros;
  /** Milliseconds since the epoch. */
  readonly wall: number;
}

/** A bucket as a store finds it. */
export interface Account {
  readonly bucket: Bucket;
  readonly balance: Balance | undefined;
  /** Of a bucket with a quota; perhaps of a period that is over. */
  readonly spending: Spending | undefined;
  /** Reservations that are neither settled nor expired. */
  readonly inFlight: number;
}

/** What a decision says, and what a store then writes: nothing unless RESERVED. */
export interface ReserveDecision {
  readonly answer: ReserveAnswer;
  /** What changes, in the order of the accounts; empty when nothing does. */
  readonly changes: readonly AccountChange[];
}

export interface AccountChange {
  readonly balance: Balance;
  readonly spending: Spending | undefined;
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

/** The bucket as it stands now, as clients are told. */
export function stateAt(account: Account, now: Moment): BucketState {
  const { quota } = account.bucket;
  const state = { available: availableAt(account, now.micros), inFlight: account.inFlight };
  if (!quota) return state;
  return { ...state, quota: { spent: spentAt(quota, account, now), endsAt: periodAt(quota.period, now.wall).endsAt } };
}

function spentAt(quota: Quota, { spending }: Account, now: Moment): MicroPoints {
  const { startsAt } = periodAt(quota.period, now.wall);
  const counted = spending?.startsAt === startsAt ? spending.spent : 0;
  const known = quota.known?.since === startsAt ? quota.known.spent : 0;
  return Math.max(counted, known);
}

function isUncounted({ bucket: { quota }, spending }: Account, now: Moment): boolean {
  return quota?.ask === true && spending?.startsAt !== periodAt(quota.period, now.wall).startsAt;
}

/**
 * Takes `cost` from every account, or from none. Of several that refuse, the one that takes longest to have room
 * answers, so that who waits for it does not wait in vain.
 */
export function decideReserve(accounts: readonly Account[], cost: MicroPoints, now: Moment): ReserveDecision {
  const states = accounts.map((account) => stateAt(account, now));
  const answer = judgeReserve(
    accounts.map(({ bucket }) => bucket),
    states,
    cost,
    now.wall,
  );
  if (answer.kind === 'IMPOSSIBLE') return { answer, changes: [] };
  if (accounts.some((account) => isUncounted(account, now))) {
    return { answer: { kind: 'UNCOUNTED', states }, changes: [] };
  }
  if (answer.kind !== 'RESERVED') return { answer, changes: [] };
  const changes = accounts.map(({ bucket: { quota } }, index): AccountChange => {
    const state = answer.states[index] ?? { available: 0, inFlight: 0 };
    return {
      balance: { available: state.available, at: now.micros },
      spending: quota &&
        state.quota && { startsAt: periodAt(quota.period, now.wall).startsAt, spent: state.quota.spent },
    };
  });
  return { answer, changes };
}

/** What a reservation of `cost` comes to, from the states of its buckets; `wall` in milliseconds since the epoch. */
export function judgeReserve(
  buckets: readonly Bucket[],
  states: readonly BucketState[],
  cost: MicroPoints,
  wall: number,
): ReserveAnswer {
  const impossible = buckets.findIndex(({ capacity, quota }) => cost > capacity || (quota && cost > quota.points));
  if (impossible >= 0) return { kind: 'IMPOSSIBLE', bucket: impossible, states };

  let refusal: Extract<ReserveAnswer, { kind: 'REFUSED' }> | undefined;
  for (const [index, bucket] of buckets.entries()) {
    const lack = lackOf(bucket, states[index], cost, wall);
    if (!lack || (refusal && refusal.retryAfterMs >= lack.retryAfterMs)) continue;
    refusal = { kind: 'REFUSED', bucket: index, ...lack, states };
  }
  return refusal ?? { kind: 'RESERVED', states: states.map((state) => takenFrom(state, cost)) };
}

function lackOf(
  { restoreRate, inFlight, quota }: Bucket,
  state: BucketState = { available: 0, inFlight: 0 },
  cost: MicroPoints,
  wall: number,
): { readonly reason: 'COST' | 'IN_FLIGHT' | 'QUOTA'; readonly retryAfterMs: number } | undefined {
  const missing = Math.max(0, cost - state.available);
  const costMs = Math.ceil((missing / restoreRate) * 1000);
  const spent = quota && state.quota && state.quota.spent + cost > quota.points;
  const quotaMs = spent ? Math.ceil(state.quota.endsAt - wall) : 0;
  if (quotaMs > costMs) return { reason: 'QUOTA', retryAfterMs: quotaMs };
  if (missing > 0) return { reason: 'COST', retryAfterMs: costMs };
  return state.inFlight >= inFlight ? { reason: 'IN_FLIGHT', retryAfterMs: 0 } : undefined;
}

function takenFrom({ available, inFlight, quota }: BucketState, cost: MicroPoints): BucketState {
  const taken = { available: available - cost, inFlight: inFlight + 1 };
  return quota ? { ...taken, quota: { ...quota, spent: quota.spent + cost } } : taken;
}

/**
 * What a bucket holds after a settlement that leaves so much unused; below 0 it is what was used and not reserved. That is
 * taken as far as the bucket may be in debt: what it cannot pay is lost, and what it owes already stays owed.
 */
export function settledBalance(
  { capacity, debt = 0 }: Pick<Bucket, 'capacity' | 'debt'>,
  available: MicroPoints,
  unused: MicroPoints,
): MicroPoints {
  if (unused >= 0) return Math.min(capacity, available + unused);
  return Math.min(available, Math.max(0 - debt, available + unused));
}

/**
 * The account after giving back what was reserved and not used, or taking what was used and not reserved. The quota gets
 * or pays it if its period, which began at `reservedIn`, still runs: the next one was not charged.
 */
export function settledAccount(
  account: Account,
  { reserved, actual, reservedIn }: { reserved: MicroPoints; actual: MicroPoints; reservedIn: number | undefined },
  now: Moment,
): AccountChange {
  const { spending } = account;
  const unused = reserved - Math.max(0, actual);
  const available = settledBalance(account.bucket, availableAt(account, now.micros), unused);
  const isSamePeriod = spending !== undefined && spending.startsAt === reservedIn;
  return {
    balance: { available, at: now.micros },
    spending: isSamePeriod ? { ...spending, spent: Math.max(0, spending.spent - unused) } : spending,
  };
}
