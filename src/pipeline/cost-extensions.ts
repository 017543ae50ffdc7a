import type { ExecutionResult } from 'graphql';
import { keyStatus } from '../admission/budget.ts';
import type { Estimate } from '../cost/compile-formula.ts';
import { costExtension } from '../cost/cost-extensions.ts';
import type { MicroPoints } from '../plan/compiled-schema.ts';
import { rateLimitHeaders } from '../throttle/headers.ts';
import type { BucketState } from '../throttle/throttle-store.ts';
import type { Caller } from './request-record.ts';

/** What an answer says of its price and of what is left, in `extensions.cost` and in headers. */
export interface CostParts {
  readonly estimate: Extract<Estimate, { kind: 'PRICED' }>;
  /** `undefined` when nothing was executed. */
  readonly actual: MicroPoints | undefined;
  readonly caller: Caller;
  readonly states: readonly BucketState[];
}

export function withCost<Result extends ExecutionResult>(
  result: Result,
  { estimate, actual, caller, states }: CostParts,
): Result {
  const status = keyStatus(caller.policy, states);
  const cost = costExtension({ requestedPoints: estimate.points, actual, throttleStatus: status });
  return { ...result, extensions: { ...result.extensions, cost, http: { headers: rateLimitHeaders(status) } } };
}
