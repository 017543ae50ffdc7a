import type { UsageNumbers as Numbers } from '../../../usage/report/usage-numbers.ts';
import { meanLatency, quantile } from '../../../usage/report/usage-numbers.ts';
import {
  type UsageGroup as Group,
  type UsagePoint as Point,
  type UsageDimension,
  usageGroups,
  usagePoints,
  usageTotal,
} from '../../../usage/report/usage-report.ts';
import { mostIntervals, type UsageSelection } from '../../../usage/report/usage-selection.ts';
import type { ApiKeyRef } from '../api-key/api-key.ts';
import type { ApiKeyEnums } from '../api-key/api-key-enums.ts';
import type { ApplicationTypes } from '../application/application.ts';
import type { ManagementBuilder } from '../context.ts';
import { firstOf, listOf } from './plain-list.ts';
import type { UsageEnums } from './usage-enums.ts';

/** A report that was asked for: what is not selected is not computed. */
export interface ReportParent {
  readonly selection: UsageSelection;
  readonly groupBy: readonly UsageDimension[];
}

export function addUsageReport(
  builder: ManagementBuilder,
  ApiKey: ApiKeyRef,
  { Application }: ApplicationTypes,
  { ApiKeyType }: ApiKeyEnums,
  { RequestOutcome, UsageInterval }: UsageEnums,
) {
  const Latency = builder.objectRef<Numbers>('Latency').implement({
    cost: { weight: 0 },
    description: 'Milliseconds, from a histogram: null without requests.',
    fields: (t) => ({
      mean: t.float({ resolve: meanLatency }),
      p50: t.float({ resolve: (numbers) => quantile(numbers, 0.5) }),
      p95: t.float({ resolve: (numbers) => quantile(numbers, 0.95) }),
      p99: t.float({ resolve: (numbers) => quantile(numbers, 0.99) }),
    }),
  });
  const UsageNumbers = builder.objectRef<Numbers>('UsageNumbers').implement({
    cost: { weight: 0 },
    fields: (t) => ({
      requests: t.float({ nullable: false, resolve: ({ requests }) => requests }),
      errors: t.float({ nullable: false, description: 'Errors in their answers.', resolve: ({ errors }) => errors }),
      requestedQueryCost: t.float({
        nullable: false,
        description: 'Points.',
        resolve: ({ requestedCost }) => requestedCost,
      }),
      actualQueryCost: t.float({ nullable: false, description: 'Points.', resolve: ({ actualCost }) => actualCost }),
      latency: t.field({ type: Latency, nullable: false, resolve: (numbers) => numbers }),
    }),
  });
  const UsagePoint = builder.objectRef<Point>('UsagePoint').implement({
    cost: { weight: 0.05 },
    fields: (t) => ({
      at: t.expose('at', { type: 'DateTime', nullable: false, description: 'Begin of the interval.' }),
      numbers: t.expose('numbers', { type: UsageNumbers, nullable: false }),
    }),
  });
  const UsageGroup = builder.objectRef<Group>('UsageGroup').implement({
    description: 'Requests that are alike in what the report is grouped by; the rest is null.',
    fields: (t) => ({
      application: t.field({ type: Application, resolve: ({ applicationId }) => applicationId }),
      apiKey: t.field({
        type: ApiKey,
        description: 'Null too for requests that named no key.',
        resolve: ({ apiKeyId }) => apiKeyId,
      }),
      secretId: t.exposeString('secretId'),
      surface: t.expose('surface', { type: ApiKeyType }),
      operationName: t.exposeString('operationName', { description: '`other`: what is too rare to be told apart.' }),
      documentHash: t.exposeString('documentHash', {
        description: 'SHA-256 of the operation without literals and aliases.',
      }),
      outcome: t.field({ type: RequestOutcome, resolve: ({ outcome }) => outcome as Group['outcome'] & 'OK' }),
      clientName: t.exposeString('clientName', { description: 'As the client says in `GraphQL-Client-Name`.' }),
      clientVersion: t.exposeString('clientVersion'),
      numbers: t.expose('numbers', { type: UsageNumbers, nullable: false }),
    }),
  });
  return builder.objectRef<ReportParent>('UsageReport').implement({
    fields: (t) => ({
      interval: t.field({ type: UsageInterval, nullable: false, resolve: ({ selection }) => selection.interval }),
      since: t.field({
        type: 'DateTime',
        nullable: false,
        description: 'Begin of the first interval.',
        resolve: ({ selection }) => selection.since,
      }),
      until: t.field({
        type: 'DateTime',
        nullable: false,
        description: 'End of the last interval.',
        resolve: ({ selection }) => selection.until,
      }),
      total: t.field({
        type: UsageNumbers,
        nullable: false,
        cost: { weight: 2 },
        resolve: ({ selection }, _args, { administration }) => usageTotal(administration.database, selection),
      }),
      points: t.field({
        type: [UsagePoint],
        nullable: false,
        description: 'Intervals with requests, in order of time.',
        cost: { weight: 2, ...listOf(200, mostIntervals) },
        args: { first: t.arg.int({ defaultValue: 200 }) },
        resolve: async ({ selection }, { first }, { administration }) => [
          ...(await usagePoints(administration.database, selection, firstOf(first, 200, mostIntervals))),
        ],
      }),
      groups: t.field({
        type: [UsageGroup],
        nullable: false,
        description: 'The groups with the most requests, the largest first; none when the report is not grouped.',
        cost: { weight: 2, ...listOf(20, 100) },
        args: { first: t.arg.int({ defaultValue: 20 }) },
        resolve: async ({ selection, groupBy }, { first }, { administration }) => [
          ...(await usageGroups(administration.database, selection, groupBy, firstOf(first, 20, 100))),
        ],
      }),
    }),
  });
}

export type UsageReportRef = ReturnType<typeof addUsageReport>;
