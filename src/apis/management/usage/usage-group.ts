import type { FieldTotal } from '../../../usage/report/field-usage.ts';
import type { UsageGroup as Group, pointsOfGroups } from '../../../usage/report/usage-report.ts';
import { mostIntervals } from '../../../usage/report/usage-selection.ts';
import type { ApiKeyRef } from '../api-key/api-key.ts';
import type { ApiKeyEnums } from '../api-key/api-key-enums.ts';
import type { ApplicationTypes } from '../application/application.ts';
import type { ManagementBuilder } from '../context.ts';
import { firstOf, listOf } from './plain-list.ts';
import type { UsageEnums } from './usage-enums.ts';
import type { UsageNumberTypes } from './usage-numbers.ts';

/** `points` answers the series of all groups of its page. */
export type GroupParent = Group & { readonly points: (first: number) => ReturnType<typeof pointsOfGroups> };

export function addUsageGroup(
  builder: ManagementBuilder,
  ApiKey: ApiKeyRef,
  { Application }: ApplicationTypes,
  { ApiKeyType }: ApiKeyEnums,
  { RequestOutcome }: UsageEnums,
  { UsageNumbers, UsagePoint }: UsageNumberTypes,
) {
  return builder.objectRef<GroupParent>('UsageGroup').implement({
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
      points: t.field({
        type: [UsagePoint],
        nullable: false,
        description: 'Intervals in which the group has requests, in order of time.',
        cost: { weight: 0, ...listOf(100, mostIntervals) },
        args: { first: t.arg.int({ defaultValue: 100 }) },
        resolve: async ({ key, points }, { first }) => [
          ...((await points(firstOf(first, 100, mostIntervals))).get(key) ?? []),
        ],
      }),
    }),
  });
}

export function addUsageField(builder: ManagementBuilder) {
  return builder.objectRef<FieldTotal>('UsageField').implement({
    cost: { weight: 0 },
    description: 'A privilege on a field, as far as it was used or denied.',
    fields: (t) => ({
      coordinate: t.exposeString('coordinate', { nullable: false }),
      rule: t.string({
        nullable: false,
        description: '`read:City.population`',
        resolve: ({ verb, coordinate }) => `${verb}:${coordinate}`,
      }),
      uses: t.float({
        nullable: false,
        description: 'Operations that were admitted with it.',
        resolve: ({ uses }) => uses,
      }),
      denials: t.float({ nullable: false, resolve: ({ denials }) => denials }),
      lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime' }),
    }),
  });
}
