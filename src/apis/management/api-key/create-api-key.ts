import { type CreatedApiKey, createApiKey } from '../../../administration/api-keys/create-api-key.ts';
import { callerOf, type ManagementBuilder } from '../context.ts';
import { objectId, objectIds } from '../object-id.ts';
import type { ApiKeyRef } from './api-key.ts';
import type { ApiKeyEnums } from './api-key-enums.ts';
import { ownFields, type SettingTypes, treatmentFields, treatmentOf } from './setting-inputs.ts';

export function addCreateApiKey(
  builder: ManagementBuilder,
  ApiKey: ApiKeyRef,
  { ApiKeyType, ApiKeyEnvironment, ApplicationScope }: ApiKeyEnums,
  settings: SettingTypes,
): void {
  const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
    entity: 'ApiKey',
    fields: (t) => ({
      applicationId: t.globalID({ sets: 'ApiKey.application', required: true }),
      name: t.string({ required: true }),
      type: t.field({ type: ApiKeyType, defaultValue: 'API' }),
      environment: t.field({ type: ApiKeyEnvironment, defaultValue: 'LIVE' }),
      privileges: t.stringList({
        required: true,
        description: 'Rules such as `read:City.name`, `write:*`, `!read:City.population`. None: nothing is allowed.',
      }),
      roleIds: t.globalIDList({ sets: 'ApiKey.roles', description: 'Roles of its type; their rules join its own.' }),
      grantable: t.stringList({ description: 'What a management key may hand out on the protected API.' }),
      applicationScope: t.field({ type: ApplicationScope, description: 'Of management keys; OWN by default.' }),
      ...treatmentFields(t, settings),
      expiresAt: t.field({
        type: 'DateTime',
        description: 'Left out: the default validity. Null: never, where the server allows that.',
      }),
      ...ownFields(t),
      idempotencyKey: t.string({
        looksAt: [],
        description:
          'The same key with the same input within 24 hours answers what the first call made, without its text.',
      }),
    }),
  });
  const CreateApiKeyPayload = builder.objectRef<CreatedApiKey>('CreateApiKeyPayload').implement({
    fields: (t) => ({
      apiKey: t.field({ type: ApiKey, nullable: false, resolve: ({ apiKey }) => apiKey }),
      key: t.exposeString('key', {
        description:
          'The text of the key, in this one answer; null when an earlier call with the idempotency key made it.',
      }),
    }),
  });
  builder.mutationField('createApiKey', (t) =>
    t.field({
      privilege: { verbs: ['write'] },
      rateLimit: { max: 600, window: '1m' },
      description: 'Creates a key. What it may do must be within what the calling key can grant.',
      type: CreateApiKeyPayload,
      nullable: false,
      args: { input: t.arg({ type: CreateApiKeyInput, required: true }) },
      resolve: (_root, { input }, context) =>
        createApiKey(context.administration, callerOf(context), {
          ...input,
          applicationId: objectId('Application', input.applicationId),
          roleIds: objectIds('Role', input.roleIds),
          type: input.type ?? 'API',
          environment: input.environment ?? 'LIVE',
          ...treatmentOf(input),
          idempotencyKey: input.idempotencyKey ?? undefined,
        }),
    }),
  );
}
