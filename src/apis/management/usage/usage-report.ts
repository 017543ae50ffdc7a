import { mostUsedFields } from '../../../usage/report/field-usage.ts';
import {
  pointsOfGroups,
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
import { addUsageField, addUsageGroup } from './usage-group.ts';
import { addUsageNumbers } from './usage-numbers.ts';

/** A report that was asked for: what is not selected is not computed. */
export interface ReportParent {
  readonly selection: UsageSelection;
  readonly groupBy: readonly UsageDimension[];
}

/** Groups of one report that can be read. */
const mostSkipped = 1_000_000;

export function addUsageReport(
  builder: ManagementBuilder,
  ApiKey: ApiKeyRef,
  application: ApplicationTypes,
  apiKeyEnums: ApiKeyEnums,
  enums: UsageEnums,
) {
  const numberTypes = addUsageNumbers(builder);
  const { UsageNumbers, UsagePoint } = numberTypes;
  const UsageField = addUsageField(builder);
  const UsageGroup = addUsageGroup(builder, ApiKey, application, apiKeyEnums, enums, numberTypes);
  return builder.objectRef<ReportParent>('UsageReport').implement({
    fields: (t) => ({
      interval: t.field({ type: enums.UsageInterval, nullable: false, resolve: ({ selection }) => selection.interval }),
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
        cost: { weight: 10 },
        resolve: ({ selection }, _args, { administration }) => usageTotal(administration.database, selection),
      }),
      points: t.field({
        type: [UsagePoint],
        nullable: false,
        description: 'Intervals with requests, in order of time.',
        cost: { weight: 10, ...listOf(200, mostIntervals) },
        args: { first: t.arg.int({ defaultValue: 200 }) },
        resolve: async ({ selection }, { first }, { administration }) => [
          ...(await usagePoints(administration.database, selection, firstOf(first, 200, mostIntervals))),
        ],
      }),
      groups: t.field({
        type: [UsageGroup],
        nullable: false,
        description: 'The groups with the most requests, the largest first; none when the report is not grouped.',
        cost: { weight: 10, ...listOf(20, 100) },
        args: {
          first: t.arg.int({ defaultValue: 20 }),
          skip: t.arg.int({ defaultValue: 0, looksAt: [], description: 'Leaves out so many, to read on.' }),
        },
        resolve: async ({ selection, groupBy }, { first, skip }, { administration: { database } }) => {
          const page = { first: firstOf(first, 20, 100), skip: firstOf(skip, 0, mostSkipped) };
          const groups = await usageGroups(database, selection, groupBy, page);
          const points = once((size) => pointsOfGroups(database, selection, groupBy, { groups: page, first: size }));
          return groups.map((group) => ({ ...group, points }));
        },
      }),
      fields: t.field({
        type: [UsageField],
        nullable: false,
        description:
          'The fields that were used or denied most, in whole days (UTC). A report of some operations, outcomes, clients or secrets has none: fields are counted by key.',
        cost: { weight: 10, ...listOf(20, 100) },
        args: { first: t.arg.int({ defaultValue: 20 }) },
        resolve: async ({ selection }, { first }, { administration: { database } }) => {
          const { since, until, visibility, filter } = selection;
          const { surface, apiKeyId, applicationId, ...narrower } = filter;
          if (Object.values(narrower).some((value) => value !== undefined)) return [];
          const range = { since, until, surface, apiKeyId, applicationId, visibility };
          return [...(await mostUsedFields(database, range, firstOf(first, 20, 100)))];
        },
      }),
    }),
  });
}

export type UsageReportRef = ReturnType<typeof addUsageReport>;

/** All groups of a report ask for the same: one statement answers them. */
function once<Value>(ask: (size: number) => Promise<Value>): (size: number) => Promise<Value> {
  const asked = new Map<number, Promise<Value>>();
  return (size) => {
    const known = asked.get(size);
    if (known !== undefined) return known;
    const answer = ask(size);
    asked.set(size, answer);
    return answer;
  };
}
