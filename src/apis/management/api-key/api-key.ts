import { mostRolesOfKey } from '../../../administration/api-keys/key-roles.ts';
import { etagOf } from '../../../administration/etag.ts';
import { effectiveRules } from '../../../keys/effective-rules.ts';
import { statusOf } from '../../../keys/status.ts';
import type { ApiKeyDetails } from '../../../keys/store/api-key-details.ts';
import { findApiKeys } from '../../../keys/store/find-api-keys.ts';
import { findRolesOfKeys } from '../../../keys/store/role-store.ts';
import { visibilityOf } from '../../../keys/store/visibility.ts';
import { redactToken } from '../../../keys/token/key-token.ts';
import type { JsonValue } from '../../shared/scalars/json.ts';
import type { ApplicationTypes } from '../application/application.ts';
import type { ManagementBuilder } from '../context.ts';
import { inOrder } from '../load-by-id.ts';
import type { RoleRef } from '../role/role.ts';
import type { ThrottleTypes } from '../throttle/throttle.ts';
import type { ApiKeyEnums } from './api-key-enums.ts';
import type { EnforcementTypes } from './enforcement.ts';

export function addApiKeyType(
  builder: ManagementBuilder,
  { ApiKeyType, ApiKeyEnvironment, ApiKeyStatus, ApplicationScope, OnDenied }: ApiKeyEnums,
  { Application }: ApplicationTypes,
  { Throttle }: ThrottleTypes,
  { Enforcement }: EnforcementTypes,
  Role: RoleRef,
) {
  const ApiKey = builder.loadableNodeRef('ApiKey', {
    id: { resolve: (key: ApiKeyDetails) => key.id },
    load: (ids: string[], { administration, apiKey }) =>
      inOrder(ids, (some) => findApiKeys(administration.database.queries, some, visibilityOf(apiKey))) as Promise<
        ApiKeyDetails[]
      >,
  });
  builder.objectType(ApiKey, {
    description: 'A key of an application. Its text is shown once, when it is created.',
    fields: (t) => ({
      publicId: t.exposeString('publicId', {
        nullable: false,
        description: 'The part of the key that is no secret: it stands in the key itself.',
      }),
      name: t.exposeString('name', { nullable: false }),
      note: t.exposeString('note'),
      externalId: t.exposeString('externalId', { description: 'Its id in another system.' }),
      metadata: t.field({ type: 'JSON', resolve: ({ metadata }) => metadata as JsonValue | undefined }),
      environment: t.expose('environment', { type: ApiKeyEnvironment, nullable: false }),
      type: t.expose('type', { type: ApiKeyType, nullable: false }),
      applicationScope: t.expose('applicationScope', { type: ApplicationScope, nullable: false }),
      application: t.field({ type: Application, nullable: false, resolve: ({ application }) => application.id }),
      status: t.field({
        type: ApiKeyStatus,
        nullable: false,
        resolve: (key, _args, { administration }) => statusOf(key, administration.clock.now()),
      }),
      redactedKey: t.string({
        nullable: false,
        description: 'The key without its secret, for display.',
        privilege: { reads: ['ApiKey.publicId', 'ApiKey.environment'] },
        resolve: (key, _args, { administration }) => redactToken({ ...key, prefix: administration.keyPrefix }),
      }),
      privileges: t.stringList({
        nullable: false,
        description: 'Its own rules, such as `read:City.name`.',
        resolve: ({ privileges }) => [...privileges],
      }),
      roles: t.loadableList({
        type: Role,
        nullable: false,
        description: 'Roles whose rules join its own.',
        cost: { listSize: { assumedSize: mostRolesOfKey } },
        load: (ids: string[], { administration }) => findRolesOfKeys(administration.database.queries, ids),
        resolve: ({ id }) => id,
      }),
      effectivePrivileges: t.stringList({
        nullable: false,
        privilege: { reads: ['ApiKey.privileges', 'Role.privileges'] },
        description:
          'The rules that decide: its own and those of its roles. None: nothing is allowed. A rule that begins with `!` wins over all others.',
        resolve: (key) => [...effectiveRules(key)],
      }),
      grantable: t.stringList({
        description: 'Rules that a management key may hand out on the protected API.',
        resolve: ({ grantable }) => grantable && [...grantable],
      }),
      onDenied: t.expose('onDenied', { type: OnDenied, nullable: false }),
      enforcement: t.field({
        type: Enforcement,
        description: 'Null: everything is enforced.',
        resolve: ({ enforcement }) => enforcement,
      }),
      plan: t.exposeString('plan', { description: 'Name of its plan; null for the default of its type.' }),
      throttle: t.field({
        type: Throttle,
        resolve: ({ throttle, id, application }) =>
          throttle && { ...throttle, owner: { bucketId: `key:${id}`, partition: application.id } },
      }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
      notBefore: t.expose('notBefore', { type: 'DateTime' }),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: false }),
      createdBy: t.field({
        type: ApiKey,
        description:
          'The key that made it or, once that is purged, the one that made that; when the caller may see it.',
        resolve: ({ createdBy }) => createdBy,
      }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      disabledAt: t.expose('disabledAt', { type: 'DateTime' }),
      revokedAt: t.expose('revokedAt', { type: 'DateTime' }),
      lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', description: 'At most a minute old.' }),
      lastUsedFrom: t.exposeString('lastUsedFrom', { description: 'Client address of that use.' }),
      etag: t.string({
        nullable: false,
        description: 'Names this state: a change that gives it is refused when the key has changed since.',
        resolve: etagOf,
      }),
    }),
  });
  return ApiKey;
}

export type ApiKeyRef = ReturnType<typeof addApiKeyType>;
