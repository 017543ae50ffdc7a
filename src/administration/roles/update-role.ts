import { eq, sql } from 'drizzle-orm';
import { role } from '../../db/schema/index.ts';
import { findRole, type RoleDetails } from '../../keys/store/role-store.ts';
import { auditDifference } from '../audit-difference.ts';
import { changeBy } from '../change.ts';
import { requireEtag } from '../etag.ts';
import { notFound } from '../not-found.ts';
import { onlyGiven } from '../only-given.ts';
import { givenPrivileges, type PrivilegeChanges, saidPrivileges } from '../rules/given-rules.ts';
import { requireScopeAll } from '../rules/scope.ts';
import { badInput, optionalText, textLimits } from '../rules/text.ts';
import type { AdministrationServices, Caller } from '../services.ts';
import { requireFreeName } from './create-role.ts';
import { givesMore, requireMintableKeys, requireMintableRole, touchKeysWithRole } from './role-reach.ts';

/** Absent (or `undefined`) keeps what is there, null clears it. */
export interface UpdateRoleInput extends PrivilegeChanges {
  readonly id: string;
  readonly etag?: string | undefined;
  readonly name?: string | null | undefined;
  readonly note?: string | null | undefined;
}

/**
 * Changes a role; requests that come after the answer meet every key that has it with the new rules. The actor must be
 * able to mint the role, and, where it gives more than before, each of those keys.
 * @throws BAD_USER_INPUT, PRIVILEGE_INVALID, NOT_FOUND, ETAG_MISMATCH, PRIVILEGE_ESCALATION
 */
export async function updateRole(
  services: AdministrationServices,
  caller: Caller,
  input: UpdateRoleInput,
): Promise<RoleDetails> {
  if (input.name === null) throw badInput('name', 'cannot be cleared');
  const name = optionalText('name', input.name, textLimits.name);
  const note = optionalText('note', input.note, textLimits.note);
  return changeBy(services, caller, async (change) => {
    const { within, actor, now } = change;
    requireScopeAll(actor, 'change roles');
    const before = await findRole(within, input.id);
    if (!before) throw notFound('role');
    requireEtag(before, input.etag);
    const privileges = givenPrivileges(services, input, before);
    const given = onlyGiven({ name, note, privileges });
    const rules = privileges ?? before.privileges;
    const said = saidPrivileges(input);
    // Whoever could not make this role is told the same whether it is so already or would become so.
    requireMintableRole(services, change, { ...before, privileges: rules }, said);
    if (saysMore(input) || givesMore(before.privileges, rules)) {
      await requireMintableKeys(services, change, { ...before, privileges: rules }, said);
    }
    const difference = auditDifference({ ...before }, given);
    if (!difference) return before;

    if (name !== undefined && name !== before.name) await requireFreeName(change, name);
    await within
      .update(role)
      .set({ ...given, updatedAt: now, version: sql`${role.version} + 1` })
      .where(eq(role.id, before.id));
    if ('privileges' in difference.after) await touchKeysWithRole(change, before.id);
    change.record({
      action: 'role.updated',
      targetType: 'Role',
      targetId: before.id,
      applicationId: undefined,
      ...difference,
    });
    const after = await findRole(within, before.id);
    if (!after) throw notFound('role');
    return after;
  });
}

/** Adding and removing are judged as they are written, whether the rule is there or not. */
function saysMore({ addPrivileges, removePrivileges }: PrivilegeChanges): boolean {
  return Boolean(
    addPrivileges?.some((rule) => !rule.startsWith('!')) || removePrivileges?.some((rule) => rule.startsWith('!')),
  );
}
