import { type GraphQLInputType, type GraphQLNamedType, getNamedType, isEnumType } from 'graphql';
import type { CompiledInput, CompiledSchema } from '../../plan/compiled-schema.ts';
import type { Verb } from '../../plan/verb.ts';
import type { Sight } from '../sight.ts';
import type { DefaultSight } from './visible-default.ts';

/** What a view shows of input types: of each, what can be supplied somewhere below a visible field. */
export interface ShownInputs extends DefaultSight {
  fieldsOf(type: GraphQLNamedType): ReadonlySet<string>;
}

/**
 * Input types are named once and used in many places, so what is shown of one is what any visible use of it allows. The
 * gate judges each use by itself.
 */
export function shownInputs(schema: CompiledSchema, sight: Sight): ShownInputs {
  const fields = new Map<string, Set<string>>();
  const values = new Map<string, Set<string>>();
  const walked = new Map<CompiledInput, Set<string>>();
  for (const object of schema.objects) {
    if (!sight.seesObject(object)) continue;
    for (const field of object.fields.values()) {
      if (!sight.seesField(field)) continue;
      showAllValues(field.type);
      for (const argument of field.arguments.values()) {
        if (sight.seesArgument(field, argument)) show(argument.type, argument.input, field.inputVerbs);
      }
    }
  }
  return {
    fieldsOf: ({ name }) => fields.get(name) ?? new Set(),
    seesInputField: (type, field) => fields.get(type)?.has(field) === true,
    seesEnumValue: (type, value) => values.get(type)?.has(value) === true,
  };

  /** Goes as deep as input types refer to each other without a circle. */
  function show(type: GraphQLInputType, input: CompiledInput | undefined, verbs: readonly Verb[]): void {
    const named = getNamedType(type);
    if (isEnumType(named)) {
      for (const { name } of named.getValues()) {
        if (input === undefined || sight.seesEnumValue(input, name)) setOf(values, named.name).add(name);
      }
    }
    if (input?.kind !== 'INPUT_OBJECT' || setOf(walked, input).has(verbs.join())) return;
    setOf(walked, input).add(verbs.join());
    for (const field of input.fields.values()) {
      if (!sight.seesInputField(field, verbs)) continue;
      setOf(fields, input.name).add(field.name);
      show(field.type, field.input, verbs);
    }
  }

  /** An enum that a readable field answers with hides nothing: its values are that field's data. */
  function showAllValues(type: Parameters<typeof getNamedType>[0]): void {
    const named = getNamedType(type);
    if (!isEnumType(named)) return;
    for (const { name } of named.getValues()) setOf(values, named.name).add(name);
  }
}

function setOf<Key>(sets: Map<Key, Set<string>>, key: Key): Set<string> {
  const known = sets.get(key);
  if (known !== undefined) return known;
  const created = new Set<string>();
  sets.set(key, created);
  return created;
}
