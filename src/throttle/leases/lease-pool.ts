import type { Clock } from '../../kernel/clock.ts';
import type { MicroPoints } from '../../kernel/micro-points.ts';
import type { Reservation, ThrottleStore } from '../throttle-store.ts';
import type { Lease, LeaseGroup } from './lease.ts';

export interface LeasePoolOptions {
  /** Where leases are given back. */
  readonly store: Pick<ThrottleStore, 'settle'>;
  readonly clock: Clock;
  /** How long it keeps what is not used, in milliseconds. */
  readonly idleMs: number;
}

/** An operation that runs on a lease. */
interface Running {
  readonly lease: Lease;
  readonly cost: MicroPoints;
  readonly endsAt: number;
}

/** The leases that this instance holds, and the operations that run on them. Times never go back. */
export function leasePool({ store, clock, idleMs }: LeasePoolOptions) {
  const leases = new Set<Lease>();
  const running = new Map<string, Running>();
  const timer = setInterval(giveBackUnused, idleMs / 2).unref();
  let closed = false;

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

  function giveBackUnused(): void {
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
    get held() {
      return leases.size;
    },
    get closed() {
      return closed;
    },
    runs: (id: string): boolean => running.has(id),

    hold(lease: Lease): void {
      leases.add(lease);
      lease.group.left += lease.left;
    },

    /** One that has room for so much. */
    takeIdle(group: LeaseGroup, cost: MicroPoints, now: number): Lease | undefined {
      for (let lease = group.idle.pop(); lease; lease = group.idle.pop()) {
        if (lease.left >= cost && now < lease.goodUntil) return lease;
        void giveBack(lease);
      }
      return undefined;
    },

    begin(lease: Lease, { id, cost, ttlMs }: Reservation, now: number): void {
      lease.left -= cost;
      lease.group.left -= cost;
      running.set(id, { lease, cost, endsAt: now + ttlMs });
    },

    /** Its lease waits for the next operation or goes back; `undefined` when it ran on none. */
    end(id: string, actual: MicroPoints, now: number): Lease | undefined {
      const run = running.get(id);
      if (!run) return undefined;
      running.delete(id);
      const { lease, cost, endsAt } = run;
      // Below 0 when it cost more than was taken for it: of what the lease has, else the store charges it.
      const unused = cost - Math.max(0, actual);
      if (now < endsAt && leases.has(lease)) {
        lease.left += unused;
        lease.group.left += unused;
      }
      lease.usedAt = now;
      if (closed || lease.left < 0 || now >= lease.goodUntil || now < lease.group.strictUntil) void giveBack(lease);
      else lease.group.idle.push(lease);
      return lease;
    },

    /** All that the group has and does not use. */
    async giveBackIdle(group: LeaseGroup): Promise<void> {
      await Promise.all(group.idle.splice(0).map(giveBack));
    },
    giveBackUnused,

    async close(): Promise<void> {
      closed = true;
      clearInterval(timer);
      for (const lease of leases) lease.group.idle.length = 0;
      await Promise.all([...leases].map(giveBack));
    },
  };
}
