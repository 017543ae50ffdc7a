import { costExtension, throttledDetails } from '../cost/cost-extensions.ts';
import { codedError } from '../kernel/errors.ts';
import { invariant } from '../kernel/invariant.ts';
import { microPerPoint } from '../kernel/micro-points.ts';
import { rateLimitHeaders, retryAfterSeconds, type StoreInUse } from '../throttle/headers.ts';
import type { ThrottlePolicy } from '../throttle/policy.ts';
import { type ThrottleStatus, throttleStatus } from '../throttle/throttle-status.ts';
import type { BucketState, ReserveAnswer } from '../throttle/throttle-store.ts';
import { passed, type Refusal, refused, type Verdict } from './verdict.ts';

type Refused = Extract<ReserveAnswer, { kind: 'REFUSED' }>;

/**
 * Step 11: the estimate is reserved in the buckets and quotas of the key and of its application, in all or in none.
 * `requestedQueryCost` in points.
 */
export function judgeBudget(
  answer: ReserveAnswer,
  policy: ThrottlePolicy,
  requestedQueryCost: number,
  store: StoreInUse = 'shared',
): Verdict {
  if (answer.kind === 'RESERVED') return passed;
  invariant(answer.kind !== 'UNCOUNTED', 'a quota without a count is counted before anybody is told');
  const headers = rateLimitHeaders(keyStatus(policy, answer.states), policy.key.requests, store);
  const scope = answer.bucket === 0 ? 'key' : 'application';
  if (answer.kind === 'IMPOSSIBLE') {
    const { capacity = 0, quota } = policy.buckets[answer.bucket] ?? {};
    const maximumCost = Math.min(capacity, quota?.points ?? capacity) / microPerPoint;
    const message = `The operation may cost ${requestedQueryCost} points, and the budget of this ${scope} never holds more than ${maximumCost}. Ask for less: smaller pages, fewer fields.`;
    const error = codedError('COST_LIMIT_EXCEEDED', message, { requestedQueryCost, maximumCost });
    return refused('THROTTLED', [error], headers);
  }
  const verdict =
    answer.reason === 'QUOTA'
      ? quotaExceeded(answer, policy, scope)
      : throttled(answer, policy, scope, requestedQueryCost);
  return { ...verdict, headers: { ...headers, ...verdict.headers } };
}

function throttled(answer: Refused, policy: ThrottlePolicy, scope: Scope, requestedQueryCost: number): Refusal {
  const inFlight = answer.reason === 'IN_FLIGHT';
  // A slot is free again when a running operation ends, which nobody can foretell: a second is a fair guess.
  const retryAfterMs = inFlight ? 1000 : answer.retryAfterMs;
  const seconds = retryAfterSeconds(retryAfterMs);
  const message = inFlight
    ? `Too many operations of this ${scope} are running. Wait until one of them has ended.`
    : `The budget of this ${scope} is spent for now. The same operation fits in ${seconds} s.`;
  const cost = costExtension({
    requestedPoints: requestedQueryCost,
    actual: undefined,
    throttleStatus: keyStatus(policy, answer.states),
  });
  const limit = inFlight ? 'inFlight' : scope === 'key' ? 'cost' : 'application';
  return refused('THROTTLED', [codedError('THROTTLED', message, throttledDetails(limit, retryAfterMs, cost))], {
    'Retry-After': String(seconds),
  });
}

type Scope = 'key' | 'application';

function quotaExceeded({ bucket, retryAfterMs, states }: Refused, policy: ThrottlePolicy, scope: Scope): Refusal {
  const quota = policy.buckets[bucket]?.quota;
  const state = states[bucket]?.quota;
  const resetAt = new Date(state?.endsAt ?? 0).toISOString();
  const period = quota?.period === 'DAY' ? 'day' : 'month';
  const message = `The points that this ${scope} may spend in a ${period} do not suffice. The next ${period} begins at ${resetAt} (UTC).`;
  const details = {
    resetAt,
    retryAfterMs,
    quota: {
      points: (quota?.points ?? 0) / microPerPoint,
      period: quota?.period,
      used: (state?.spent ?? 0) / microPerPoint,
    },
  };
  return refused('THROTTLED', [codedError('QUOTA_EXCEEDED', message, details)], {
    'Retry-After': String(retryAfterSeconds(retryAfterMs)),
  });
}

/** Streams that are open have a cap of their own, as large as the in-flight cap. */
export function refuseStream(): Refusal {
  const retryAfterMs = 1000;
  const message = 'Too many streams of this key or its application are open. Close one of them first.';
  const error = codedError('THROTTLED', message, { policy: 'streams', retryAfterMs });
  return refused('THROTTLED', [error], { 'Retry-After': String(retryAfterSeconds(retryAfterMs)) });
}

/** What clients are told: the key's own bucket. */
export function keyStatus(policy: ThrottlePolicy, states: readonly BucketState[]): ThrottleStatus {
  const [bucket] = policy.buckets;
  return throttleStatus(bucket, states[0] ?? { available: bucket.capacity, inFlight: 0 });
}
