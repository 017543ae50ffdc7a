import type { ChangeReceipt } from '../../../administration/change.ts';
import { type RevokedApiKey, revokeApiKey } from '../../../administration/lifecycle/revoke-api-key.ts';
import { callerOf, type ManagementBuilder } from '../context.ts';
import { objectId } from '../object-id.ts';
import type { ApiKeyRef } from './api-key.ts';

/** Answers what becomes of descendants, which ending a key in another way asks too. */
export function addRevokeApiKey(builder: ManagementBuilder, ApiKey: ApiKeyRef) {
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
  const RevocationReceipt = builder.objectRef<ChangeReceipt>('RevocationReceipt').implement({
    description: 'After `effectiveAt` no request with the key passes, and no mutation of it starts, on any instance.',
    fields: (t) => ({
      effectiveAt: t.expose('effectiveAt', { type: 'DateTime', nullable: false }),
      instancesAcknowledged: t.exposeInt('instancesAcknowledged', {
        nullable: false,
        description: 'Instances that have said that they know of it; the others may use nothing that they remember.',
      }),
      instancesTotal: t.exposeInt('instancesTotal', {
        nullable: false,
        description: 'Instances that could answer from memory when the key was revoked.',
      }),
    }),
  });
  const RevokeApiKeyPayload = builder.objectRef<RevokedApiKey>('RevokeApiKeyPayload').implement({
    fields: (t) => ({
      apiKey: t.field({ type: ApiKey, nullable: false, resolve: ({ apiKey }) => apiKey }),
      livingDescendants: t.exposeInt('livingDescendants', {
        nullable: false,
        description: 'Keys that came from this one and still live.',
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
