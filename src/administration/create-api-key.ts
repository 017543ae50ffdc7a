import type { ApplicationDetails } from '../applications/application-details.ts';
import { findApplication } from '../applications/application-store.ts';
import type {
  ApiKeyEnvironment,
  ApiKeyType,
  ApplicationScope,
  Enforcement,
  OnDenied,
  RoleRecord,
  ThrottleOverride,
} from '../keys/api-key.ts';
import type { ApiKeyDetails } from '../keys/store/api-key-details.ts';
import { findApiKey } from '../keys/store/find-api-keys.ts';
import { visibilityOf } from '../keys/store/visibility.ts';
import { type ActorChange, changeBy } from './change.ts';
import { earlierResult } from './idempotency.ts';
import { insertKey, type NewKey } from './insert-key.ts';
import { idsOf, rolesFor } from './key-roles.ts';
import { notFound } from './not-found.ts';
import { requireBudget } from './rules/budget.ts';
import { requireCeiling } from './rules/ceiling.ts';
import { measures } from './rules/enforcement.ts';
import { checkMetadata } from './rules/metadata.ts';
import { parseKnownRules } from './rules/privileges.ts';
import { changedRestrictions, type RestrictionChanges } from './rules/restrictions.ts';
import { badInput, optionalText, requireText, textLimits } from './rules/text.ts';
import { checkPlan, checkThrottle } from './rules/throttle.ts';
import { defaultExpiry, expiryProblem, periodProblem, refuseValidity } from './rules/validity.ts';
import type { AdministrationServices, Caller } from './services.ts';

export interface CreateApiKeyInput {
  readonly applicationId: string;
  readonly name: string;
  readonly type: ApiKeyType;
  readonly environment: ApiKeyEnvironment;
  readonly privileges: readonly string[];
  /** Management keys only. */
  readonly grantable?: readonly string[] | null | undefined;
  /** Roles of the key's type; their rules join its own. */
  readonly roleIds?: readonly string[] | null | undefined;
  /** Management keys only; OWN by default. */
  readonly applicationScope?: ApplicationScope | null | undefined;
  /** REJECT by default. */
  readonly onDenied?: OnDenied | null | undefined;
  /** API keys only. */
  readonly enforcement?: Enforcement | null | undefined;
  readonly plan?: string | null | undefined;
  readonly throttle?: ThrottleOverride | null | undefined;
  readonly restrictions?: RestrictionChanges | null | undefined;
  /** Milliseconds since the epoch; absent: the default validity; null: never, where that is allowed. */
  readonly expiresAt?: number | null | undefined;
  readonly notBefore?: number | null | undefined;
  readonly note?: string | null | undefined;
  readonly externalId?: string | null | undefined;
  readonly metadata?: unknown;
  readonly idempotencyKey?: string | undefined;
}

export interface CreatedApiKey {
  readonly apiKey: ApiKeyDetails;
  /** The key's text, this once; `undefined` when an earlier call with the same idempotency key made it. */
  readonly key: string | undefined;
}

/**
 * Creates a key of an application.
 * @throws BAD_USER_INPUT, PRIVILEGE_INVALID, NOT_FOUND, VALIDITY_OUT_OF_BOUNDS, PRIVILEGE_ESCALATION, IDEMPOTENCY_KEY_REUSED
 */
export async function createApiKey(
  services: AdministrationServices,
  caller: Caller,
  input: CreateApiKeyInput,
): Promise<CreatedApiKey> {
  const described = describeKey(services, input);
  return changeBy(services, caller, async (change) => {
    const id = services.makeId();
    const earlier = await earlierResult(change, 'createApiKey', input, id);
    if (earlier !== undefined) return { apiKey: await created(change, earlier), key: undefined };
    const owner = await ownerOf(change, input.applicationId);
    const roles = await rolesFor(change, input.roleIds ?? [], input.type);
    const key = await insertKey(
      services,
      change,
      permittedKey(services, change, { id, input, described, owner, roles }),
    );
    return { apiKey: await created(change, id), key };
  });
}

/** The application that new keys shall have; NOT_FOUND when the actor may not see it, or it is deleted. */
export async function ownerOf({ within, actor }: ActorChange, applicationId: string): Promise<ApplicationDetails> {
  const application = await findApplication(within, applicationId, visibilityOf(actor));
  if (!application || application.status === 'DELETED') throw notFound('application');
  return application;
}

interface WantedKey {
  readonly id: string;
  readonly input: CreateApiKeyInput;
  readonly described: DescribedKey;
  readonly owner: ApplicationDetails;
  readonly roles: readonly RoleRecord[];
}

/**
 * The key that is asked for, with its times, when the actor may make it.
 * @throws VALIDITY_OUT_OF_BOUNDS, PRIVILEGE_ESCALATION
 */
export function permittedKey(
  services: AdministrationServices,
  change: Pick<ActorChange, 'actor' | 'now'>,
  wanted: WantedKey,
): NewKey {
  const newKey = timedKey(services, change, wanted);
  requireMintable(services, change, newKey, wanted.roles);
  return newKey;
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
  requireCeiling(actor, strength, services.schemas, [...newKey.privileges, ...(newKey.grantable ?? [])]);
  requireBudget(actor, newKey, services.plans);
}

export type DescribedKey = ReturnType<typeof describeKey>;

/**
 * What the input says of the key itself, as it is stored.
 * @throws BAD_USER_INPUT, PRIVILEGE_INVALID
 */
export function describeKey(services: AdministrationServices, input: CreateApiKeyInput) {
  if (input.type === 'API') {
    if (input.grantable) throw badInput('grantable', 'is for keys of type MANAGEMENT only');
    if (input.applicationScope === 'ALL') throw badInput('applicationScope', 'is for keys of type MANAGEMENT only');
  } else if (measures(input.enforcement)) {
    throw badInput('enforcement', 'MEASURE is for keys of type API only');
  }
  return {
    ...describeOwn(input),
    type: input.type,
    environment: input.environment,
    applicationScope: input.applicationScope ?? 'OWN',
    privileges: parseKnownRules(input.privileges, services.schemas[input.type]).texts,
    grantable: input.grantable ? parseKnownRules(input.grantable, services.schemas.API).texts : null,
    onDenied: input.onDenied ?? 'REJECT',
    enforcement: input.enforcement ?? null,
    plan: checkPlan(input.plan ?? null, services.plans),
    throttle: checkThrottle(input.throttle ?? null),
    restrictions: changedRestrictions(undefined, input.restrictions ?? null, services.schemas[input.type]),
  };
}

/**
 * What says nothing of what the key may do.
 * @throws BAD_USER_INPUT
 */
export function describeOwn(input: Pick<CreateApiKeyInput, 'name' | 'notBefore' | 'note' | 'externalId' | 'metadata'>) {
  return {
    name: requireText('name', input.name, textLimits.name),
    notBefore: input.notBefore ?? null,
    note: optionalText('note', input.note ?? null, textLimits.note),
    externalId: optionalText('externalId', input.externalId ?? null, textLimits.externalId),
    metadata: checkMetadata(input.metadata) ?? null,
  };
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

async function created({ within, actor }: ActorChange, id: string): Promise<ApiKeyDetails> {
  const key = await findApiKey(within, id, visibilityOf(actor));
  if (!key) throw notFound('API key');
  return key;
}
