import type { MicroPoints } from '../../kernel/micro-points.ts';
import type { Bucket, BucketState, Reservation } from '../throttle-store.ts';
import { type RateMeter, rateMeter } from './rate-meter.ts';

/** Points and one slot that this instance has reserved, for one operation after the other. */
export interface Lease {
  /** What the store holds for it. */
  readonly reservation: Reservation;
  readonly group: LeaseGroup;
  /** Below 0 when an operation cost more than all of it: then it goes back. */
  left: MicroPoints;
  /** Milliseconds that never go back: no operation begins later, so that the slot is there for as long as it may run. */
  readonly goodUntil: number;
  usedAt: number;
}

/** What was leased of one set of buckets, and what the store last said of them. */
export interface LeaseGroup {
  readonly rate: RateMeter;
  /** Without an operation. The last one was used last. */
  readonly idle: Lease[];
  /** In all of its leases. */
  left: MicroPoints;
  states: readonly BucketState[] | undefined;
  /** When it said so. */
  seenAt: number;
  /** After a refusal nobody leases for a while. */
  strictUntil: number;
}

export function leaseGroup(hotPerSecond: number): LeaseGroup {
  return { rate: rateMeter(hotPerSecond), idle: [], left: 0, states: undefined, seenAt: 0, strictUntil: 0 };
}

/** The buckets with all numbers that decide: after a change of plan nothing that was leased before is used. */
export function groupName(buckets: readonly Bucket[]): string {
  let name = '';
  for (const { id, capacity, restoreRate, inFlight, quota } of buckets) {
    name += `${id} ${capacity} ${restoreRate} ${inFlight} ${quota ? `${quota.points}${quota.period}` : ''} `;
  }
  return name;
}

/**
 * What a client is told: what the store said last, what has come back since, and what this instance holds and does not
 * use. Of other instances' changes it hears with the next lease.
 */
export function statesNow(group: LeaseGroup, buckets: readonly Bucket[], now: number): BucketState[] {
  return buckets.map(({ capacity, restoreRate }, index) => {
    const { available, inFlight, quota } = group.states?.[index] ?? { available: 0, inFlight: 0 };
    const restored = Math.floor((Math.max(0, now - group.seenAt) * restoreRate) / 1000);
    const state = {
      available: Math.min(capacity, available + restored + group.left),
      inFlight: Math.max(0, inFlight - group.idle.length),
    };
    return quota ? { ...state, quota: { ...quota, spent: quota.spent - group.left } } : state;
  });
}

/** What the store said, without what this instance has of it; what was restored meanwhile, and comes back, is too much. */
export function withoutLeases(
  states: readonly BucketState[],
  buckets: readonly Bucket[],
  group: LeaseGroup | undefined,
): BucketState[] {
  const { left = 0, idle = [] } = group ?? {};
  return states.map(({ available, inFlight, quota }, index) => {
    const most = Math.max(available, buckets[index]?.capacity ?? 0);
    const state = { available: Math.min(most, available + left), inFlight: Math.max(0, inFlight - idle.length) };
    return quota ? { ...state, quota: { ...quota, spent: quota.spent - left } } : state;
  });
}
