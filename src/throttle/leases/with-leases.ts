import { boundedCache, boundOfEntries } from '../../kernel/bounded-cache.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { MicroPoints } from '../../kernel/micro-points.ts';
import type { MakeId } from '../../kernel/uuid.ts';
import { periodAt } from '../quota-period.ts';
import type { Reservation, ReserveAnswer, ThrottleStore } from '../throttle-store.ts';
import { countedRequests } from './counted-requests.ts';
import { groupName, type Lease, type LeaseGroup, leaseGroup, statesNow, withoutLeases } from './lease.ts';
import { leasePool } from './lease-pool.ts';
import { type LeaseSize, leaseSize } from './lease-size.ts';

export interface LeaseOptions {
  /** With its failure policy: what cannot be reached leases nothing. */
  readonly store: ThrottleStore;
  readonly size: LeaseSize;
  readonly clock: Clock;
  readonly makeId: MakeId;
  /** From how many operations a second on a key is worth leases. */
  readonly hotPerSecond?: number;
  /** How long an instance keeps what it does not use, in milliseconds. */
  readonly idleMs?: number;
  /** How long operations begin on one lease, in milliseconds. */
  readonly longestMs?: number;
}

/** A store whose leases have to be given back: `close` does it. */
export interface LeasingStore extends ThrottleStore {
  /** Leases that this instance holds. */
  readonly held: number;
  /** Gives back what is not used any more; a timer calls it. */
  giveBackIdle(): void;
}

export const leaseGroupsBound = boundOfEntries('keys whose budget is leased, with THROTTLE_LEASE', 2000, 4_000);
const strictMs = 1000;

/**
 * Hot keys decide without the store. A lease is a reservation of the store, of more points than one operation costs,
 * which is kept when the operation ends, for the next one: its points are taken from the buckets before anybody spends
 * them, and it has a slot of its own, so that no number of instances admits more than the buckets hold, and no more runs
 * at once than the caps say. What is left goes back when nothing has used it for a moment, and at the end; of an instance
 * that dies it stays charged until time restores it.
 */
export function withLeases(options: LeaseOptions): LeasingStore {
  const { store, size, clock, makeId, hotPerSecond = 20, idleMs = 250, longestMs = 1000 } = options;
  const groups = boundedCache<string, LeaseGroup>(leaseGroupsBound);
  const pool = leasePool({ store, clock, idleMs });

  function groupOf({ buckets }: Pick<Reservation, 'buckets'>): LeaseGroup {
    const name = groupName(buckets);
    let group = groups.get(name);
    if (!group) {
      group = leaseGroup(hotPerSecond);
      groups.set(name, group);
    }
    return group;
  }

  function begin(lease: Lease, wanted: Reservation, now: number): ReserveAnswer {
    pool.begin(lease, wanted, now);
    return { kind: 'RESERVED', states: statesNow(lease.group, wanted.buckets, now) };
  }

  function see(group: LeaseGroup, answer: ReserveAnswer): void {
    if (answer.local || answer.kind === 'UNCOUNTED') return;
    group.states = answer.states;
    group.seenAt = clock.monotonic();
    if (answer.kind === 'REFUSED') group.strictUntil = group.seenAt + strictMs;
  }

  /** For this operation and the next ones; `undefined` when the store refuses so much. */
  async function acquire(group: LeaseGroup, wanted: Reservation, points: MicroPoints) {
    const now = clock.monotonic();
    const reservation = { ...wanted, id: makeId(), cost: points, ttlMs: wanted.ttlMs + longestMs };
    const answer = await store.reserve(reservation);
    see(group, answer);
    if (answer.kind === 'UNCOUNTED') return answer;
    if (answer.kind !== 'RESERVED') return undefined;
    const goodUntil = answer.local ? now : now + Math.min(longestMs, untilPeriodEnds(wanted));
    const lease = { reservation, group, left: points, goodUntil, usedAt: now };
    pool.hold(lease);
    const begun = begin(lease, wanted, clock.monotonic());
    return answer.local ? { ...begun, local: true as const } : begun;
  }

  /** An operation pays into the period in which it begins. */
  function untilPeriodEnds({ buckets }: Reservation): number {
    const now = clock.now();
    const ends = buckets.flatMap(({ quota }) => (quota ? [periodAt(quota.period, now).endsAt] : []));
    return Math.min(...ends) - now - strictMs;
  }

  async function settleDirectly(reservation: Reservation, actual: MicroPoints) {
    const states = await store.settle(reservation, actual);
    const group = groups.get(groupName(reservation.buckets));
    if (group && !store.degraded) [group.states, group.seenAt] = [states, clock.monotonic()];
    return withoutLeases(states, reservation.buckets, group);
  }

  return {
    get degraded() {
      return store.degraded ?? false;
    },
    get held() {
      return pool.held;
    },
    giveBackIdle: pool.giveBackUnused,
    count: countedRequests({ store, clock, hotPerSecond }),

    async reserve(reservation) {
      const { id, cost, buckets } = reservation;
      const now = clock.monotonic();
      const group = groupOf(reservation);
      if (pool.runs(id)) return { kind: 'RESERVED', states: statesNow(group, buckets, now) };
      group.rate.note(now);
      const lease = pool.takeIdle(group, cost, now);
      if (lease) return begin(lease, reservation, now);
      const mayLease = group.rate.hot && group.states && !store.degraded && !pool.closed && now >= group.strictUntil;
      const points = mayLease && leaseSize(size, buckets, statesNow(group, buckets, now), cost);
      const leased = points ? await acquire(group, reservation, points) : undefined;
      if (leased) return leased;
      let answer = await store.reserve(reservation);
      if (answer.kind === 'REFUSED' && group.idle.length > 0) {
        // Not for want of what this instance only keeps.
        await pool.giveBackIdle(group);
        answer = await store.reserve(reservation);
      }
      see(group, answer);
      return answer.kind === 'RESERVED' && !answer.local
        ? { ...answer, states: withoutLeases(answer.states, buckets, group) }
        : answer;
    },

    async settle(reservation, actual) {
      const now = clock.monotonic();
      const lease = pool.end(reservation.id, actual, now);
      return lease ? statesNow(lease.group, reservation.buckets, now) : settleDirectly(reservation, actual);
    },

    async peek(buckets) {
      return withoutLeases(await store.peek(buckets), buckets, groups.get(groupName(buckets)));
    },

    async close() {
      await pool.close();
      await store.close();
    },
  };
}
