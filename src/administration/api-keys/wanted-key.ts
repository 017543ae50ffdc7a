import type { ApplicationDetails } from '../../applications/application-details.ts';
import type { RoleRecord } from '../../keys/api-key.ts';
import type { ActorChange } from '../change.ts';
import { requireBudget } from '../rules/budget.ts';
import { requireCeiling } from '../rules/ceiling.ts';
import { defaultExpiry, expiryProblem, periodProblem, refuseValidity } from '../rules/validity.ts';
import type { AdministrationServices } from '../services.ts';
import type { CreateApiKeyInput } from './api-key-input.ts';
import type { DescribedKey } from './describe-key.ts';
import type { NewKey } from './insert-key.ts';
import { idsOf } from './key-roles.ts';

interface WantedKey {
  readonly id: string;
  readonly input: CreateApiKeyInput;
  readonly described: DescribedKey;
  readonly owner: ApplicationDetails;
  readonly roles: readonly RoleRecord[];
}

/**
 * The key that is asked for, with its times.
 * @throws VALIDITY_OUT_OF_BOUNDS
 */
export function timedKey(
  services: AdministrationServices,
  { actor, now }: Pick<ActorChange, 'actor' | 'now'>,
  { id, input, described, owner, roles }: WantedKey,
): NewKey {
  const expiresAt = expiryOf(services, input, actor.expiresAt, now);
  refuseValidity(expiryProblem(expiresAt, now, services.validity) ?? periodProblem(described.notBefore, expiresAt));
  const roleIds = idsOf(roles);
  return { ...described, roleIds, id, applicationId: owner.id, expiresAt, createdBy: actor.id };
}

/** @throws PRIVILEGE_ESCALATION when the actor may not make such a key */
export function requireMintable(
  services: AdministrationServices,
  { actor }: Pick<ActorChange, 'actor'>,
  newKey: NewKey,
  roles: readonly RoleRecord[],
): void {
  const { expiresAt } = newKey;
  const strength = { ...newKey, roles, grantable: newKey.grantable ?? undefined, expiresAt: expiresAt ?? undefined };
  requireCeiling(actor, strength, services.schemas, strength);
  requireBudget(actor, newKey, services.plans);
}

function expiryOf(
  { validity }: AdministrationServices,
  { expiresAt, type }: CreateApiKeyInput,
  issuerEnds: number | undefined,
  now: number,
): number | null {
  if (expiresAt !== undefined) return expiresAt;
  return defaultExpiry(now, validity, type === 'MANAGEMENT' ? issuerEnds : undefined);
}
