import { z } from 'zod';
import type { QuotaPeriod } from './throttle-store.ts';

/** The numbers of a plan: points, points a second, operations at once, requests in a window. */
export interface ThrottlePlan {
  readonly maximumAvailable: number;
  readonly restoreRate: number;
  /** Largest single operation, in points; at most `maximumAvailable`. */
  readonly maximumCost: number;
  readonly inFlight: number;
  readonly requests: { readonly max: number; readonly windowMs: number };
  /** Points in a calendar day or month (UTC); none unless given. */
  readonly quota?: { readonly points: number; readonly period: QuotaPeriod };
}

export interface ThrottlePlans {
  readonly byName: ReadonlyMap<string, ThrottlePlan>;
  /** Names of the plans of keys that have none; `MANAGEMENT` of those that act on all applications. */
  readonly defaults: { readonly API: string; readonly MANAGEMENT: string };
}

const minuteMs = 60_000;
const builtIn: Readonly<Record<string, ThrottlePlan>> = {
  FREE: plan(1000, 50, 500, 5, 600),
  PRO: plan(2000, 100, 1000, 20, 3000),
  ENTERPRISE: plan(20_000, 1000, 5000, 100, 60_000),
};

export const defaultPlans: ThrottlePlans = {
  byName: new Map(Object.entries(builtIn)),
  defaults: { API: 'FREE', MANAGEMENT: 'ENTERPRISE' },
};

function plan(
  maximumAvailable: number,
  restoreRate: number,
  maximumCost: number,
  inFlight: number,
  requestsPerMinute: number,
): ThrottlePlan {
  return {
    maximumAvailable,
    restoreRate,
    maximumCost,
    inFlight,
    requests: { max: requestsPerMinute, windowMs: minuteMs },
  };
}

/** A billion points: micro-points of every plan stay exact integers in a double. */
const points = z.number().positive().max(1_000_000_000);
const count = z.number().int().positive().max(1_000_000_000);

/** Nine billion points, still exact in micro-points: what a month may cost is more than what a bucket holds. */
const quotaPoints = z.number().positive().max(9_000_000_000);

const planSchema = z
  .strictObject({
    maximumAvailable: points,
    restoreRate: points.min(0.001),
    maximumCost: points,
    inFlight: count,
    requests: z.strictObject({ max: count, windowMs: count }),
    quota: z.strictObject({ points: quotaPoints, period: z.enum(['DAY', 'MONTH']) }).exactOptional(),
  })
  .refine((plan) => plan.maximumCost <= plan.maximumAvailable, {
    path: ['maximumCost'],
    message: 'must not be larger than maximumAvailable: it could never be spent',
  });

/** Of all plans together: they are shown as one list. */
export const mostPlans = 100;

const plansSchema = z.record(z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'a name such as FREE or TEAM_2'), planSchema);

/**
 * Reads plans from a configuration value, `{ "TEAM": { "maximumAvailable": … } }`. A plan that is named like one of the
 * built-in ones replaces it; the others stay. `message` says what is wrong and where.
 */
export function parsePlans(
  json: unknown,
): { readonly kind: 'PLANS'; readonly plans: ThrottlePlans } | { readonly kind: 'INVALID'; readonly message: string } {
  const parsed = plansSchema.safeParse(json);
  if (!parsed.success) {
    const message = parsed.error.issues
      .map((issue) => `${issue.path.join('.') || 'plans'}: ${issue.message}`)
      .join('; ');
    return { kind: 'INVALID', message };
  }
  const byName = new Map([...defaultPlans.byName, ...Object.entries(parsed.data)]);
  if (byName.size > mostPlans) return { kind: 'INVALID', message: `plans: at most ${mostPlans}` };
  return { kind: 'PLANS', plans: { ...defaultPlans, byName } };
}
