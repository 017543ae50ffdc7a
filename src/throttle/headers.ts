import type { ThrottlePlan } from './plans.ts';
import type { ThrottleStatus } from './throttle-status.ts';

/** Who keeps the balances: all instances together, or this one alone because the shared store does not answer. */
export type StoreInUse = 'shared' | 'local';

export type RateLimitHeaders = Readonly<Record<'RateLimit-Policy' | 'RateLimit', string>>;

/** What a key may spend and ask: the numbers of its plan that clients pace by. */
export type PacedPlan = Pick<ThrottlePlan, 'maximumAvailable' | 'restoreRate' | 'requests'>;

/**
 * `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers-10 §3, a structured field of RFC 9651:
 * `"cost";q=1000;w=20;fieldpass-unit="points", "requests";q=600;w=60`. Points are no registered unit, and without one a client
 * reads requests, so that a parameter of our own names them. `w` is in seconds: of points the time in which an empty bucket
 * fills. Another parameter, `fieldpass-store=local`, says that the shared store is down and a smaller local bucket decides.
 */
function policyHeader({ maximumAvailable, restoreRate, requests }: PacedPlan, store: StoreInUse): string {
  const quota = Math.max(0, Math.floor(maximumAvailable));
  const windowSeconds = Math.max(1, Math.ceil(maximumAvailable / restoreRate));
  const mark = store === 'local' ? ';fieldpass-store=local' : '';
  const cost = `"cost";q=${quota};w=${windowSeconds};fieldpass-unit="points"${mark}`;
  return `${cost}, "requests";q=${requests.max};w=${Math.max(1, Math.ceil(requests.windowMs / 1000))}`;
}

/**
 * With `RateLimit` (§4) of the budget: `"cost";r=954;t=1`. `t` is 0 for a full bucket and else the time in which a point comes
 * back, in seconds: of a bucket in debt, when that is paid.
 */
export function rateLimitHeaders(
  status: ThrottleStatus,
  requests: PacedPlan['requests'],
  store: StoreInUse = 'shared',
): RateLimitHeaders {
  const { maximumAvailable, restoreRate, currentlyAvailable } = status;
  const remaining = Math.max(0, Math.floor(currentlyAvailable));
  const debt = Math.max(0, -currentlyAvailable);
  const isFull = remaining >= Math.max(0, Math.floor(maximumAvailable));
  return {
    'RateLimit-Policy': policyHeader({ maximumAvailable, restoreRate, requests }, store),
    RateLimit: `"cost";r=${remaining};t=${isFull ? 0 : Math.max(1, Math.ceil((1 + debt) / restoreRate))}`,
  };
}

/** With `RateLimit` of a requests window that has no room: `"requests";r=0;t=6`, and then it has. */
export function fullWindowHeaders(plan: PacedPlan, retryAfterMs: number): RateLimitHeaders {
  return {
    'RateLimit-Policy': policyHeader(plan, 'shared'),
    RateLimit: `"requests";r=0;t=${retryAfterSeconds(retryAfterMs)}`,
  };
}

/** Seconds for `Retry-After` (RFC 9110 §10.2.3): never too few, and less than one too many, but at least 1. */
export function retryAfterSeconds(retryAfterMs: number): number {
  return Math.max(1, Math.ceil(retryAfterMs / 1000));
}
