import type { InputFields } from '../../shared/builder.ts';
import type { ManagementContext } from '../context.ts';
import { type RestrictionsInputRef, restrictionsOf } from '../restrictions/restriction-inputs.ts';
import { type ThrottleTypes, throttleOf } from '../throttle/throttle.ts';
import type { ApiKeyEnums } from './api-key-enums.ts';
import { type EnforcementTypes, enforcementOf } from './enforcement.ts';

export interface SettingTypes
  extends Pick<ApiKeyEnums, 'OnDenied'>,
    Pick<ThrottleTypes, 'ThrottleInput'>,
    Pick<EnforcementTypes, 'EnforcementInput'> {
  readonly RestrictionsInput: RestrictionsInputRef;
}

type Fields = InputFields<ManagementContext>;

/** How a key is treated: said alike when keys are made, changed and imported. */
export function treatmentFields(
  t: Fields,
  { OnDenied, EnforcementInput, ThrottleInput, RestrictionsInput }: SettingTypes,
) {
  return {
    onDenied: t.field({ type: OnDenied, description: 'REJECT by default.' }),
    enforcement: t.field({ type: EnforcementInput, description: 'Of API keys; needs the grantable rule *.' }),
    plan: t.string(),
    throttle: t.field({ type: ThrottleInput }),
    restrictions: t.field({ type: RestrictionsInput }),
  };
}

/** What is of one key alone. */
export function ownFields(t: Fields) {
  return {
    notBefore: t.field({ type: 'DateTime' }),
    note: t.string(),
    externalId: t.string(),
    metadata: t.field({ type: 'JSON', description: 'A JSON object, for the administrators alone.' }),
  };
}

interface GivenTreatment {
  readonly enforcement?: Parameters<typeof enforcementOf>[0];
  readonly throttle?: Parameters<typeof throttleOf>[0];
  readonly restrictions?: Parameters<typeof restrictionsOf>[0];
}

/** The same as use cases take it. */
export function treatmentOf({ enforcement, throttle, restrictions }: GivenTreatment) {
  return {
    enforcement: enforcementOf(enforcement),
    throttle: throttleOf(throttle),
    restrictions: restrictionsOf(restrictions),
  };
}
