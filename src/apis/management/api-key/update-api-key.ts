import { updateApiKey } from '../../../administration/update-api-key.ts';
import { callerOf, type ManagementBuilder } from '../context.ts';
import { objectId, objectIds } from '../object-id.ts';
import { type RestrictionsInputRef, restrictionsOf } from '../restrictions/restriction-inputs.ts';
import { type ThrottleTypes, throttleOf } from '../throttle/throttle.ts';
import type { ApiKeyRef } from './api-key.ts';
import type { ApiKeyEnums } from './api-key-enums.ts';
import { addApiKeyPayload } from './api-key-payload.ts';
import { type EnforcementTypes, enforcementOf } from './enforcement.ts';

export function addUpdateApiKey(
  builder: ManagementBuilder,
  ApiKey: ApiKeyRef,
  { ApplicationScope, OnDenied }: ApiKeyEnums,
  { ThrottleInput }: ThrottleTypes,
  { EnforcementInput }: EnforcementTypes,
  RestrictionsInput: RestrictionsInputRef,
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
      onDenied: t.field({ type: OnDenied, description: 'REJECT by default.' }),
      enforcement: t.field({ type: EnforcementInput, description: 'Of API keys; needs the grantable rule *.' }),
      plan: t.string(),
      throttle: t.field({ type: ThrottleInput }),
      restrictions: t.field({ type: RestrictionsInput }),
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
          roleIds: objectIds('Role', input.roleIds),
          etag: input.etag ?? undefined,
          enforcement: enforcementOf(input.enforcement),
          throttle: throttleOf(input.throttle),
          restrictions: restrictionsOf(input.restrictions),
        }),
      }),
    }),
  );
}
