import { isCompositeType } from 'graphql';
import type { CompiledSchema } from '../compiled-schema.ts';
import type { Conjunction, NamedType } from '../document-plan.ts';
import { anyOf, keyOf } from './conditions.ts';

/** The types that the fragments of one selection name, each once. */
export interface NamedTypes {
  add(name: string, when: Conjunction): void;
  list(): readonly NamedType[];
}

export function namedTypes(schema: CompiledSchema): NamedTypes {
  const conditions = new Map<string, Map<string, Conjunction>>();
  return {
    add(name, when) {
      const known = conditions.get(name);
      if (known === undefined) conditions.set(name, new Map([[keyOf(when), when]]));
      else known.set(keyOf(when), when);
    },
    list: () =>
      [...conditions].flatMap(([name, alternatives]) => {
        const type = schema.schema.getType(name);
        if (!isCompositeType(type)) return [];
        return [{ name, possibleTypes: schema.possibleTypes(type), when: anyOf([...alternatives.values()]) }];
      }),
  };
}
