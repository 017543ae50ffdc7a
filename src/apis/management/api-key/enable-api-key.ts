import { enableApiKey } from '../../../administration/lifecycle/enable-api-key.ts';
import { callerOf, type ManagementBuilder } from '../context.ts';
import { objectId } from '../object-id.ts';
import type { ApiKeyRef } from './api-key.ts';
import { addApiKeyPayload } from './api-key-payload.ts';

export function addEnableApiKey(builder: ManagementBuilder, ApiKey: ApiKeyRef): void {
  const EnableApiKeyInput = builder.inputType('EnableApiKeyInput', {
    fields: (t) => ({
      id: t.globalID({ looksAt: [], required: true }),
      etag: t.string({ looksAt: [] }),
      keepExposedSecret: t.boolean({
        defaultValue: false,
        description:
          'A secret that was reported as leaked may work again. Without it that is SECRET_EXPOSED: rotate first.',
      }),
    }),
  });
  const EnableApiKeyPayload = addApiKeyPayload(builder, 'EnableApiKeyPayload', ApiKey);
  builder.mutationField('enableApiKey', (t) =>
    t.field({
      privilege: { verbs: ['update'] },
      description: 'Lets a disabled key work again, when the calling key could create it as it is.',
      type: EnableApiKeyPayload,
      nullable: false,
      args: { input: t.arg({ type: EnableApiKeyInput, required: true }) },
      resolve: async (_root, { input }, context) => ({
        apiKey: await enableApiKey(context.administration, callerOf(context), {
          id: objectId('ApiKey', input.id),
          etag: input.etag ?? undefined,
          keepExposedSecret: input.keepExposedSecret ?? false,
        }),
      }),
    }),
  );
}
