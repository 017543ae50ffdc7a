import { periodAt } from '../quota-period.ts';
import type { Bucket, Quota, RequestsWindow } from '../throttle-store.ts';

/** What one of `instances` gives a key while it cannot ask the others: at least one operation of `cost`. */
export function shareOfBucket(bucket: Bucket, instances: number, cost: number, now: number): Bucket {
  return {
    ...bucket,
    capacity: shareOf(bucket.capacity, instances, cost),
    restoreRate: bucket.restoreRate / instances,
    inFlight: Math.max(1, Math.floor(bucket.inFlight / instances)),
    ...(bucket.debt && { debt: Math.floor(bucket.debt / instances) }),
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

export function shareOfWindow(window: RequestsWindow, instances: number): RequestsWindow {
  return { ...window, max: Math.max(Math.min(1, window.max), Math.floor(window.max / instances)) };
}
