import { eq } from 'drizzle-orm';
import { keyRole } from '../../db/schema/index.ts';
import type { ApiKeyType, RoleRecord } from '../../keys/api-key.ts';
import { findRoles } from '../../keys/store/role-store.ts';
import type { Change } from '../change.ts';
import { notFound } from '../not-found.ts';
import { badInput } from '../rules/text.ts';

/** More roles than this on one key are a set of rules that nobody understands. */
export const mostRolesOfKey = 16;

/** The roles that a key shall have, oldest first. All must exist and be of its type. */
export async function rolesFor(
  { within }: Change,
  ids: readonly string[],
  type: ApiKeyType,
): Promise<readonly RoleRecord[]> {
  const wanted = [...new Set(ids)].sort();
  if (wanted.length === 0) return [];
  if (wanted.length > mostRolesOfKey) throw badInput('roleIds', `must be at most ${mostRolesOfKey} roles`);
  const found = await findRoles(within, wanted);
  if (found.length < wanted.length) throw notFound('role');
  if (found.some((role) => role.type !== type))
    throw badInput('roleIds', `must be roles of type ${type}, as the key is`);
  return [...found].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Gives the key these roles and no others. */
export async function storeRoles({ within }: Change, keyId: string, roleIds: readonly string[]): Promise<void> {
  await within.delete(keyRole).where(eq(keyRole.apiKeyId, keyId));
  if (roleIds.length === 0) return;
  await within.insert(keyRole).values(roleIds.map((roleId) => ({ apiKeyId: keyId, roleId })));
}

export function idsOf(roles: readonly RoleRecord[]): readonly string[] {
  return roles.map(({ id }) => id);
}
