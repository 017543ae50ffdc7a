import { type DeletedApiKey, deleteApiKey } from '../../../administration/lifecycle/delete-api-key.ts';
import { type UndeletedApiKey, undeleteApiKey } from '../../../administration/lifecycle/undelete-api-key.ts';
import { callerOf, type ManagementBuilder } from '../context.ts';
import { objectId } from '../object-id.ts';
import type { ApiKeyRef } from './api-key.ts';
import type { ReceiptRef } from './revocation-receipt.ts';
import type { DescendantsRef } from './revoke-api-key.ts';

/** Deleting a key, and bringing it back. */
export function addDeleteApiKey(
  builder: ManagementBuilder,
  ApiKey: ApiKeyRef,
  Descendants: DescendantsRef,
  RevocationReceipt: ReceiptRef,
): void {
  const DeleteApiKeyInput = builder.inputType('DeleteApiKeyInput', {
    fields: (t) => ({
      id: t.globalID({ looksAt: [], required: true }),
      etag: t.string({ looksAt: [] }),
      reason: t.string({ description: 'For the audit log.' }),
      descendants: t.field({ looksAt: [], type: Descendants, defaultValue: 'KEEP' }),
    }),
  });
  const DeleteApiKeyPayload = builder.objectRef<DeletedApiKey>('DeleteApiKeyPayload').implement({
    fields: (t) => ({
      apiKey: t.field({ type: ApiKey, nullable: false, resolve: ({ apiKey }) => apiKey }),
      livingDescendants: t.exposeInt('livingDescendants', {
        nullable: false,
        description: 'Keys that came from this one and still live.',
        privilege: { reads: ['ApiKey.createdBy', 'ApiKey.status'] },
      }),
      receipt: t.field({ type: RevocationReceipt, nullable: false, resolve: ({ receipt }) => receipt }),
    }),
  });
  builder.mutationField('deleteApiKey', (t) =>
    t.field({
      privilege: { verbs: ['update'] },
      description: 'Ends a key and takes it out of the lists; it can be brought back for 30 days.',
      type: DeleteApiKeyPayload,
      nullable: false,
      args: { input: t.arg({ type: DeleteApiKeyInput, required: true }) },
      resolve: (_root, { input }, context) =>
        deleteApiKey(context.administration, callerOf(context), {
          id: objectId('ApiKey', input.id),
          etag: input.etag ?? undefined,
          reason: input.reason ?? undefined,
          descendants: input.descendants ?? 'KEEP',
        }),
    }),
  );

  const UndeleteApiKeyInput = builder.inputType('UndeleteApiKeyInput', {
    fields: (t) => ({
      id: t.globalID({ looksAt: [], required: true }),
      etag: t.string({ looksAt: [] }),
      keepSecret: t.boolean({
        defaultValue: false,
        description:
          'Its former text works again once the key is enabled, unless it was reported as leaked; otherwise it gets a new one.',
      }),
      idempotencyKey: t.string({ looksAt: [], description: 'As for createApiKey.' }),
    }),
  });
  const UndeleteApiKeyPayload = builder.objectRef<UndeletedApiKey>('UndeleteApiKeyPayload').implement({
    fields: (t) => ({
      apiKey: t.field({ type: ApiKey, nullable: false, resolve: ({ apiKey }) => apiKey }),
      key: t.exposeString('key', {
        description: 'The new text of the key, in this one answer; null when it keeps its secret.',
      }),
    }),
  });
  builder.mutationField('undeleteApiKey', (t) =>
    t.field({
      privilege: { verbs: ['update'] },
      description: 'Brings a deleted key back, disabled, when the calling key could create it as it is.',
      type: UndeleteApiKeyPayload,
      nullable: false,
      args: { input: t.arg({ type: UndeleteApiKeyInput, required: true }) },
      resolve: (_root, { input }, context) =>
        undeleteApiKey(context.administration, callerOf(context), {
          id: objectId('ApiKey', input.id),
          etag: input.etag ?? undefined,
          keepSecret: input.keepSecret ?? false,
          idempotencyKey: input.idempotencyKey ?? undefined,
        }),
    }),
  );

  builder.objectFields(ApiKey, (t) => ({
    deletedAt: t.expose('deletedAt', { type: 'DateTime' }),
    purgeAt: t.expose('purgeAt', { type: 'DateTime', description: 'When the record of a deleted key goes for good.' }),
  }));
}
