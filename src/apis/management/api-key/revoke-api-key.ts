import { type RevokedApiKey, revokeApiKey } from '../../../administration/lifecycle/revoke-api-key.ts';
import { callerOf, type ManagementBuilder } from '../context.ts';
import { objectId } from '../object-id.ts';
import type { ApiKeyRef } from './api-key.ts';
import type { ReceiptRef } from './revocation-receipt.ts';

/** Answers what becomes of descendants, which ending a key in another way asks too. */
export function addRevokeApiKey(builder: ManagementBuilder, ApiKey: ApiKeyRef, RevocationReceipt: ReceiptRef) {
  const Descendants = builder.enumType('ApiKeyDescendants', {
    description: 'What becomes of the keys that a key made, and of those that they made.',
    values: ['KEEP', 'REVOKE'] as const,
  });
  const RevokeApiKeyInput = builder.inputType('RevokeApiKeyInput', {
    fields: (t) => ({
      id: t.globalID({ looksAt: [], required: true }),
      etag: t.string({ looksAt: [] }),
      reason: t.string({ description: 'For the audit log.' }),
      descendants: t.field({ looksAt: [], type: Descendants, defaultValue: 'KEEP' }),
    }),
  });
  const RevokeApiKeyPayload = builder.objectRef<RevokedApiKey>('RevokeApiKeyPayload').implement({
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
  builder.mutationField('revokeApiKey', (t) =>
    t.field({
      privilege: { verbs: ['update'] },
      description: 'Ends a key for good.',
      type: RevokeApiKeyPayload,
      nullable: false,
      args: { input: t.arg({ type: RevokeApiKeyInput, required: true }) },
      resolve: (_root, { input }, context) =>
        revokeApiKey(context.administration, callerOf(context), {
          id: objectId('ApiKey', input.id),
          etag: input.etag ?? undefined,
          reason: input.reason ?? undefined,
          descendants: input.descendants ?? 'KEEP',
        }),
    }),
  );
  return Descendants;
}

export type DescendantsRef = ReturnType<typeof addRevokeApiKey>;
