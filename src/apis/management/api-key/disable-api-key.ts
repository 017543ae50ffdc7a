import { type DisabledApiKey, disableApiKey } from '../../../administration/lifecycle/disable-api-key.ts';
import { callerOf, type ManagementBuilder } from '../context.ts';
import { objectId } from '../object-id.ts';
import type { ApiKeyRef } from './api-key.ts';
import type { ReceiptRef } from './revocation-receipt.ts';

export function addDisableApiKey(builder: ManagementBuilder, ApiKey: ApiKeyRef, RevocationReceipt: ReceiptRef): void {
  const DisableApiKeyInput = builder.inputType('DisableApiKeyInput', {
    fields: (t) => ({
      id: t.globalID({ looksAt: [], required: true }),
      etag: t.string({ looksAt: [] }),
      reason: t.string({ description: 'For the audit log.' }),
    }),
  });
  const DisableApiKeyPayload = builder.objectRef<DisabledApiKey>('DisableApiKeyPayload').implement({
    fields: (t) => ({
      apiKey: t.field({ type: ApiKey, nullable: false, resolve: ({ apiKey }) => apiKey }),
      receipt: t.field({ type: RevocationReceipt, nullable: false, resolve: ({ receipt }) => receipt }),
    }),
  });
  builder.mutationField('disableApiKey', (t) =>
    t.field({
      privilege: { verbs: ['update'] },
      description: 'Stops a key until it is enabled again.',
      type: DisableApiKeyPayload,
      nullable: false,
      args: { input: t.arg({ type: DisableApiKeyInput, required: true }) },
      resolve: (_root, { input }, context) =>
        disableApiKey(context.administration, callerOf(context), {
          id: objectId('ApiKey', input.id),
          etag: input.etag ?? undefined,
          reason: input.reason ?? undefined,
        }),
    }),
  );
}
