import { type GraphQLInputType, getNamedType, isEnumType, isInputObjectType, isRequiredInputField } from 'graphql';
import type {
  CompiledArgument,
  CompiledField,
  CompiledInput,
  CompiledInputField,
  CompiledInputObject,
  CompiledSchema,
  PrivilegeBit,
} from '../plan/compiled-schema.ts';
import type { Verb } from '../plan/verb.ts';

/** What somebody can supply. An input means what the field above it makes of it, so it is judged for that field's verbs. */
export interface InputSight {
  /** The argument may be given, with some value. */
  seesArgument(field: CompiledField, argument: CompiledArgument): boolean;
  seesInputField(field: CompiledInputField, verbs: readonly Verb[]): boolean;
  seesEnumValue(input: CompiledInput, value: string): boolean;
}

interface Use {
  readonly input: CompiledInputObject;
  readonly verbs: readonly Verb[];
  usable: boolean;
}

/**
 * An input object can be used when each of its required fields can, and at least one field at all: the largest such set,
 * for inputs contain themselves (closure F6).
 */
export function inputSight(schema: CompiledSchema, has: (bit: PrivilegeBit) => boolean): InputSight {
  const uses: Use[] = [];
  const byInput = new Map<CompiledInputObject, Use[]>();
  for (const { fields } of schema.objects) {
    for (const { arguments: all, inputVerbs } of fields.values()) {
      for (const { input } of all.values()) collect(input, inputVerbs);
    }
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (const use of uses) {
      if (!use.usable || isUsableObject(use)) continue;
      use.usable = false;
      changed = true;
    }
  }
  return {
    seesArgument: (field, { needs, input, type }) => needs.every(has) && isUsable(input, type, field.inputVerbs),
    seesInputField,
    seesEnumValue,
  };

  function collect(root: CompiledInput | undefined, verbs: readonly Verb[]): void {
    const pending = root === undefined ? [] : [root];
    for (let input = pending.pop(); input !== undefined; input = pending.pop()) {
      if (input.kind !== 'INPUT_OBJECT' || !input.judged || useOf(input, verbs) !== undefined) continue;
      const use = { input, verbs, usable: true };
      uses.push(use);
      byInput.set(input, [...(byInput.get(input) ?? []), use]);
      for (const field of input.fields.values()) if (field.input !== undefined) pending.push(field.input);
    }
  }

  function useOf(input: CompiledInputObject, verbs: readonly Verb[]): Use | undefined {
    return byInput.get(input)?.find((use) => use.verbs.join() === verbs.join());
  }

  function isUsableObject({ input, verbs }: Use): boolean {
    const type = schema.schema.getType(input.name);
    if (!isInputObjectType(type)) return false;
    const definitions = type.getFields();
    let visible = 0;
    for (const field of input.fields.values()) {
      const definition = definitions[field.name];
      if (seesInputField(field, verbs)) visible++;
      else if (definition !== undefined && isRequiredInputField(definition)) return false;
    }
    return visible > 0;
  }

  function seesInputField(field: CompiledInputField, verbs: readonly Verb[]): boolean {
    return verbs.every((verb) => field.needs[verb].every(has)) && isUsable(field.input, field.type, verbs);
  }

  function isUsable(input: CompiledInput | undefined, type: GraphQLInputType, verbs: readonly Verb[]): boolean {
    if (input === undefined) return true;
    if (input.kind === 'INPUT_OBJECT') return !input.judged || useOf(input, verbs)?.usable === true;
    const named = getNamedType(type);
    return isEnumType(named) && named.getValues().some(({ name }) => seesEnumValue(input, name));
  }

  function seesEnumValue(input: CompiledInput, value: string): boolean {
    return input.kind !== 'ENUM' || (input.needs.get(value) ?? []).every(has);
  }
}
