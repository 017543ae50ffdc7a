import type { ApiKeyFilter } from '../../../keys/store/list-api-keys.ts';
import type { GlobalId } from '../../shared/global-id.ts';
import type { OrderDirectionRef } from '../../shared/order-direction.ts';
import { withoutNulls } from '../../shared/without-nulls.ts';
import type { ManagementBuilder } from '../context.ts';
import { addNamedOrder } from '../named-list.ts';
import { optionalObjectId } from '../object-id.ts';
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
  return { ApiKeyFilter, ApiKeyOrder: addNamedOrder(builder, 'ApiKey', OrderDirection) };
}

export type ApiKeyFilterTypes = ReturnType<typeof addApiKeyFilter>;

type Given<Values> = { readonly [Name in keyof Values]?: Values[Name] | null | undefined };

type GivenFilter = Given<Omit<ApiKeyFilter, 'applicationId' | 'createdBy'>> & {
  readonly applicationId?: GlobalId | null | undefined;
  readonly createdBy?: GlobalId | null | undefined;
};

export function apiKeyFilterOf(given: GivenFilter | null | undefined): ApiKeyFilter {
  return {
    ...withoutNulls(given),
    applicationId: optionalObjectId('Application', given?.applicationId),
    createdBy: optionalObjectId('ApiKey', given?.createdBy),
  };
}
