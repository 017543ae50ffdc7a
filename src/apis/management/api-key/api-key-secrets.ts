import { findSecrets, mostSecrets, type SecretDetails } from '../../../keys/store/secret-store.ts';
import { encodeGlobalId } from '../../shared/global-id.ts';
import type { ManagementBuilder } from '../context.ts';
import type { ApiKeyRef } from './api-key.ts';

/** Adds `ApiKey.secrets`: what proves a key, without what proves it. */
export function addApiKeySecrets(builder: ManagementBuilder, ApiKey: ApiKeyRef): void {
  const ApiKeySecretStatus = builder.enumType('ApiKeySecretStatus', {
    values: {
      PENDING: { description: 'Takes over when it is first used, or at its deadline.' },
      ACTIVE: {},
      RETIRING: { description: 'Works until its grace is over.' },
      EXPIRED: {},
      REVOKED: {},
    } as const,
  });
  const ApiKeySecret = builder.objectRef<SecretDetails>('ApiKeySecret').implement({
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => encodeGlobalId('ApiKeySecret', id) }),
      redacted: t.exposeString('redacted', {
        nullable: false,
        privilege: { reads: ['ApiKey.publicId', 'ApiKey.environment'] },
      }),
      status: t.expose('status', { type: ApiKeySecretStatus, nullable: false }),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: false }),
      activatedAt: t.expose('activatedAt', {
        type: 'DateTime',
        description: 'Since when it is the key’s own; of a pending one, when it becomes that at the latest.',
      }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        description: 'When it ends, or ended; null: with the key.',
      }),
      lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime' }),
      exposedAt: t.field({
        type: 'DateTime',
        description: 'When it was first reported to stand in the open.',
        resolve: ({ exposedAt }) => exposedAt,
      }),
    }),
  });
  builder.objectField(ApiKey, 'secrets', (t) =>
    t.loadableGroup({
      type: ApiKeySecret,
      nullable: false,
      description: 'At most two that live, then the last that have ended.',
      cost: { listSize: { assumedSize: mostSecrets } },
      load: async (ids: string[], { administration: { database, clock } }) => [
        ...(await findSecrets(database.queries, ids, clock.now())),
      ],
      group: ({ apiKeyId }) => apiKeyId,
      resolve: ({ id }) => id,
    }),
  );
}
