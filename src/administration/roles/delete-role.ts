import { eq } from 'drizzle-orm';
import { role } from '../../db/schema/index.ts';
import { findRole, type RoleDetails } from '../../keys/store/role-store.ts';
import { changeBy } from '../change.ts';
import { requireEtag } from '../etag.ts';
import { notFound } from '../not-found.ts';
import { requireScopeAll } from '../rules/scope.ts';
import type { AdministrationServices, Caller } from '../services.ts';
import { givesMore, requireMintableKeys, touchKeysWithRole } from './role-reach.ts';

export interface DeleteRoleInput {
  readonly id: string;
  readonly etag?: string | undefined;
}

export interface DeletedRole {
  readonly role: RoleDetails;
  /** Keys that had it, and live without its rules from now on. */
  readonly affectedApiKeys: number;
}

/**
 * Takes a role from every key that has it, at once, and deletes it. It needs no ceiling, unless the role denies
 * something: then keys would become stronger, and the actor must be able to mint them as they will be.
 * @throws NOT_FOUND, ETAG_MISMATCH, PRIVILEGE_ESCALATION
 */
export async function deleteRole(
  services: AdministrationServices,
  caller: Caller,
  input: DeleteRoleInput,
): Promise<DeletedRole> {
  return changeBy(services, caller, async (change) => {
    const { within, actor } = change;
    requireScopeAll(actor, 'delete roles');
    const before = await findRole(within, input.id);
    if (!before) throw notFound('role');
    requireEtag(before, input.etag);
    if (givesMore(before.privileges, [])) {
      await requireMintableKeys(services, change, { ...before, privileges: [] }, []);
    }
    const affectedApiKeys = await touchKeysWithRole(change, before.id);
    await within.delete(role).where(eq(role.id, before.id));
    const { name, type, privileges, note = null } = before;
    change.record({
      action: 'role.deleted',
      targetType: 'Role',
      targetId: before.id,
      applicationId: undefined,
      before: { name, type, privileges, note },
      after: undefined,
    });
    return { role: before, affectedApiKeys };
  });
}
