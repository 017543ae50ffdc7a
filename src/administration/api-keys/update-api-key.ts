import type { ApiKeyRecord } from '../../keys/api-key.ts';
import type { ApiKeyDetails } from '../../keys/store/api-key-details.ts';
import { auditDifference } from '../audit-difference.ts';
import { changeBy } from '../change.ts';
import { requireEtag } from '../etag.ts';
import { onlyGiven } from '../only-given.ts';
import { requireBudget } from '../rules/budget.ts';
import { requireCeiling, type Said } from '../rules/ceiling.ts';
import { type GivenRules, givenRules, type PrivilegeChanges, saidPrivileges } from '../rules/given-rules.ts';
import { checkMetadata } from '../rules/metadata.ts';
import { changedRestrictions, mergedRestrictions } from '../rules/restrictions.ts';
import { badInput, optionalText, textLimits } from '../rules/text.ts';
import { checkPlan, checkThrottle } from '../rules/throttle.ts';
import { expiryProblem, periodProblem, refuseValidity } from '../rules/validity.ts';
import type { AdministrationServices, Caller } from '../services.ts';
import { type ApiKeySettings, refuseForeignSettings } from './api-key-input.ts';
import { changeKey } from './change-key.ts';
import { idsOf, rolesFor, storeRoles } from './key-roles.ts';
import { requireUnended, targetKey } from './target-key.ts';

/** Absent (or `undefined`) keeps what is there, null clears it. */
export interface UpdateApiKeyInput extends ApiKeySettings, PrivilegeChanges {
  readonly id: string;
  readonly etag?: string | undefined;
  readonly name?: string | null | undefined;
}

/**
 * Changes a key; requests that come after the answer meet the new state. The actor must be able to mint what results.
 * @throws BAD_USER_INPUT, PRIVILEGE_INVALID, NOT_FOUND, ETAG_MISMATCH, API_KEY_ENDED, VALIDITY_OUT_OF_BOUNDS, PRIVILEGE_ESCALATION
 */
export async function updateApiKey(
  services: AdministrationServices,
  caller: Caller,
  input: UpdateApiKeyInput,
): Promise<ApiKeyDetails> {
  if (input.name === null) throw badInput('name', 'cannot be cleared');
  const described = {
    name: optionalText('name', input.name, textLimits.name),
    note: optionalText('note', input.note, textLimits.note),
    externalId: optionalText('externalId', input.externalId, textLimits.externalId),
    metadata: checkMetadata(input.metadata),
    onDenied: input.onDenied === null ? ('REJECT' as const) : input.onDenied,
    enforcement: input.enforcement,
    plan: checkPlan(input.plan, services.plans),
    throttle: checkThrottle(input.throttle),
    expiresAt: input.expiresAt,
    notBefore: input.notBefore,
  };
  return changeBy(services, caller, async (change) => {
    const { actor, now } = change;
    const before = await targetKey(change, input.id);
    requireEtag(before, input.etag);
    requireUnended(before);
    refuseForeignSettings(before.type, input);
    const rules = givenRules(services, input, before);
    const restrictions =
      input.restrictions === undefined
        ? undefined
        : changedRestrictions(before.restrictions, input.restrictions, services.schemas[before.type]);
    const given = onlyGiven({ ...described, ...rules, restrictions });
    const roles = input.roleIds === undefined ? before.roles : await rolesFor(change, input.roleIds ?? [], before.type);
    const after = { ...resultOf(before, given), roles };
    // Whoever could not make this key is told the same whether it is so already or would become so.
    requireCeiling(actor, after, services.schemas, saidIn(input, rules, actor));
    if (input.plan !== undefined || input.throttle !== undefined) requireBudget(actor, after, services.plans);
    const difference = auditDifference(
      { ...before, roleIds: idsOf(before.roles) },
      { ...given, roleIds: idsOf(roles) },
    );
    if (!difference) return before;

    if ('expiresAt' in difference.after) refuseValidity(expiryProblem(input.expiresAt ?? null, now, services.validity));
    refuseValidity(periodProblem(after.notBefore ?? null, after.expiresAt ?? null));
    await changeKey(change, before, given, { action: 'api_key.updated', ...difference });
    if ('roleIds' in difference.after) await storeRoles(change, before.id, idsOf(roles));
    return targetKey(change, before.id);
  });
}

/** The key as it will be: null clears. */
function resultOf(before: ApiKeyDetails, given: object): ApiKeyDetails {
  const values = Object.entries(given).map(([name, value]) => [name, value ?? undefined]);
  return { ...before, ...Object.fromEntries(values) };
}

/** What the actor writes; the kinds of restrictions that it leaves out are not its words, and count as its own. */
function saidIn(input: UpdateApiKeyInput, { grantable }: GivenRules, { restrictions }: ApiKeyRecord): Said {
  return {
    privileges: saidPrivileges(input),
    grantable: grantable ?? undefined,
    applicationScope: input.applicationScope ?? 'OWN',
    enforcement: input.enforcement,
    ...(input.expiresAt !== undefined && { expiresAt: input.expiresAt ?? undefined }),
    ...(input.restrictions !== undefined && {
      restrictions: input.restrictions && mergedRestrictions(restrictions, input.restrictions),
    }),
  };
}
