import type { ApiKeyFilter } from '../../../keys/store/list-api-keys.ts';
import type { GlobalId } from '../../shared/global-id.ts';
import type { ManagementBuilder } from '../context.ts';
import { optionalObjectId } from '../object-id.ts';
import type { OrderDirectionRef } from '../order.ts';
import type { ApiKeyEnums } from './api-key-enums.ts';

export function addApiKeyFilter(
  builder: ManagementBuilder,
  { ApiKeyType, ApiKeyEnvironment, ApiKeyStatus }: ApiKeyEnums,
  OrderDirection: OrderDirectionRef,
) {
  const ApiKeyFilter = builder.inputType('ApiKeyFilter', {
    description: 'All that is given must hold.',
    entity: 'ApiKey',
    use: 'FILTER',
    fields: (t) => ({
      applicationId: t.globalID({ sets: 'ApiKey.application' }),
      name: t.string(),
      externalId: t.string(),
      type: t.field({ type: ApiKeyType }),
      environment: t.field({ type: ApiKeyEnvironment }),
      status: t.field({ type: ApiKeyStatus, description: 'Deleted keys are listed only when asked for.' }),
      createdBy: t.globalID({ description: 'Keys that this key made.' }),
      expiresBefore: t.field({
        sets: 'ApiKey.expiresAt',
        type: 'DateTime',
        description: 'Keys that expire at this moment or before it, also those that have.',
      }),
    }),
  });
  const ApiKeyOrderField = builder.enumType('ApiKeyOrderField', {
    values: {
      ID: { looksAt: ['ApiKey.id'], description: 'The order in which they were created.' },
      NAME: { looksAt: ['ApiKey.name'] },
      CREATED_AT: { looksAt: ['ApiKey.createdAt'] },
    } as const,
  });
  const ApiKeyOrder = builder.inputType('ApiKeyOrder', {
    use: 'OPERATOR',
    fields: (t) => ({
      field: t.field({ type: ApiKeyOrderField, required: true }),
      direction: t.field({ type: OrderDirection, required: true, defaultValue: 'ASC' }),
    }),
  });
  return { ApiKeyFilter, ApiKeyOrder };
}

export type ApiKeyFilterTypes = ReturnType<typeof addApiKeyFilter>;

type Given<Values> = { readonly [Name in keyof Values]?: Values[Name] | null | undefined };

type GivenFilter = Given<Omit<ApiKeyFilter, 'applicationId' | 'createdBy'>> & {
  readonly applicationId?: GlobalId | null | undefined;
  readonly createdBy?: GlobalId | null | undefined;
};

/** Null is as good as absent: it filters nothing. */
export function apiKeyFilterOf(given: GivenFilter | null | undefined): ApiKeyFilter {
  if (!given) return {};
  return {
    applicationId: optionalObjectId('Application', given.applicationId),
    name: given.name ?? undefined,
    externalId: given.externalId ?? undefined,
    type: given.type ?? undefined,
    environment: given.environment ?? undefined,
    status: given.status ?? undefined,
    createdBy: optionalObjectId('ApiKey', given.createdBy),
    expiresBefore: given.expiresBefore ?? undefined,
  };
}
