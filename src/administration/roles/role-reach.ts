import { and, isNull, sql } from 'drizzle-orm';
import { apiKey } from '../../db/schema/index.ts';
import { findKeysWithRole } from '../../keys/store/find-api-keys.ts';
import { havingRole, type RoleDetails } from '../../keys/store/role-store.ts';
import type { ActorChange } from '../change.ts';
import { requireCeiling } from '../rules/ceiling.ts';
import { ceilingOnce } from '../rules/ceiling-once.ts';
import type { AdministrationServices } from '../services.ts';

/**
 * A role alone, as if a key had nothing but it: whoever writes it must be able to mint that.
 * @throws PRIVILEGE_ESCALATION
 */
export function requireMintableRole(
  { schemas }: AdministrationServices,
  { actor }: ActorChange,
  { type, privileges }: Pick<RoleDetails, 'type' | 'privileges'>,
  said: readonly string[],
): void {
  const { expiresAt, restrictions } = actor;
  const bare = { applicationScope: 'OWN', roles: [], grantable: undefined, expiresAt, restrictions } as const;
  requireCeiling(actor, { ...bare, type, privileges }, schemas, { privileges: said });
}

/**
 * What a change of a role makes of the keys that have it. Taking away is always allowed; of one that gives something the
 * actor must be able to mint each of them with the role as it will be. Keys that are revoked or deleted gain nothing: one
 * that is undeleted is judged then.
 * @throws PRIVILEGE_ESCALATION
 */
export async function requireMintableKeys(
  { schemas }: AdministrationServices,
  { within, actor }: ActorChange,
  role: RoleDetails,
  said: readonly string[],
): Promise<void> {
  const requireMintable = ceilingOnce(actor, schemas, { privileges: said });
  for (const key of await findKeysWithRole(within, role.id)) {
    const roles = key.roles.map((one) => (one.id === role.id ? { ...one, privileges: role.privileges } : one));
    requireMintable({ ...key, roles });
  }
}

/** The keys that have the role are other keys from this commit on, on every instance. */
export async function touchKeysWithRole(change: ActorChange, roleId: string): Promise<number> {
  const touched = await change.within
    .update(apiKey)
    .set({ version: sql`${apiKey.version} + 1` })
    .where(and(havingRole(roleId), isNull(apiKey.revokedAt)))
    .returning({ publicId: apiKey.publicId });
  for (const { publicId } of touched) change.touchKeys(publicId);
  return touched.length;
}

/** Whether the keys of a role gain something: a rule that allows, or the end of one that denies. */
export function givesMore(before: readonly string[], after: readonly string[]): boolean {
  const denials = (rules: readonly string[]) => rules.filter((rule) => rule.startsWith('!'));
  const held = new Set(before);
  const kept = new Set(after);
  return (
    after.some((rule) => !rule.startsWith('!') && !held.has(rule)) || denials(before).some((rule) => !kept.has(rule))
  );
}
