import { eq, sql } from 'drizzle-orm';
import { apiKey } from '../db/schema/index.ts';
import type { Enforcement, OnDenied, ThrottleOverride } from '../keys/api-key.ts';
import type { ApiKeyDetails } from '../keys/store/api-key-details.ts';
import { auditDifference } from './audit-difference.ts';
import { changeBy } from './change.ts';
import { requireEtag } from './etag.ts';
import { type GivenRules, givenRules, type RuleChanges } from './given-rules.ts';
import { idsOf, rolesFor, storeRoles } from './key-roles.ts';
import { requireBudget } from './rules/budget.ts';
import { requireCeiling } from './rules/ceiling.ts';
import { measures } from './rules/enforcement.ts';
import { checkMetadata } from './rules/metadata.ts';
import { changedRestrictions, type RestrictionChanges } from './rules/restrictions.ts';
import { badInput, optionalText, textLimits } from './rules/text.ts';
import { checkPlan, checkThrottle } from './rules/throttle.ts';
import { expiryProblem, periodProblem, refuseValidity } from './rules/validity.ts';
import type { AdministrationServices, Caller } from './services.ts';
import { requireUnended, targetKey } from './target-key.ts';

/** Absent (or `undefined`) keeps what is there, null clears it. */
export interface UpdateApiKeyInput extends RuleChanges {
  readonly id: string;
  readonly etag?: string | undefined;
  readonly name?: string | null | undefined;
  /** Replaces all roles. */
  readonly roleIds?: readonly string[] | null | undefined;
  readonly onDenied?: OnDenied | null | undefined;
  /** API keys only; null enforces everything. */
  readonly enforcement?: Enforcement | null | undefined;
  readonly plan?: string | null | undefined;
  readonly throttle?: ThrottleOverride | null | undefined;
  /** A kind that is given is replaced whole. */
  readonly restrictions?: RestrictionChanges | null | undefined;
  /** Null: never, where that is allowed. */
  readonly expiresAt?: number | null | undefined;
  readonly notBefore?: number | null | undefined;
  readonly note?: string | null | undefined;
  readonly externalId?: string | null | undefined;
  readonly metadata?: unknown;
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
    const { within, actor, now } = change;
    const before = await targetKey(change, input.id);
    requireEtag(before, input.etag);
    requireUnended(before);
    if (before.type === 'MANAGEMENT' && measures(input.enforcement)) {
      throw badInput('enforcement', 'MEASURE is for keys of type API only');
    }
    const rules = givenRules(services, input, before);
    const restrictions =
      input.restrictions === undefined
        ? undefined
        : changedRestrictions(before.restrictions, input.restrictions, services.schemas[before.type]);
    const given = onlyGiven({ ...described, ...rules, restrictions });
    const roles = input.roleIds === undefined ? before.roles : await rolesFor(change, input.roleIds ?? [], before.type);
    const difference = auditDifference(
      { ...before, roleIds: idsOf(before.roles) },
      { ...given, roleIds: idsOf(roles) },
    );
    if (!difference) return before;

    if ('expiresAt' in difference.after) refuseValidity(expiryProblem(input.expiresAt ?? null, now, services.validity));
    const after = { ...resultOf(before, given), roles };
    refuseValidity(periodProblem(after.notBefore ?? null, after.expiresAt ?? null));
    requireCeiling(actor, after, services.schemas, saidIn(rules, before));
    if (input.plan !== undefined || input.throttle !== undefined) requireBudget(actor, after, services.plans);
    await within
      .update(apiKey)
      .set({ ...given, updatedAt: now, version: sql`${apiKey.version} + 1` })
      .where(eq(apiKey.id, before.id));
    if ('roleIds' in difference.after) await storeRoles(change, before.id, idsOf(roles));
    change.touchKeys(before.publicId);
    change.record({
      action: 'api_key.updated',
      targetType: 'ApiKey',
      targetId: before.id,
      applicationId: before.application.id,
      ...difference,
    });
    return targetKey(change, before.id);
  });
}

function onlyGiven<Values extends object>(values: Values): Partial<Values> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Values>;
}

/** The key as it will be: null clears. */
function resultOf(before: ApiKeyDetails, given: object): ApiKeyDetails {
  const values = Object.entries(given).map(([name, value]) => [name, value ?? undefined]);
  return { ...before, ...Object.fromEntries(values) };
}

/** The rules that are new with this change; what the key had before is not the actor's to learn. */
function saidIn({ privileges = [], grantable }: GivenRules, before: ApiKeyDetails): readonly string[] {
  const known = new Set([...before.privileges, ...(before.grantable ?? [])]);
  return [...privileges, ...(grantable ?? [])].filter((rule) => !known.has(rule));
}
