import type { ExecutionResult } from 'graphql';
import { keyStatus } from '../../admission/budget.ts';
import { costExtension } from '../../cost/cost-extensions.ts';
import type { MicroPoints } from '../../kernel/micro-points.ts';
import { rateLimitHeaders } from '../../throttle/headers.ts';
import type { CostRefusal, PricedOperation, Validated } from '../admit/afford-operation.ts';
import type { Caller, RequestRecord } from '../request-record.ts';
import { refuseAs } from './refusal.ts';

/** What an answer says of its price and of what is left, in `extensions.cost` and in headers. */
export interface CostParts extends Partial<Pick<PricedOperation, 'store' | 'breakdown'>> {
  readonly estimate: PricedOperation['estimate'];
  /** `undefined` when nothing was executed. */
  readonly actual: MicroPoints | undefined;
  readonly caller: Caller;
  readonly states: PricedOperation['states'];
  readonly validation?: Validated['validation'];
}

export function withCost<Result extends ExecutionResult>(
  result: Result,
  { estimate, actual, caller, states, store, breakdown, validation }: CostParts,
): Result {
  const throttleStatus = keyStatus(caller.policy, states);
  const cost = costExtension({ requestedPoints: estimate.points, actual, throttleStatus, breakdown, validation });
  const http = { headers: rateLimitHeaders(throttleStatus, caller.policy.key.requests, store) };
  return { ...result, extensions: { ...result.extensions, cost, http } };
}

/** Whatever refused it: an operation that had a price says so. */
export function refusedOperation(record: RequestRecord, refusal: CostRefusal): ExecutionResult {
  const { cost } = refusal;
  record.requestedQueryCost = cost?.requestedQueryCost;
  return { ...refuseAs(record, refusal), ...(cost && { extensions: { cost } }) };
}

/** Nothing ran: `data` is null, which every client reads (GraphQL specification §7.1). */
export function validatedOperation(record: RequestRecord, validated: Validated, caller: Caller): ExecutionResult {
  record.requestedQueryCost = validated.estimate.points;
  return withCost({ data: null }, { ...validated, actual: undefined, caller });
}
