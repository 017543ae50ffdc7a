import { mostPlans, type ThrottlePlan } from '../../../throttle/plans.ts';
import type { ManagementBuilder } from '../context.ts';
import type { ThrottleTypes } from './throttle.ts';

/** What `plan` of a key or an application can name, with its numbers. */
export function addPlans(builder: ManagementBuilder, { RequestsWindow, QuotaPeriod }: ThrottleTypes): void {
  const PlanQuota = builder.objectRef<NonNullable<ThrottlePlan['quota']>>('PlanQuota').implement({
    cost: { weight: 0 },
    description: 'Points that may be spent in a period of the calendar.',
    fields: (t) => ({
      points: t.exposeFloat('points', { nullable: false }),
      period: t.expose('period', { type: QuotaPeriod, nullable: false }),
    }),
  });
  const Plan = builder.objectRef<ThrottlePlan & { readonly name: string }>('Plan').implement({
    cost: { weight: 0 },
    description: 'The limits of a key, or of an application for all its keys, by a name.',
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false }),
      maximumAvailable: t.exposeFloat('maximumAvailable', {
        nullable: false,
        description: 'Size of the bucket, in points.',
      }),
      restoreRate: t.exposeFloat('restoreRate', { nullable: false, description: 'Points a second.' }),
      maximumCost: t.exposeFloat('maximumCost', {
        nullable: false,
        description: 'The largest single operation, in points.',
      }),
      inFlight: t.exposeInt('inFlight', {
        nullable: false,
        description: 'Operations that run at the same moment.',
      }),
      requests: t.field({
        type: RequestsWindow,
        nullable: false,
        description: 'Requests in a window, whatever they cost.',
        resolve: ({ requests }) => requests,
      }),
      quota: t.field({ type: PlanQuota, description: 'Null: none.', resolve: ({ quota }) => quota }),
    }),
  });
  builder.queryField('plans', (t) =>
    t.field({
      type: [Plan],
      nullable: false,
      description: 'The plans of this server: those that are built in, and those of its configuration.',
      cost: { listSize: { assumedSize: mostPlans } },
      resolve: (_root, _args, { administration: { plans } }) =>
        [...plans.byName].map(([name, plan]) => ({ name, ...plan })),
    }),
  );
}
