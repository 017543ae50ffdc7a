import type { Enforcement } from '../../../keys/api-key.ts';
import type { ManagementBuilder } from '../context.ts';

/** What of a key is enforced: how it is shown and given. */
export function addEnforcement(builder: ManagementBuilder) {
  const EnforcementMode = builder.enumType('EnforcementMode', {
    values: {
      ENFORCE: {},
      MEASURE: { description: 'What would be refused is noted, and let pass.' },
    } as const,
  });
  const Enforcement = builder.objectRef<Enforcement>('Enforcement').implement({
    description: 'What is refused, and what is only noted, to try out a policy on a key that is in use.',
    fields: (t) => ({
      privileges: t.expose('privileges', { type: EnforcementMode, nullable: false }),
      throttle: t.expose('throttle', { type: EnforcementMode, nullable: false }),
    }),
  });
  const EnforcementInput = builder.inputType('EnforcementInput', {
    description: 'Replaces what was set before; what is left out is enforced.',
    entity: 'Enforcement',
    fields: (t) => ({
      privileges: t.field({
        type: EnforcementMode,
        description: 'MEASURE never holds for mutations and explicit fields.',
      }),
      throttle: t.field({ type: EnforcementMode, description: 'MEASURE never holds for operations in flight.' }),
    }),
  });
  return { Enforcement, EnforcementInput };
}

export type EnforcementTypes = ReturnType<typeof addEnforcement>;

type GivenEnforcement = { readonly [Part in keyof Enforcement]?: Enforcement[Part] | null | undefined };

/** Null enforces everything, as if nothing was set. */
export function enforcementOf(given: GivenEnforcement | null | undefined): Enforcement | null | undefined {
  return given && { privileges: given.privileges ?? 'ENFORCE', throttle: given.throttle ?? 'ENFORCE' };
}
