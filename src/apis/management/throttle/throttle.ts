import type { ThrottleOverride } from '../../../keys/api-key.ts';
import type { ManagementBuilder } from '../context.ts';
import { type QuotaOwner, type QuotaState, quotaReader } from './quota-state.ts';

/** Numbers, and whose they are: what is left of a quota is known by the bucket. */
interface OwnedThrottle extends ThrottleOverride {
  readonly owner: QuotaOwner;
}

/** Numbers of a plan that a key or an application replaces: how they are shown and given. */
export function addThrottle(builder: ManagementBuilder) {
  const RequestsWindow = builder.objectRef<{ max: number; windowMs: number }>('RequestsWindow').implement({
    fields: (t) => ({
      max: t.exposeInt('max', { nullable: false }),
      window: t.expose('windowMs', { type: 'Duration', nullable: false }),
    }),
  });
  const QuotaPeriod = builder.enumType('QuotaPeriod', {
    description: 'Of the calendar, in UTC.',
    values: ['DAY', 'MONTH'] as const,
  });
  const Quota = builder.objectRef<Quota & { readonly state: () => Promise<QuotaState> }>('Quota').implement({
    description: 'Points that may be spent in a period of the calendar.',
    fields: (t) => ({
      points: t.exposeFloat('points', { nullable: false }),
      period: t.expose('period', { type: QuotaPeriod, nullable: false }),
      used: t.float({
        nullable: false,
        description: 'Points that are spent in the running period, and reserved by what runs.',
        cost: { weight: 1 },
        resolve: async ({ state }) => (await state()).used,
      }),
      resetAt: t.field({
        type: 'DateTime',
        nullable: false,
        description: 'When the next period begins.',
        resolve: async ({ state }) => (await state()).resetAt,
      }),
    }),
  });
  const Throttle = builder.objectRef<OwnedThrottle>('Throttle').implement({
    description: 'Numbers that replace those of the plan; what is null is as the plan says.',
    fields: (t) => ({
      maximumAvailable: t.float({
        resolve: (one) => one.maximumAvailable,
        description: 'Size of the bucket, in points.',
      }),
      restoreRate: t.float({ resolve: (one) => one.restoreRate, description: 'Points a second.' }),
      maximumCost: t.float({
        resolve: (one) => one.maximumCost,
        description: 'The largest single operation, in points.',
      }),
      inFlight: t.int({ resolve: (one) => one.inFlight, description: 'Operations that run at the same moment.' }),
      requests: t.field({ type: RequestsWindow, resolve: (one) => one.requests }),
      quota: t.field({
        type: Quota,
        resolve: ({ quota, owner }, _args, { throttle }) =>
          quota && { ...quota, state: quotaReader(throttle, owner, quota) },
      }),
    }),
  });
  const RequestsWindowInput = builder.inputType('RequestsWindowInput', {
    entity: 'RequestsWindow',
    fields: (t) => ({
      max: t.int({ required: true }),
      window: t.field({ type: 'Duration', required: true }),
    }),
  });
  const QuotaInput = builder.inputType('QuotaInput', {
    entity: 'Quota',
    fields: (t) => ({
      points: t.float({ required: true }),
      period: t.field({ type: QuotaPeriod, required: true }),
    }),
  });
  const ThrottleInput = builder.inputType('ThrottleInput', {
    description: 'Replaces the numbers that were set before; what is left out is as the plan says.',
    entity: 'Throttle',
    fields: (t) => ({
      maximumAvailable: t.float({ description: 'Size of the bucket, in points.' }),
      restoreRate: t.float({ description: 'Points a second.' }),
      maximumCost: t.float({ description: 'The largest single operation, in points.' }),
      inFlight: t.int({ description: 'Operations that run at the same moment.' }),
      requests: t.field({ type: RequestsWindowInput, description: 'Requests in a window, whatever they cost.' }),
      quota: t.field({ type: QuotaInput, description: 'Points in a day or month of the calendar (UTC).' }),
    }),
  });
  return { Throttle, ThrottleInput, RequestsWindow, QuotaPeriod };
}

type Quota = NonNullable<ThrottleOverride['quota']>;

export type ThrottleTypes = ReturnType<typeof addThrottle>;

interface GivenThrottle {
  readonly maximumAvailable?: number | null | undefined;
  readonly restoreRate?: number | null | undefined;
  readonly maximumCost?: number | null | undefined;
  readonly inFlight?: number | null | undefined;
  readonly requests?: { readonly max: number; readonly window: number } | null | undefined;
  readonly quota?: Quota | null | undefined;
}

/** Null clears; inside, null is as good as absent. */
export function throttleOf(given: GivenThrottle | null | undefined): ThrottleOverride | null | undefined {
  if (!given) return given;
  const { maximumAvailable, restoreRate, maximumCost, inFlight, requests, quota } = given;
  return {
    ...(typeof maximumAvailable === 'number' && { maximumAvailable }),
    ...(typeof restoreRate === 'number' && { restoreRate }),
    ...(typeof maximumCost === 'number' && { maximumCost }),
    ...(typeof inFlight === 'number' && { inFlight }),
    ...(requests && { requests: { max: requests.max, windowMs: requests.window } }),
    ...(quota && { quota: { points: quota.points, period: quota.period } }),
  };
}
