import { updateApiKey } from '../../../administration/api-keys/update-api-key.ts';
import { callerOf, type ManagementBuilder } from '../context.ts';
import { objectId, objectIds } from '../object-id.ts';
import type { ApiKeyRef } from './api-key.ts';
import type { ApiKeyEnums } from './api-key-enums.ts';
import { addApiKeyPayload } from './api-key-payload.ts';
import { ownFields, type SettingTypes, treatmentFields, treatmentOf } from './setting-inputs.ts';

export function addUpdateApiKey(
  builder: ManagementBuilder,
  ApiKey: ApiKeyRef,
  { ApplicationScope }: ApiKeyEnums,
  settings: SettingTypes,
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
      roleIds: t.globalIDList({ sets: 'ApiKey.roles', description: 'Replaces all roles.' }),
      grantable: t.stringList({ description: 'Replaces all rules that a management key may hand out.' }),
      applicationScope: t.field({ type: ApplicationScope }),
      ...treatmentFields(t, settings),
      expiresAt: t.field({ type: 'DateTime', description: 'Null: never, where the server allows that.' }),
      ...ownFields(t),
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
          roleIds: objectIds('Role', input.roleIds),
          etag: input.etag ?? undefined,
          ...treatmentOf(input),
        }),
      }),
    }),
  );
}
