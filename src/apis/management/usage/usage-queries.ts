import { codedError } from '../../../kernel/errors.ts';
import { visibilityOf } from '../../../keys/store/visibility.ts';
import type { UsageDimension } from '../../../usage/report/usage-report.ts';
import {
  type UsageFilter as Filter,
  mostIntervals,
  type UsageInterval,
  wholeIntervals,
} from '../../../usage/report/usage-selection.ts';
import { withoutNulls } from '../../shared/without-nulls.ts';
import type { ApiKeyRef } from '../api-key/api-key.ts';
import type { ApiKeyEnums } from '../api-key/api-key-enums.ts';
import type { ApplicationTypes } from '../application/application.ts';
import type { ManagementBuilder, ManagementContext } from '../context.ts';
import { optionalObjectId } from '../object-id.ts';
import type { UsageEnums } from './usage-enums.ts';
import type { ReportParent, UsageReportRef } from './usage-report.ts';

export function addUsageQueries(
  builder: ManagementBuilder,
  UsageReport: UsageReportRef,
  ApiKey: ApiKeyRef,
  { Application }: ApplicationTypes,
  { ApiKeyType }: ApiKeyEnums,
  { RequestOutcome, UsageInterval, UsageDimension }: UsageEnums,
): void {
  const UsageFilter = builder.inputType('UsageFilter', {
    description: 'All that is given must hold.',
    entity: 'UsageGroup',
    use: 'FILTER',
    fields: (t) => ({
      since: t.field({ type: 'DateTime', required: true, looksAt: [] }),
      until: t.field({ type: 'DateTime', looksAt: [], description: 'Now, when it is left out.' }),
      applicationId: t.globalID({ sets: 'UsageGroup.application' }),
      apiKeyId: t.globalID({ sets: 'UsageGroup.apiKey' }),
      surface: t.field({ type: ApiKeyType }),
      operationName: t.string(),
      documentHash: t.string(),
      outcome: t.field({ type: RequestOutcome }),
      clientName: t.string(),
    }),
  });

  builder.queryField('usage', (t) =>
    t.field({
      type: UsageReport,
      nullable: false,
      description: 'What keys did: those of the applications that the caller may see.',
      args: {
        filter: t.arg({ type: UsageFilter, required: true, cost: { weight: 10 } }),
        interval: t.arg({ type: UsageInterval, required: true, looksAt: [] }),
        groupBy: t.arg({ type: [UsageDimension] }),
      },
      resolve: (_root, { filter, interval, groupBy }, context) => {
        const { since, until, applicationId, apiKeyId, ...labels } = filter;
        const own = {
          ...withoutNulls(labels),
          applicationId: optionalObjectId('Application', applicationId),
          apiKeyId: optionalObjectId('ApiKey', apiKeyId),
        };
        return report(context, own, { since, until, interval, groupBy });
      },
    }),
  );
  const range = builder.args((t) => ({
    since: t.field({ type: 'DateTime', required: true, looksAt: [] }),
    until: t.field({ type: 'DateTime', looksAt: [] }),
    interval: t.field({ type: UsageInterval, required: true, looksAt: [] }),
    groupBy: t.field({ type: [UsageDimension] }),
  }));
  builder.objectField(ApiKey, 'usage', (t) =>
    t.field({
      type: UsageReport,
      nullable: false,
      args: range,
      resolve: ({ id }, range, context) => report(context, { apiKeyId: id }, range),
    }),
  );
  builder.objectField(Application, 'usage', (t) =>
    t.field({
      type: UsageReport,
      nullable: false,
      args: range,
      resolve: ({ id }, range, context) => report(context, { applicationId: id }, range),
    }),
  );
}

interface Range {
  readonly since: number;
  readonly until?: number | null | undefined;
  readonly interval: UsageInterval;
  readonly groupBy?: readonly UsageDimension[] | null | undefined;
}

/** What this instance has counted up to now is in it. */
async function report(
  { administration, usage, apiKey }: ManagementContext,
  filter: Filter,
  { since, until, interval, groupBy }: Range,
): Promise<ReportParent> {
  const whole = wholeIntervals(interval, since, until ?? administration.clock.now() + 1);
  if (whole === undefined) {
    const message = `A report has at most ${mostIntervals} intervals. Ask for a shorter range or a longer interval.`;
    throw codedError('BAD_USER_INPUT', message, { argument: ['since'] });
  }
  await usage.flush();
  return { selection: { interval, ...whole, filter, visibility: visibilityOf(apiKey) }, groupBy: groupBy ?? [] };
}
