import { checkMetadata } from '../rules/metadata.ts';
import { parseKnownRules } from '../rules/privileges.ts';
import { changedRestrictions } from '../rules/restrictions.ts';
import { optionalText, requireText, textLimits } from '../rules/text.ts';
import { checkPlan, checkThrottle } from '../rules/throttle.ts';
import type { AdministrationServices } from '../services.ts';
import { type CreateApiKeyInput, refuseForeignSettings } from './api-key-input.ts';

export type DescribedKey = ReturnType<typeof describeKey>;

/**
 * What the input says of the key itself, as it is stored.
 * @throws BAD_USER_INPUT, PRIVILEGE_INVALID
 */
export function describeKey(services: AdministrationServices, input: CreateApiKeyInput) {
  refuseForeignSettings(input.type, input);
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
