import { microPerPoint } from '../kernel/micro-points.ts';
import type { ThrottlePlan, ThrottlePlans } from './plans.ts';
import type { Bucket, Quota, QuotaPeriod, RequestsWindow } from './throttle-store.ts';

/** Numbers of a plan that a key or an application replaces, as they are stored with it. */
interface PolicyOverride {
  readonly maximumAvailable?: number;
  readonly restoreRate?: number;
  readonly maximumCost?: number;
  readonly inFlight?: number;
  readonly requests?: { readonly max: number; readonly windowMs: number };
  readonly quota?: { readonly points: number; readonly period: QuotaPeriod };
}

/** What the throttle must know of whoever calls. A record of the keys room is one. */
export interface ThrottledKey {
  readonly id: string;
  readonly type: 'API' | 'MANAGEMENT';
  /** Of a management key: whether it acts on its own application or on all. */
  readonly applicationScope: 'OWN' | 'ALL';
  readonly plan: string | undefined;
  readonly throttle: PolicyOverride | undefined;
  readonly application: {
    readonly id: string;
    readonly plan: string | undefined;
    readonly throttle: PolicyOverride | undefined;
  };
}

/** All limits of one request, ready for the store. The key's own bucket and window come first. */
export interface ThrottlePolicy {
  /** The key's numbers, in points: what clients are told. */
  readonly key: ThrottlePlan;
  /** Largest single operation, in points: the least of the key's and the application's. */
  readonly maximumCost: number;
  readonly buckets: readonly [Bucket, ...Bucket[]];
  readonly windows: readonly [RequestsWindow, ...RequestsWindow[]];
}

/**
 * The limits of a key: its plan (its default when it names none, or one that is gone) with its own numbers, and those
 * of its application when that has a plan or numbers of its own. Both or neither must have room.
 */
export function policyFor(key: ThrottledKey, plans: ThrottlePlans): ThrottlePolicy {
  const { application } = key;
  const fallback = defaultPlan(key, plans);
  const own = withOverride(planNamed(key.plan, fallback, plans), key.throttle);
  const { bucket, window } = limits(own, `key:${key.id}`, application.id);
  // What its operations cost beyond what was reserved a key pays later; its application's budget is not taken for that.
  const ownLimits = { bucket: { ...bucket, debt: bucket.capacity }, window };
  if (application.plan === undefined && application.throttle === undefined) {
    return { key: own, maximumCost: own.maximumCost, buckets: [ownLimits.bucket], windows: [ownLimits.window] };
  }
  const shared = withOverride(planNamed(application.plan, fallback, plans), application.throttle);
  const sharedLimits = limits(shared, `application:${application.id}`, application.id);
  return {
    key: own,
    maximumCost: Math.min(own.maximumCost, shared.maximumCost),
    buckets: [ownLimits.bucket, sharedLimits.bucket],
    windows: [ownLimits.window, sharedLimits.window],
  };
}

/** A management key that acts on its own application has no larger budget by default than that gives to others. */
function defaultPlan(
  { type, applicationScope, application }: ThrottledKey,
  { defaults, byName }: ThrottlePlans,
): string {
  if (type === 'API') return defaults.API;
  if (applicationScope === 'ALL') return defaults.MANAGEMENT;
  return application.plan !== undefined && byName.has(application.plan) ? application.plan : defaults.API;
}

function planNamed(name: string | undefined, fallback: string, plans: ThrottlePlans): ThrottlePlan {
  const plan = plans.byName.get(name ?? fallback) ?? plans.byName.get(fallback);
  if (!plan) throw new Error(`There is no plan ${fallback}: parsePlans checks the defaults`);
  return plan;
}

/** A maximum that is larger than the bucket or the quota could never be spent: it ends at their size. */
function withOverride(plan: ThrottlePlan, override: PolicyOverride | undefined): ThrottlePlan {
  const merged = { ...plan, ...override };
  const { maximumCost, maximumAvailable, quota } = merged;
  return { ...merged, maximumCost: Math.min(maximumCost, maximumAvailable, quota?.points ?? maximumAvailable) };
}

function limits(plan: ThrottlePlan, id: string, partition: string): { bucket: Bucket; window: RequestsWindow } {
  const bucket: Bucket = {
    id,
    partition,
    capacity: Math.round(plan.maximumAvailable * microPerPoint),
    restoreRate: Math.round(plan.restoreRate * microPerPoint),
    inFlight: plan.inFlight,
  };
  return {
    bucket: plan.quota ? { ...bucket, quota: quotaOf(plan.quota) } : bucket,
    window: { id, partition, max: plan.requests.max, windowMs: plan.requests.windowMs },
  };
}

function quotaOf({ points, period }: NonNullable<ThrottlePlan['quota']>): Quota {
  return { points: Math.round(points * microPerPoint), period };
}
