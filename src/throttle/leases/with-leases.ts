import { boundedCache } from '../../kernel/bounded-cache.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { MakeId } from '../../kernel/uuid.ts';
import type { MicroPoints } from '../../plan/compiled-schema.ts';
import { periodAt } from '../quota-period.ts';
import type { Reservation, ReserveAnswer, ThrottleStore } from '../throttle-store.ts';
import { countedRequests } from './counted-requests.ts';
import { groupName, type Lease, type LeaseGroup, leaseGroup, statesNow, withoutLeases } from './lease.ts';
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

/** An operation that runs on a lease. */
interface Running {
  readonly lease: Lease;
  readonly cost: MicroPoints;
  readonly endsAt: number;
}

const mostGroups = 2000;
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
  const groups = boundedCache<string, LeaseGroup>(mostGroups);
  const leases = new Set<Lease>();
  const running = new Map<string, Running>();
  const timer = setInterval(giveBackIdle, idleMs / 2).unref();
  let closed = false;

  function groupOf({ buckets }: Pick<Reservation, 'buckets'>): LeaseGroup {
    const name = groupName(buckets);
    let group = groups.get(name);
    if (!group) {
      group = leaseGroup(hotPerSecond);
      groups.set(name, group);
    }
    return group;
  }

  function idleLease(group: LeaseGroup, cost: MicroPoints, now: number): Lease | undefined {
    for (let lease = group.idle.pop(); lease; lease = group.idle.pop()) {
      if (lease.left >= cost && now < lease.goodUntil) return lease;
      void giveBack(lease);
    }
    return undefined;
  }

  function begin(lease: Lease, { id, cost, buckets, ttlMs }: Reservation, now: number): ReserveAnswer {
    lease.left -= cost;
    lease.group.left -= cost;
    running.set(id, { lease, cost, endsAt: now + ttlMs });
    return { kind: 'RESERVED', states: statesNow(lease.group, buckets, now) };
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
    leases.add(lease);
    group.left += points;
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
    return withoutLeases(states, group);
  }

  async function giveBack(lease: Lease): Promise<void> {
    const { group, reservation, left } = lease;
    if (!leases.delete(lease)) return;
    group.left -= left;
    group.states = group.states?.map((state) => ({
      ...state,
      available: state.available + left,
      inFlight: state.inFlight - 1,
      ...(state.quota && { quota: { ...state.quota, spent: state.quota.spent - left } }),
    }));
    // When it does not arrive it stays charged, and the slot is free after its time.
    await store.settle(reservation, reservation.cost - left).catch(() => {});
  }

  function giveBackIdle(): void {
    const now = clock.monotonic();
    for (const [id, { lease, endsAt }] of running) {
      if (now < endsAt) continue;
      running.delete(id);
      void giveBack(lease);
    }
    for (const lease of leases) {
      const place = lease.group.idle.indexOf(lease);
      if (place < 0 || (now - lease.usedAt < idleMs && now < lease.goodUntil)) continue;
      lease.group.idle.splice(place, 1);
      void giveBack(lease);
    }
  }

  return {
    get degraded() {
      return store.degraded ?? false;
    },
    get held() {
      return leases.size;
    },
    giveBackIdle,
    count: countedRequests({ store, clock, hotPerSecond }),

    async reserve(reservation) {
      const { id, cost, buckets } = reservation;
      const now = clock.monotonic();
      const group = groupOf(reservation);
      if (running.has(id)) return { kind: 'RESERVED', states: statesNow(group, buckets, now) };
      group.rate.note(now);
      const lease = idleLease(group, cost, now);
      if (lease) return begin(lease, reservation, now);
      const mayLease = group.rate.hot && group.states && !store.degraded && !closed && now >= group.strictUntil;
      const points = mayLease && leaseSize(size, buckets, statesNow(group, buckets, now), cost);
      const leased = points ? await acquire(group, reservation, points) : undefined;
      if (leased) return leased;
      let answer = await store.reserve(reservation);
      if (answer.kind === 'REFUSED' && group.idle.length > 0) {
        // Not for want of what this instance only keeps.
        await Promise.all(group.idle.splice(0).map(giveBack));
        answer = await store.reserve(reservation);
      }
      see(group, answer);
      return answer.kind === 'RESERVED' && !answer.local
        ? { ...answer, states: withoutLeases(answer.states, group) }
        : answer;
    },

    async settle(reservation, actual) {
      const { id, cost, buckets } = reservation;
      const run = running.get(id);
      if (!run) return settleDirectly(reservation, actual);
      running.delete(id);
      const { lease } = run;
      const now = clock.monotonic();
      const unused = Math.max(0, cost - Math.max(0, actual));
      if (now < run.endsAt && leases.has(lease)) {
        lease.left += unused;
        lease.group.left += unused;
      }
      lease.usedAt = now;
      if (closed || now >= lease.goodUntil || now < lease.group.strictUntil) void giveBack(lease);
      else lease.group.idle.push(lease);
      return statesNow(lease.group, buckets, now);
    },

    async peek(buckets) {
      return withoutLeases(await store.peek(buckets), groups.get(groupName(buckets)));
    },

    async close() {
      closed = true;
      clearInterval(timer);
      for (const lease of leases) lease.group.idle.length = 0;
      await Promise.all([...leases].map(giveBack));
      await store.close();
    },
  };
}
