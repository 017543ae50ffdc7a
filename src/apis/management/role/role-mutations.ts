import { createRole } from '../../../administration/roles/create-role.ts';
import { type DeletedRole, deleteRole } from '../../../administration/roles/delete-role.ts';
import { updateRole } from '../../../administration/roles/update-role.ts';
import type { RoleDetails } from '../../../keys/store/role-store.ts';
import { encodeGlobalId } from '../../shared/global-id.ts';
import type { ApiKeyEnums } from '../api-key/api-key-enums.ts';
import { callerOf, type ManagementBuilder } from '../context.ts';
import { objectId } from '../object-id.ts';
import type { RoleRef } from './role.ts';

export function addRoleMutations(builder: ManagementBuilder, Role: RoleRef, { ApiKeyType }: ApiKeyEnums): void {
  const payload = (name: string) =>
    builder.objectRef<{ readonly role: RoleDetails }>(name).implement({
      fields: (t) => ({ role: t.field({ type: Role, nullable: false, resolve: ({ role }) => role }) }),
    });
  const CreateRolePayload = payload('CreateRolePayload');
  const UpdateRolePayload = payload('UpdateRolePayload');
  const DeleteRolePayload = builder.objectRef<DeletedRole>('DeleteRolePayload').implement({
    fields: (t) => ({
      deletedRoleId: t.id({ nullable: false, resolve: ({ role }) => encodeGlobalId('Role', role.id) }),
      affectedApiKeys: t.exposeInt('affectedApiKeys', { nullable: false, description: 'Keys that had the role.' }),
    }),
  });
  const CreateRoleInput = builder.inputType('CreateRoleInput', {
    entity: 'Role',
    fields: (t) => ({
      name: t.string({ required: true, description: 'No two roles have the same.' }),
      type: t.field({ type: ApiKeyType, defaultValue: 'API', description: 'Of the keys that can have it; for good.' }),
      privileges: t.stringList({ required: true, description: 'Rules, as of a key.' }),
      note: t.string(),
      idempotencyKey: t.string({
        looksAt: [],
        description: 'The same key with the same input within 24 hours answers what the first call made.',
      }),
    }),
  });
  const UpdateRoleInput = builder.inputType('UpdateRoleInput', {
    description: 'What is left out stays as it is; null clears.',
    entity: 'Role',
    fields: (t) => ({
      id: t.globalID({ looksAt: [], required: true }),
      etag: t.string({ looksAt: [], description: 'Refused when the role has changed since.' }),
      name: t.string(),
      privileges: t.stringList({ description: 'Replaces all rules.' }),
      addPrivileges: t.stringList({ sets: 'Role.privileges' }),
      removePrivileges: t.stringList({ sets: 'Role.privileges' }),
      note: t.string(),
    }),
  });
  const DeleteRoleInput = builder.inputType('DeleteRoleInput', {
    fields: (t) => ({ id: t.globalID({ looksAt: [], required: true }), etag: t.string({ looksAt: [] }) }),
  });

  builder.mutationFields((t) => ({
    createRole: t.field({
      privilege: { verbs: ['write'] },
      description:
        'Creates a role. Needs a key with applicationScope ALL, and rules within what that key can give a key.',
      type: CreateRolePayload,
      nullable: false,
      args: { input: t.arg({ type: CreateRoleInput, required: true }) },
      resolve: async (_root, { input }, context) => ({
        role: await createRole(context.administration, callerOf(context), {
          ...input,
          type: input.type ?? 'API',
          idempotencyKey: input.idempotencyKey ?? undefined,
        }),
      }),
    }),
    updateRole: t.field({
      privilege: { verbs: ['update'] },
      description: 'Changes a role; every key that has it obeys at once. Needs a key with applicationScope ALL.',
      type: UpdateRolePayload,
      nullable: false,
      args: { input: t.arg({ type: UpdateRoleInput, required: true }) },
      resolve: async (_root, { input }, context) => ({
        role: await updateRole(context.administration, callerOf(context), {
          ...input,
          id: objectId('Role', input.id),
          etag: input.etag ?? undefined,
        }),
      }),
    }),
    deleteRole: t.field({
      privilege: { verbs: ['update'], deletes: 'Role' },
      description: 'Takes a role from every key that has it, and deletes it. Needs a key with applicationScope ALL.',
      type: DeleteRolePayload,
      nullable: false,
      args: { input: t.arg({ type: DeleteRoleInput, required: true }) },
      resolve: (_root, { input }, context) =>
        deleteRole(context.administration, callerOf(context), {
          id: objectId('Role', input.id),
          etag: input.etag ?? undefined,
        }),
    }),
  }));
}
