import type { ThrottleStatus } from './throttle-status.ts';

/** Who keeps the balances: all instances together, or this one alone because the shared store does not answer. */
export type StoreInUse = 'shared' | 'local';

/**
 * `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers-10 §3 and §4, structured fields of
 * RFC 9651: `"cost";q=1000;w=20` and `"cost";r=954;t=1`. The quota is in points, which is no registered unit, so none
 * is named; `w` is the time in which an empty bucket fills, `t` is 0 for a full bucket and else the time in which a point
 * comes back. A parameter of our own, `fieldpass-store=local`, says that the shared store is down and a
 * smaller local bucket decides.
 */
export function rateLimitHeaders(
  status: ThrottleStatus,
  store: StoreInUse = 'shared',
): Readonly<Record<'RateLimit-Policy' | 'RateLimit', string>> {
  const quota = Math.max(0, Math.floor(status.maximumAvailable));
  const windowSeconds = Math.max(1, Math.ceil(status.maximumAvailable / status.restoreRate));
  const remaining = Math.max(0, Math.floor(status.currentlyAvailable));
  const secondsToPoint = Math.max(1, Math.ceil(1 / status.restoreRate));
  const mark = store === 'local' ? ';fieldpass-store=local' : '';
  return {
    'RateLimit-Policy': `"cost";q=${quota};w=${windowSeconds}${mark}`,
    RateLimit: `"cost";r=${remaining};t=${remaining >= quota ? 0 : secondsToPoint}`,
  };
}

/** Seconds for `Retry-After` (RFC 9110 §10.2.3): never too few, and less than one too many, but at least 1. */
export function retryAfterSeconds(retryAfterMs: number): number {
  return Math.max(1, Math.ceil(retryAfterMs / 1000));
}
