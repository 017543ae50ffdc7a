import { getNamedType, isLeafType, isNonNullType } from 'graphql';
import type { CompiledField, CompiledObject, CompiledSchema, PrivilegeBit } from '../plan/compiled-schema.ts';
import { type InputSight, inputSight } from './input-sight.ts';

/** What somebody with certain bits can see of a schema: the closure F1–F6, of which the filtered schema is the picture. */
export interface Sight extends InputSight {
  seesObject(type: CompiledObject): boolean;
  seesField(field: CompiledField): boolean;
}

/**
 * A type is visible with a field that is readable, whose result is itself visible and whose required arguments may be
 * given: the largest such set, so that types which refer to each other stay. The payload of a mutation is visible with
 * the mutation: it tells whoever may do the deed that it was done, also when nothing else of it may be read.
 */
export function sightOf(schema: CompiledSchema, has: (bit: PrivilegeBit) => boolean): Sight {
  const inputs = inputSight(schema, has);
  const payloads = new Set<CompiledObject>();
  for (const field of schema.mutationType?.fields.values() ?? []) {
    if (isGranted(field)) for (const type of field.possibleTypes) if (type.structure === 'PAYLOAD') payloads.add(type);
  }
  const visible = schema.objects.map(() => true);
  const seesObject = ({ index }: CompiledObject): boolean => visible[index] === true;
  for (let changed = true; changed; ) {
    changed = false;
    for (const object of schema.objects) {
      if (!seesObject(object) || payloads.has(object) || seesSomeField(object)) continue;
      visible[object.index] = false;
      changed = true;
    }
  }
  return { ...inputs, seesObject, seesField };

  function seesSomeField({ fields }: CompiledObject): boolean {
    for (const field of fields.values()) if (seesField(field)) return true;
    return false;
  }

  function seesField(field: CompiledField): boolean {
    return isGranted(field) && (field.possibleTypes.some(seesObject) || isLeafType(getNamedType(field.type)));
  }

  function isGranted(field: CompiledField): boolean {
    if (!field.needs.every(has)) return false;
    for (const argument of field.arguments.values()) {
      const isRequired = isNonNullType(argument.type) && argument.defaultValue === undefined;
      if (isRequired && !inputs.seesArgument(field, argument)) return false;
    }
    return true;
  }
}
