import { microPerPoint } from '../kernel/micro-points.ts';
import type { Bucket, BucketState } from './throttle-store.ts';

/** In points, under Shopify's names, so that their clients can pace by it. */
export interface ThrottleStatus {
  readonly maximumAvailable: number;
  readonly currentlyAvailable: number;
  /** Points a second. */
  readonly restoreRate: number;
}

/** Whole points that can be spent: parts of a point are not there yet. */
export function throttleStatus(bucket: Bucket, state: BucketState): ThrottleStatus {
  return {
    maximumAvailable: bucket.capacity / microPerPoint,
    currentlyAvailable: Math.floor(state.available / microPerPoint),
    restoreRate: bucket.restoreRate / microPerPoint,
  };
}

/** When the bucket is full if nothing else runs, in milliseconds since the epoch. */
export function fullAgainAt(bucket: Bucket, state: BucketState, now: number): number {
  return now + Math.ceil(((bucket.capacity - state.available) / bucket.restoreRate) * 1000);
}
