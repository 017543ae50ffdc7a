import { codedError } from '../kernel/errors.ts';
import { rateLimitHeaders, retryAfterSeconds } from '../throttle/headers.ts';
import type { ThrottlePolicy } from '../throttle/policy.ts';
import { type ThrottleStatus, throttleStatus } from '../throttle/throttle-status.ts';
import type { BucketState, ReserveAnswer } from '../throttle/throttle-store.ts';
import { passed, refused, type Verdict } from './verdict.ts';

/** Step 11: the estimate is reserved in the buckets of the key and of its application, in both or in none. */
export function judgeBudget(answer: ReserveAnswer, policy: ThrottlePolicy, requestedQueryCost: number): Verdict {
  if (answer.kind === 'RESERVED') return passed;
  const status = keyStatus(policy, answer.states);
  const scope = answer.bucket === 0 ? 'key' : 'application';
  if (answer.kind === 'IMPOSSIBLE') {
    const maximumCost = (policy.buckets[answer.bucket]?.capacity ?? 0) / 1_000_000;
    const message = `The operation may cost ${requestedQueryCost} points, and the bucket of this ${scope} holds ${maximumCost}. Ask for less: smaller pages, fewer fields.`;
    return refused(
      'THROTTLED',
      [codedError('COST_LIMIT_EXCEEDED', message, { requestedQueryCost, maximumCost })],
      rateLimitHeaders(status),
    );
  }
  // A slot is free again when a running operation ends, which nobody can foretell: a second is a fair guess.
  const retryAfterMs = answer.reason === 'IN_FLIGHT' ? Math.max(1000, answer.retryAfterMs) : answer.retryAfterMs;
  const seconds = retryAfterSeconds(retryAfterMs);
  const message =
    answer.reason === 'IN_FLIGHT'
      ? `Too many operations of this ${scope} are running. Wait until one of them has ended.`
      : `The budget of this ${scope} is spent for now. The same operation fits in ${seconds} s.`;
  const details = {
    policy: answer.reason === 'IN_FLIGHT' ? 'inFlight' : scope === 'key' ? 'cost' : 'application',
    retryAfterMs,
    cost: { requestedQueryCost, actualQueryCost: null, throttleStatus: status },
  };
  return refused('THROTTLED', [codedError('THROTTLED', message, details)], {
    ...rateLimitHeaders(status),
    'Retry-After': String(seconds),
  });
}

/** What clients are told: the key's own bucket. */
export function keyStatus(policy: ThrottlePolicy, states: readonly BucketState[]): ThrottleStatus {
  const [bucket] = policy.buckets;
  return throttleStatus(bucket, states[0] ?? { available: bucket.capacity, inFlight: 0 });
}
