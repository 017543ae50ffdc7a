import { judgeBudget, keyStatus } from '../../admission/budget.ts';
import { judgeEstimate, judgePrice, type PricedEstimate } from '../../admission/price.ts';
import type { Refusal, Verdict } from '../../admission/verdict.ts';
import type { CostBreakdown } from '../../cost/cost-breakdown.ts';
import { type CostExtension, costExtension } from '../../cost/cost-extensions.ts';
import type { DocumentPlan } from '../../plan/document-plan.ts';
import { judgeReserve } from '../../throttle/decide.ts';
import type { StoreInUse } from '../../throttle/headers.ts';
import type { Bucket, BucketState, Reservation } from '../../throttle/throttle-store.ts';
import type { Caller } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';
import type { Candidate } from './candidate.ts';
import { unlessUnavailable } from './unless-unavailable.ts';
import { isUrgent } from './urgent.ts';

/** A price, and what stands in the buckets of whoever pays it. */
export interface PricedOperation {
  readonly estimate: PricedEstimate;
  /** In the order of the policy's buckets; empty when nobody knows. */
  readonly states: readonly BucketState[];
  readonly store: StoreInUse;
  /** When `GraphQL-Cost` asks for it. */
  readonly breakdown: CostBreakdown | undefined;
}

export interface Affordable extends PricedOperation {
  readonly kind: 'ADMITTED';
  /** Absent when the operation runs although there is no budget for it. */
  readonly reservation: Reservation | undefined;
  /** What would have been refused, with `enforcement.throttle: MEASURE`. */
  readonly measured: Refusal | undefined;
}

/** `GraphQL-Cost: validate`: what would happen, and nothing does. */
export interface Validated extends PricedOperation {
  readonly kind: 'VALIDATED';
  readonly validation: { readonly wouldBeThrottled: boolean; readonly retryAfterMs: number };
}

/** With `cost` when the operation had a price. */
export interface CostRefusal extends Refusal {
  readonly cost?: CostExtension;
}

/** Slots of a process that died are free again this long after the longest operation would have ended. */
const reservationMarginMs = 5_000;

/** What ends a key runs whatever is left, as long as it does not cost more than this: reading is no emergency. */
const urgentPoints = 1_000;

/** Steps 10 and 11: what may it cost, and is there so much left. A refusal has taken nothing. */
export async function affordOperation(
  { operation: { plan, formula }, variables: { coerced }, costMode }: Candidate,
  caller: Caller,
  surface: Surface,
  services: PipelineServices,
): Promise<Affordable | Validated | CostRefusal> {
  const { privileges, policy } = caller;
  const estimated = services.watch.step('cost', () => judgeEstimate(formula.estimate(coerced, privileges)));
  if (estimated.kind === 'REFUSED') return estimated;
  const { estimate } = estimated;
  const breakdown = costMode && formula.breakdown(coerced, privileges);
  const purse: Purse = { caller, estimate, breakdown, services };

  const urgent = estimate.points <= urgentPoints && isUrgent(plan, surface.urgentMutations, () => coerced);
  const maximumCost = urgent ? urgentPoints : policy.maximumCost;
  const priced = judgePrice(estimate, maximumCost, () => formula.topFields(coerced, privileges));
  const measures = isMeasured(caller, plan);
  if (priced.kind === 'REFUSED' && !measures) return refusedWithCost(purse, priced, await stateOf(purse));
  if (costMode === 'validate') return validate(purse, urgent);

  const reservation = {
    id: services.makeId(),
    cost: estimate.cost,
    buckets: policy.buckets,
    ttlMs: services.executionTimeoutMs + reservationMarginMs,
  };
  const answer = await reserve(purse, reservation);
  const { states, verdict, store } = answer;
  const admitted = { kind: 'ADMITTED', estimate, states, store, breakdown } as const;
  const measured = priced.kind === 'REFUSED' ? priced : undefined;
  if (verdict.kind === 'PASSED') return { ...admitted, reservation, measured };
  if (urgent) return { ...admitted, reservation: undefined, measured };
  if (!measures || answer.slotsTaken) return refusedWithCost(purse, verdict, states);
  const unpaid = { ...reservation, cost: 0, buckets: policy.buckets.map(withEndlessQuota) };
  return runMeasured(purse, { ...admitted, measured: measured ?? verdict, reservation: unpaid });
}

