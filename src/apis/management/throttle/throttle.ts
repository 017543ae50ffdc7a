import type { ThrottleOverride } from '../../../keys/api-key.ts';
import type { ManagementBuilder } from '../context.ts';

/** Numbers of a plan that a key or an application replaces: how they are shown and given. */
export function addThrottle(builder: ManagementBuilder) {
  const RequestsWindow = builder.objectRef<{ max: number; windowMs: number }>('RequestsWindow').implement({
    fields: (t) => ({
      max: t.exposeInt('max', { nullable: false }),
      window: t.expose('windowMs', { type: 'Duration', nullable: false }),
    }),
  });
  const Throttle = builder.objectRef<ThrottleOverride>('Throttle').implement({
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
    }),
  });
  const RequestsWindowInput = builder.inputType('RequestsWindowInput', {
    entity: 'RequestsWindow',
    fields: (t) => ({
      max: t.int({ required: true }),
      window: t.field({ type: 'Duration', required: true }),
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
    }),
  });
  return { Throttle, ThrottleInput };
}

export type ThrottleTypes = ReturnType<typeof addThrottle>;

interface GivenThrottle {
  readonly maximumAvailable?: number | null | undefined;
  readonly restoreRate?: number | null | undefined;
  readonly maximumCost?: number | null | undefined;
  readonly inFlight?: number | null | undefined;
  readonly requests?: { readonly max: number; readonly window: number } | null | undefined;
}

/** Null clears; inside, null is as good as absent. */
export function throttleOf(given: GivenThrottle | null | undefined): ThrottleOverride | null | undefined {
  if (!given) return given;
  const { maximumAvailable, restoreRate, maximumCost, inFlight, requests } = given;
  return {
    ...(typeof maximumAvailable === 'number' && { maximumAvailable }),
    ...(typeof restoreRate === 'number' && { restoreRate }),
    ...(typeof maximumCost === 'number' && { maximumCost }),
    ...(typeof inFlight === 'number' && { inFlight }),
    ...(requests && { requests: { max: requests.max, windowMs: requests.window } }),
  };
}
