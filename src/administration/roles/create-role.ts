import { eq } from 'drizzle-orm';
import { role } from '../../db/schema/index.ts';
import type { ApiKeyType } from '../../keys/api-key.ts';
import { findRole, type RoleDetails } from '../../keys/store/role-store.ts';
import { type ActorChange, changeBy } from '../change.ts';
import { earlierResult } from '../idempotency.ts';
import { notFound } from '../not-found.ts';
import { parseKnownRules } from '../rules/privileges.ts';
import { requireScopeAll } from '../rules/scope.ts';
import { badInput, optionalText, requireText, textLimits } from '../rules/text.ts';
import type { AdministrationServices, Caller } from '../services.ts';
import { requireMintableRole } from './role-reach.ts';

export interface CreateRoleInput {
  readonly name: string;
  /** Of the keys that can have it; for good. */
  readonly type: ApiKeyType;
  readonly privileges: readonly string[];
  readonly note?: string | null | undefined;
  readonly idempotencyKey?: string | undefined;
}

/**
 * Creates a role, which no key has yet. Only keys whose scope is all applications may, and only what they could give a
 * key.
 * @throws BAD_USER_INPUT, PRIVILEGE_INVALID, PRIVILEGE_ESCALATION, IDEMPOTENCY_KEY_REUSED
 */
export async function createRole(
  services: AdministrationServices,
  caller: Caller,
  input: CreateRoleInput,
): Promise<RoleDetails> {
  const values = {
    name: requireText('name', input.name, textLimits.name),
    type: input.type,
    privileges: [...parseKnownRules(input.privileges, services.schemas[input.type]).texts],
    note: optionalText('note', input.note ?? null, textLimits.note),
  };
  return changeBy(services, caller, async (change) => {
    const { within, actor, now } = change;
    requireScopeAll(actor, 'create roles');
    const id = services.makeId();
    const earlier = await earlierResult(change, 'createRole', input, id);
    if (earlier === undefined) {
      requireMintableRole(services, change, values, values.privileges);
      await requireFreeName(change, values.name);
      await within.insert(role).values({ id, ...values, createdAt: now, createdBy: actor.id, updatedAt: now });
      change.record({
        action: 'role.created',
        targetType: 'Role',
        targetId: id,
        applicationId: undefined,
        before: undefined,
        after: values,
      });
    }
    const created = await findRole(within, earlier ?? id);
    if (!created) throw notFound('role');
    return created;
  });
}

/** Changes take turns, so a name that is free stays free until the commit. */
export async function requireFreeName({ within }: ActorChange, name: string): Promise<void> {
  const taken = await within.select({ id: role.id }).from(role).where(eq(role.name, name));
  if (taken.length > 0) throw badInput('name', 'is the name of another role');
}