/** With `enforcement.throttle: MEASURE` refusals are noted; never for a mutation, nor the in-flight cap. */
export function isMeasured({ key }: Caller, { operation }: DocumentPlan): boolean {
  return key.enforcement?.throttle === 'MEASURE' && operation.operation !== 'mutation';
}

export function storeInUse({ throttle }: PipelineServices): StoreInUse {
  return throttle.degraded ? 'local' : 'shared';
}

/** Who pays for what. */
interface Purse {
  readonly caller: Caller;
  readonly estimate: PricedEstimate;
  readonly breakdown: CostBreakdown | undefined;
  readonly services: PipelineServices;
}

interface Reserved {
  readonly verdict: Verdict;
  readonly states: readonly BucketState[];
  readonly store: StoreInUse;
  readonly slotsTaken: boolean;
}

function reserve(purse: Purse, reservation: Reservation): Promise<Reserved> {
  return purse.services.watch.step('throttle', () => reserveIn(purse, reservation));
}

async function reserveIn(
  { caller: { policy }, estimate, services: { throttle } }: Purse,
  reservation: Reservation,
): Promise<Reserved> {
  const asked = await unlessUnavailable(throttle.reserve(reservation));
  if (asked.kind === 'REFUSED') return { verdict: asked, states: [], store: 'local', slotsTaken: false };
  const { answer } = asked;
  const store = answer.local ? 'local' : 'shared';
  const verdict = judgeBudget(answer, policy, estimate.points, store);
  const slotsTaken = answer.kind === 'REFUSED' && answer.reason === 'IN_FLIGHT';
  return { verdict, states: answer.states, store, slotsTaken };
}

/** So that a quota of which more was spent than it holds does not hide that all slots are taken. */
function withEndlessQuota(bucket: Bucket): Bucket {
  return bucket.quota ? { ...bucket, quota: { ...bucket.quota, points: Number.MAX_SAFE_INTEGER } } : bucket;
}

/** It pays nothing, and takes a slot all the same: how much runs at once is never only measured. */
async function runMeasured(
  purse: Purse,
  admitted: Affordable & { readonly reservation: Reservation },
): Promise<Affordable | CostRefusal> {
  const { verdict, states, store, slotsTaken } = await reserve(purse, admitted.reservation);
  if (verdict.kind === 'PASSED') return { ...admitted, states, store };
  return slotsTaken ? refusedWithCost(purse, verdict, states) : { ...admitted, reservation: undefined };
}

async function validate(
  { caller, estimate, breakdown, services }: Purse,
  urgent: boolean,
): Promise<Validated | Refusal> {
  const { buckets } = caller.policy;
  const asked = await unlessUnavailable(services.throttle.peek(buckets));
  if (asked.kind === 'REFUSED') return asked;
  const states = asked.answer;
  const reserved = judgeReserve(buckets, states, estimate.cost, services.clock.now());
  const validation = {
    wouldBeThrottled: reserved.kind !== 'RESERVED' && !urgent,
    retryAfterMs: reserved.kind === 'REFUSED' && !urgent ? reserved.retryAfterMs : 0,
  };
  return { kind: 'VALIDATED', estimate, states, store: storeInUse(services), breakdown, validation };
}

/** Of a refusal that has not asked the store. */
async function stateOf({ caller: { policy }, services }: Purse): Promise<readonly BucketState[]> {
  const asked = await unlessUnavailable(services.throttle.peek(policy.buckets));
  return asked.kind === 'REFUSED' ? [] : asked.answer;
}

function refusedWithCost(
  { caller, estimate, breakdown }: Purse,
  refusal: Refusal,
  states: readonly BucketState[],
): CostRefusal {
  const throttleStatus = keyStatus(caller.policy, states);
  const cost = costExtension({ requestedPoints: estimate.points, actual: undefined, throttleStatus, breakdown });
  return { ...refusal, cost };
}
