import { cancelApiKeyRotation } from '../../../administration/rotation/cancel-api-key-rotation.ts';
import { type RotatedApiKey, rotateApiKey } from '../../../administration/rotation/rotate-api-key.ts';
import { callerOf, type ManagementBuilder } from '../context.ts';
import { objectId } from '../object-id.ts';
import type { ApiKeyRef } from './api-key.ts';
import { addApiKeyPayload } from './api-key-payload.ts';

const defaultGraceMs = 86_400_000;

/** Giving a key another secret, and taking that back. */
export function addRotateApiKey(builder: ManagementBuilder, ApiKey: ApiKeyRef): void {
  const SecretActivation = builder.enumType('SecretActivation', {
    values: {
      IMMEDIATE: { description: 'The new secret takes over now.' },
      FIRST_USE: { description: 'It takes over when it is first used, or at the deadline.' },
    } as const,
  });
  const RotateApiKeyInput = builder.inputType('RotateApiKeyInput', {
    fields: (t) => ({
      id: t.globalID({ looksAt: [], required: true }),
      etag: t.string({ looksAt: [] }),
      gracePeriod: t.field({
        type: 'Duration',
        looksAt: [],
        description:
          'For how long the former secret works once the new one has taken over: PT0S to P7D; PT24H by default.',
      }),
      activation: t.field({ type: SecretActivation, looksAt: [], defaultValue: 'IMMEDIATE' }),
      deadline: t.field({
        type: 'Duration',
        looksAt: [],
        description: 'From now; of FIRST_USE only. At most P7D, which is the default.',
      }),
      idempotencyKey: t.string({ looksAt: [], description: 'As for createApiKey.' }),
      publicKey: t.string({
        looksAt: [],
        description:
          'RSA, 2048 bits or more, in PEM. The new text then comes as encryptedKey only, and whoever carries it cannot read it.',
      }),
    }),
  });
  const RotateApiKeyPayload = builder.objectRef<RotatedApiKey>('RotateApiKeyPayload').implement({
    fields: (t) => ({
      apiKey: t.field({ type: ApiKey, nullable: false, resolve: ({ apiKey }) => apiKey }),
      key: t.exposeString('key', {
        description:
          'The new text of the key, in this one answer; null when an earlier call with the idempotency key made it, or when it is encrypted.',
      }),
      encryptedKey: t.exposeString('encryptedKey', {
        description: 'The new text for the holder of the public key: a compact JWE, RSA-OAEP-256 and A256GCM.',
      }),
    }),
  });
  builder.mutationField('rotateApiKey', (t) =>
    t.field({
      privilege: { verbs: ['update'] },
      description: 'Gives a key another secret; all else of it stays. At most two secrets live.',
      type: RotateApiKeyPayload,
      nullable: false,
      args: { input: t.arg({ type: RotateApiKeyInput, required: true }) },
      resolve: (_root, { input }, context) =>
        rotateApiKey(context.administration, callerOf(context), {
          id: objectId('ApiKey', input.id),
          etag: input.etag ?? undefined,
          gracePeriodMs: input.gracePeriod ?? defaultGraceMs,
          activation: input.activation ?? 'IMMEDIATE',
          deadlineMs: input.deadline ?? undefined,
          idempotencyKey: input.idempotencyKey ?? undefined,
          publicKey: input.publicKey ?? undefined,
        }),
    }),
  );

  const CancelApiKeyRotationInput = builder.inputType('CancelApiKeyRotationInput', {
    fields: (t) => ({ id: t.globalID({ looksAt: [], required: true }), etag: t.string({ looksAt: [] }) }),
  });
  const CancelApiKeyRotationPayload = addApiKeyPayload(builder, 'CancelApiKeyRotationPayload', ApiKey);
  builder.mutationField('cancelApiKeyRotation', (t) =>
    t.field({
      privilege: { verbs: ['update'] },
      description: 'Takes back a new secret that is pending.',
      type: CancelApiKeyRotationPayload,
      nullable: false,
      args: { input: t.arg({ type: CancelApiKeyRotationInput, required: true }) },
      resolve: async (_root, { input }, context) => ({
        apiKey: await cancelApiKeyRotation(context.administration, callerOf(context), {
          id: objectId('ApiKey', input.id),
          etag: input.etag ?? undefined,
        }),
      }),
    }),
  );
}
