import { etagOf } from '../../../administration/etag.ts';
import { findRoles, type RoleDetails } from '../../../keys/store/role-store.ts';
import type { ApiKeyEnums } from '../api-key/api-key-enums.ts';
import type { ManagementBuilder } from '../context.ts';
import { inOrder } from '../load-by-id.ts';

export function addRoleType(builder: ManagementBuilder, { ApiKeyType }: ApiKeyEnums) {
  const Role = builder.loadableNodeRef('Role', {
    id: { resolve: (role: RoleDetails) => role.id },
    load: (ids: string[], { administration }) =>
      inOrder(ids, (some) => findRoles(administration.database.queries, some)) as Promise<RoleDetails[]>,
  });
  builder.objectType(Role, {
    description: 'A named set of privileges. It belongs to no application; a change to it reaches every key at once.',
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false, description: 'No two roles have the same.' }),
      type: t.expose('type', { type: ApiKeyType, nullable: false, description: 'Of the keys that can have it.' }),
      privileges: t.stringList({
        nullable: false,
        description: 'Its rules; they join the own rules of a key, and those of its other roles.',
        resolve: ({ privileges }) => [...privileges],
      }),
      note: t.exposeString('note'),
      createdAt: t.expose('createdAt', { type: 'DateTime', nullable: false }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      etag: t.string({
        nullable: false,
        description: 'Names this state: a change that gives it is refused when the role has changed since.',
        resolve: etagOf,
      }),
    }),
  });
  return Role;
}

export type RoleRef = ReturnType<typeof addRoleType>;
