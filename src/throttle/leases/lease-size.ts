import type { MicroPoints } from '../../kernel/micro-points.ts';
import type { Bucket, BucketState, RequestsWindow } from '../throttle-store.ts';

/** What one lease takes from a bucket: points, or a share of what the bucket holds, above 0 and at most 1. */
export type LeaseSize =
  | { readonly kind: 'POINTS'; readonly points: MicroPoints }
  | { readonly kind: 'SHARE'; readonly share: number };

/** Operations of the usual price in one lease, at least: else it would save nothing. */
const leastOperations = 4;
/** A quota is refused for days, so that it must not be for what somebody holds and will give back. */
const leastLeasesInQuota = 20;
const shareOfWindow = 0.01;

/**
 * How much a lease for an operation of `cost` takes, or `undefined` for none: from buckets that are half empty, whose
 * slots are half taken or whose quota comes to its end, nobody takes more than he needs at once.
 */
export function leaseSize(
  size: LeaseSize,
  buckets: readonly Bucket[],
  states: readonly BucketState[],
  cost: MicroPoints,
): MicroPoints | undefined {
  const wanted = Math.min(...buckets.map((bucket) => sizeIn(bucket, size)));
  if (cost === 0 || wanted < leastOperations * cost) return undefined;
  const isSpare = buckets.every((bucket, index) => {
    const state = states[index];
    return state !== undefined && hasRoom(bucket, state, wanted);
  });
  return isSpare ? wanted : undefined;
}

function sizeIn({ capacity }: Bucket, size: LeaseSize): MicroPoints {
  return Math.min(capacity, size.kind === 'POINTS' ? size.points : Math.floor(capacity * size.share));
}

function hasRoom({ capacity, inFlight, quota }: Bucket, state: BucketState, wanted: MicroPoints): boolean {
  if (state.available < Math.max(capacity / 2, wanted)) return false;
  if ((state.inFlight + 1) * 2 > inFlight) return false;
  return !quota || (state.quota !== undefined && quota.points - state.quota.spent >= leastLeasesInQuota * wanted);
}

/** How many requests are counted at once: a hundredth of the smallest window, while half of that is left. */
export function requestsAtOnce(windows: readonly RequestsWindow[], remaining: number | undefined): number {
  const smallest = Math.min(...windows.map(({ max }) => max));
  if (remaining === undefined || remaining < smallest / 2) return 1;
  return Math.max(1, Math.floor(smallest * shareOfWindow));
}
