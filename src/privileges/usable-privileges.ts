import type {
  CompiledField,
  CompiledInput,
  CompiledObject,
  CompiledSchema,
  PrivilegeBit,
} from '../plan/compiled-schema.ts';
import { ofBit, withReads } from '../plan/privilege-bit.ts';
import type { Verb } from '../plan/verb.ts';
import type { CompiledPrivileges } from './compile-privileges.ts';

/**
 * What a key can use, as rules of single coordinates, sorted: never a `!` rule and never a wildcard, so nothing outside
 * its own view is named. A privilege is listed when something that it can be used for is visible, and reached from a
 * root: not the one on a field whose type shows nothing, nor those on a type that no visible field leads to.
 */
export function usablePrivileges(schema: CompiledSchema, privileges: CompiledPrivileges): readonly string[] {
  const { sight } = privileges;
  const bits = new Set<PrivilegeBit>();
  const inputs = new Map<CompiledInput, Set<string>>();
  const { queryType, mutationType, subscriptionType } = schema;
  const reached = new Set<CompiledObject>(
    [queryType, mutationType, subscriptionType].filter((type) => type !== undefined),
  );
  for (const object of reached) {
    for (const field of object.fields.values()) {
      if (!sight.seesField(field)) continue;
      use(field.needs);
      useArguments(field);
      for (const type of field.possibleTypes) if (sight.seesObject(type)) reached.add(type);
    }
  }
  return [...bits].map((bit) => ruleOf(schema, bit)).sort();

  function use(needed: readonly PrivilegeBit[]): void {
    for (const bit of needed) if (privileges.has(bit)) bits.add(bit);
  }

  function useArguments(field: CompiledField): void {
    for (const argument of field.arguments.values()) {
      if (!sight.seesArgument(field, argument)) continue;
      use(argument.needs);
      use(withReads(schema.coordinates, argument.needsWhereVisible));
      useInput(argument.input, field.inputVerbs);
    }
  }

  /** Goes as deep as input types refer to each other without a circle. */
  function useInput(input: CompiledInput | undefined, verbs: readonly Verb[]): void {
    if (input === undefined) return;
    if (input.kind === 'ENUM') {
      for (const [value, needs] of input.needs) if (sight.seesEnumValue(input, value)) use(needs);
      return;
    }
    const walked = inputs.get(input) ?? new Set();
    if (!input.judged || walked.has(verbs.join())) return;
    inputs.set(input, walked.add(verbs.join()));
    for (const field of input.fields.values()) {
      if (!sight.seesInputField(field, verbs)) continue;
      for (const verb of verbs) use(field.needs[verb]);
      useInput(field.input, verbs);
    }
  }
}

/** What its rules give a key on this schema, of what anything asks for: usable or not, as rules of single coordinates, sorted. */
export function heldPrivileges(schema: CompiledSchema, privileges: CompiledPrivileges): readonly string[] {
  return schema.neededBits
    .filter((bit) => privileges.has(bit))
    .map((bit) => ruleOf(schema, bit))
    .sort();
}

/** The rule that gives one bit: `read:City.population`. */
export function ruleOf(schema: CompiledSchema, bit: number): string {
  const { coordinate, verb } = ofBit(schema.coordinates, bit);
  return `${verb}:${coordinate.type}.${coordinate.field}`;
}
