import { judgeBudget } from '../admission/budget.ts';
import { judgePrice } from '../admission/price.ts';
import { judgePrivileges } from '../admission/privileges.ts';
import { type Refusal, refused } from '../admission/verdict.ts';
import type { Estimate } from '../cost/compile-formula.ts';
import type { CoercedVariables } from '../plan/document-plan.ts';
import { checkDemands } from '../privileges/demands.ts';
import type { BucketState, Reservation, ReserveAnswer } from '../throttle/throttle-store.ts';
import { checkArguments } from './check-arguments.ts';
import type { RawVariables } from './coerce-variables.ts';
import type { PreparedOperation } from './prepare-operation.ts';
import type { Caller } from './request-record.ts';
import type { PipelineServices } from './services.ts';
import type { Surface } from './surface.ts';
import { isUrgent } from './urgent.ts';

/** An operation with its variables, in both forms: as sent (what was supplied) and as execution will use them. */
export interface VariableValues {
  readonly raw: RawVariables;
  readonly coerced: CoercedVariables;
}

/** What asks to be admitted. */
export interface Candidate {
  readonly operation: PreparedOperation;
  readonly variables: VariableValues;
  /** The context value that it will be executed with. */
  readonly context: object;
}

export type Admission =
  | {
      readonly kind: 'ADMITTED';
      readonly estimate: Extract<Estimate, { kind: 'PRICED' }>;
      /** Absent when the operation is one that is never throttled, and there was no budget for it. */
      readonly reservation: Reservation | undefined;
      readonly states: readonly BucketState[];
    }
  | Refusal;

/** Slots of a process that died are free again this long after the longest operation would have ended. */
const reservationMarginMs = 5_000;

/** Steps 9–11: may it, what may it cost, and is there so much left. A refusal has taken nothing. */
export async function admitOperation(
  { operation: { plan, demands, formula, argumentChecks }, variables, context }: Candidate,
  { privileges, policy }: Caller,
  { schema, argumentReader, urgentMutations }: Surface,
  services: PipelineServices,
): Promise<Admission> {
  const allowed = judgePrivileges(checkDemands(demands, privileges, variables));
  if (allowed.kind === 'REFUSED') return allowed;

  const { coerced } = variables;
  // Only now: what is wrong with an argument of a denied field is nothing that the caller may know.
  const execution = { schema, plan, variables: coerced, context };
  const problems = await checkArguments(argumentChecks, argumentReader, execution);
  if (problems.length > 0) return refused('INVALID', problems);

  const topFields = () => formula.topFields(coerced, privileges);
  const priced = judgePrice(formula.estimate(coerced, privileges), policy.maximumCost, topFields);
  if (priced.kind === 'REFUSED') return priced;
  const { estimate } = priced;

  const reservation = {
    id: services.makeId(),
    cost: estimate.cost,
    buckets: policy.buckets,
    ttlMs: services.executionTimeoutMs + reservationMarginMs,
  };
  const answer = await reserve(reservation, isUrgent(plan, urgentMutations), services);
  if (answer === undefined) return { kind: 'ADMITTED', estimate, reservation: undefined, states: [] };
  const affordable = judgeBudget(answer, policy, estimate.points);
  if (affordable.kind === 'REFUSED') return affordable;
  return { kind: 'ADMITTED', estimate, reservation, states: answer.states };
}

/** `undefined`: it goes ahead without a reservation, whatever the store says or does not say. */
async function reserve(
  reservation: Reservation,
  urgent: boolean,
  { throttle, logger }: PipelineServices,
): Promise<ReserveAnswer | undefined> {
  if (!urgent) return throttle.reserve(reservation);
  try {
    const answer = await throttle.reserve(reservation);
    return answer.kind === 'RESERVED' ? answer : undefined;
  } catch (err) {
    logger.warn({ err }, 'the throttle store is down; a key is ended all the same');
    return undefined;
  }
}
