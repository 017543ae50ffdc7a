import { updateApiKey } from '../../../administration/update-api-key.ts';
import { callerOf, type ManagementBuilder } from '../context.ts';
import { objectId } from '../object-id.ts';
import { type ThrottleTypes, throttleOf } from '../throttle/throttle.ts';
import type { ApiKeyRef } from './api-key.ts';
import type { ApiKeyEnums } from './api-key-enums.ts';
import { addApiKeyPayload } from './api-key-payload.ts';

export function addUpdateApiKey(
  builder: ManagementBuilder,
  ApiKey: ApiKeyRef,
  { ApplicationScope }: ApiKeyEnums,
  { ThrottleInput }: ThrottleTypes,
): void {
  const UpdateApiKeyInput = builder.inputType('UpdateApiKeyInput', {
    description: 'What is left out stays as it is; null clears.',
    entity: 'ApiKey',
    fields: (t) => ({
      id: t.globalID({ looksAt: [], required: true }),
      etag: t.string({ looksAt: [], description: 'Refused when the key has changed since.' }),
      name: t.string(),
      privileges: t.stringList({ description: 'Replaces all rules.' }),
      addPrivileges: t.stringList({ sets: 'ApiKey.privileges' }),
      removePrivileges: t.stringList({ sets: 'ApiKey.privileges' }),
      grantable: t.stringList({ description: 'Replaces all rules that a management key may hand out.' }),
      applicationScope: t.field({ type: ApplicationScope }),
      plan: t.string(),
      throttle: t.field({ type: ThrottleInput }),
      expiresAt: t.field({ type: 'DateTime', description: 'Null: never, where the server allows that.' }),
      notBefore: t.field({ type: 'DateTime' }),
      note: t.string(),
      externalId: t.string(),
      metadata: t.field({ type: 'JSON' }),
    }),
  });
  const UpdateApiKeyPayload = addApiKeyPayload(builder, 'UpdateApiKeyPayload', ApiKey);
  builder.mutationField('updateApiKey', (t) =>
    t.field({
      privilege: { verbs: ['update'] },
      description: 'Changes a key; requests that come after the answer meet the new state.',
      type: UpdateApiKeyPayload,
      nullable: false,
      args: { input: t.arg({ type: UpdateApiKeyInput, required: true }) },
      resolve: async (_root, { input }, context) => ({
        apiKey: await updateApiKey(context.administration, callerOf(context), {
          ...input,
          id: objectId('ApiKey', input.id),
          etag: input.etag ?? undefined,
          throttle: throttleOf(input.throttle),
        }),
      }),
    }),
  );
}
