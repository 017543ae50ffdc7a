import { judgeBudget, keyStatus } from '../../admission/budget.ts';
import { judgePrice, type PricedEstimate } from '../../admission/price.ts';
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
import { estimateOperation } from './estimate-operation.ts';
import { reservationMarginMs } from './reserved-points.ts';
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
  /** What ends a key costs nothing, whatever runs for it. */
  readonly unpriced: boolean;
  /** Absent when the operation runs although there is no budget for it, and when it needs none. */
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

/** What ends a key is not priced. */
const nothing: PricedEstimate = { kind: 'PRICED', points: 0, cost: 0, introspection: 0 };

/** Steps 10 and 11: what may it cost, and is there so much left. A refusal has taken nothing. */
export async function affordOperation(
  candidate: Candidate,
  caller: Caller,
  surface: Surface,
  services: PipelineServices,
): Promise<Affordable | Validated | CostRefusal> {
  const { plan, formula } = candidate.operation;
  const { coerced } = candidate.variables;
  const { costMode, reading } = candidate;
  const { privileges, policy } = caller;
  if (isUrgent(plan, surface.urgentMutations, () => coerced)) {
    await reading?.affordable(Number.POSITIVE_INFINITY);
    return affordUrgent(caller, costMode, services);
  }
  const measures = isMeasured(caller, plan);
  const mostPoints = measures ? Number.POSITIVE_INFINITY : policy.maximumCost;
  const { estimated, steps } = services.watch.step('cost', () =>
    estimateOperation(candidate, caller, surface, mostPoints),
  );
  if (estimated.kind === 'REFUSED') return countedInVain(estimated, steps, reading);
  const { estimate, byKey, isLeast } = estimated;
  const breakdown = costMode && formula.breakdown(coerced, privileges, byKey);
  const purse: Purse = { caller, estimate, breakdown, services };

  const topFields = () => formula.topFields(coerced, privileges, byKey);
  const priced = judgePrice(estimate, policy.maximumCost, topFields, isLeast);
  if (priced.kind === 'REFUSED' && !measures) {
    const refusal = await countedInVain(priced, steps, reading);
    return refusedWithCost(purse, refusal, await stateOf(purse));
  }
  await reading?.affordable(estimate.points);
  if (costMode === 'validate') {
    await reading?.unused();
    return validate(purse);
  }

  const reservation = {
    id: services.makeId(),
    cost: estimate.cost,
    buckets: policy.buckets,
    ttlMs: services.executionTimeoutMs + reservationMarginMs,
  };
  const answer = await reserve(purse, reservation);
  const { states, verdict, store } = answer;
  const admitted = { kind: 'ADMITTED', unpriced: false, estimate, states, store, breakdown } as const;
  const measured = priced.kind === 'REFUSED' ? priced : undefined;
  if (verdict.kind === 'PASSED') return { ...admitted, reservation, measured };
  if (!measures || answer.slotsTaken) {
    await reading?.unused();
    return refusedWithCost(purse, verdict, states);
  }
  const unpaid = { ...reservation, cost: 0, buckets: policy.buckets.map(withEndlessQuota) };
  return runMeasured(purse, { ...admitted, measured: measured ?? verdict, reservation: unpaid });
}

/** Counting is paid as compiling is, when the operation is refused. Who cannot pay that is told so. */
async function countedInVain(refusal: Refusal, steps: number, reading: Candidate['reading']): Promise<Refusal> {
  const paid = await reading?.took(steps);
  return paid?.kind === 'REFUSED' ? paid : refusal;
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

/** Nothing is asked of the throttle but what clients are told of their budget, and it waits for no answer that is late. */
async function affordUrgent(
  caller: Caller,
  costMode: Candidate['costMode'],
  services: PipelineServices,
): Promise<Affordable | Validated> {
  const states = await stateOf({ caller, services });
  const priced = { estimate: nothing, states, store: storeInUse(services), breakdown: undefined };
  if (costMode === 'validate') {
    return { kind: 'VALIDATED', ...priced, validation: { wouldBeThrottled: false, retryAfterMs: 0 } };
  }
  return { kind: 'ADMITTED', unpriced: true, ...priced, reservation: undefined, measured: undefined };
}

async function validate({ caller, estimate, breakdown, services }: Purse): Promise<Validated | Refusal> {
  const { buckets } = caller.policy;
  const asked = await unlessUnavailable(services.throttle.peek(buckets));
  if (asked.kind === 'REFUSED') return asked;
  const states = asked.answer;
  const reserved = judgeReserve(buckets, states, estimate.cost, services.clock.now());
  const validation = {
    wouldBeThrottled: reserved.kind !== 'RESERVED',
    retryAfterMs: reserved.kind === 'REFUSED' ? reserved.retryAfterMs : 0,
  };
  return { kind: 'VALIDATED', estimate, states, store: storeInUse(services), breakdown, validation };
}

/** Of what has not asked the store. */
async function stateOf({
  caller: { policy },
  services,
}: Pick<Purse, 'caller' | 'services'>): Promise<readonly BucketState[]> {
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
