import {
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLNamedType,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { CompiledSchema } from '../../../src/plan/compiled-schema.ts';
import type { Random } from './random.ts';

/** A JSON-like input; enum values apart from strings. */
export type Value = null | boolean | number | string | { readonly enum: string } | readonly Value[] | ObjectValue;
export interface ObjectValue {
  readonly fields: Readonly<Record<string, Value>>;
}

export interface FieldPart {
  readonly kind: 'FIELD';
  readonly alias: string;
  readonly name: string;
  readonly args: readonly { readonly name: string; readonly type: string; readonly value: Value }[];
  readonly selections: readonly Part[] | undefined;
}
export interface FragmentPart {
  readonly kind: 'FRAGMENT';
  readonly on: string;
  readonly selections: readonly Part[];
}
export type Part = FieldPart | FragmentPart;

export interface GeneratedOperation {
  readonly operation: 'query' | 'mutation';
  readonly selections: readonly Part[];
}

const maxDepth = 4;
const typename: FieldPart = { kind: 'FIELD', alias: '__typename', name: '__typename', args: [], selections: undefined };

/**
 * An operation that is valid on the schema. `EXACT`: of the kind on which the gate and validation on the view agree.
 * `LOOSE`: with what the gate judges more exactly than validation can: inputs that say nothing (`{}`, null), and abstract
 * types that a fragment names without selecting a field of theirs.
 */
export function generateOperation(
  random: Random,
  schema: CompiledSchema,
  kind: 'EXACT' | 'LOOSE' = 'EXACT',
): GeneratedOperation {
  const full = schema.schema;
  let aliases = 0;
  const operation = random.chance(0.3) ? 'mutation' : 'query';
  const root = operation === 'mutation' ? full.getMutationType() : full.getQueryType();
  if (!root) throw new Error('no root');
  return { operation, selections: selectionsOf(root, 0) };

  function selectionsOf(type: GraphQLNamedType, depth: number): readonly Part[] {
    const parts: Part[] = [];
    if (isObjectType(type) || isInterfaceType(type)) {
      const fields = Object.values(type.getFields()).filter(
        (field) => depth < maxDepth || isLeafType(getNamedType(field.type)),
      );
      for (const field of random.some(fields, 1.6 / Math.max(fields.length, 1))) {
        const result = getNamedType(field.type);
        const selections = isLeafType(result) ? undefined : selectionsOf(result, depth + 1);
        if (selections?.length === 0 && random.chance(0.5)) continue;
        parts.push({
          kind: 'FIELD',
          alias: random.chance(0.5) && isLeafType(result) ? field.name : `x${aliases++}`,
          name: field.name,
          args: field.args.flatMap((argument) => argumentOf(argument)),
          selections: selections?.length === 0 ? [typename] : selections,
        });
      }
      if (random.chance(0.08)) parts.push(typename);
    }
    if (isAbstractType(type)) {
      for (const member of random.some(full.getPossibleTypes(type), 0.4)) {
        const selections = selectionsOf(member, depth);
        if (selections.length > 0) parts.push({ kind: 'FRAGMENT', on: member.name, selections });
      }
    }
    // On what an object of the type can be besides: where the type is an object, this is where words say more than it can be.
    if (depth < maxDepth && random.chance(isAbstractType(type) ? 0.3 : 0.5)) {
      const on = random.pick(besides(type));
      const selections = selectionsOf(on, depth + 1);
      if (selections.length > 0) parts.push({ kind: 'FRAGMENT', on: on.name, selections });
    }
    return parts;
  }

  function besides(type: GraphQLNamedType): readonly GraphQLNamedType[] {
    const possible = possibleOf(type);
    const abstract = Object.values(full.getTypeMap()).filter(isAbstractType);
    return [type, ...abstract.filter((other) => possibleOf(other).some((one) => possible.includes(one)))];
  }

  function possibleOf(type: GraphQLNamedType): readonly GraphQLNamedType[] {
    return isAbstractType(type) ? full.getPossibleTypes(type) : [type];
  }

  function argumentOf({ name, type, defaultValue }: GraphQLArgument) {
    const isRequired = isNonNullType(type) && defaultValue === undefined;
    if (!isRequired && random.chance(0.5)) return [];
    const value = inputOf(type, 0);
    return value === undefined ? [] : [{ name, type: String(type), value }];
  }

  /** `undefined` when there is nothing that says anything. A null or an empty object is no use of an input. */
  function inputOf(type: GraphQLInputType, depth: number): Value | undefined {
    if (isNonNullType(type)) return inputOf(type.ofType, depth) ?? undefined;
    if (kind === 'LOOSE' && random.chance(0.05)) return null;
    if (isListType(type)) {
      const item = inputOf(type.ofType, depth);
      return item === undefined ? undefined : random.chance(0.5) ? item : [item];
    }
    if (isEnumType(type)) return { enum: random.pick(type.getValues()).name };
    if (!isInputObjectType(type)) return random.chance(0.15) && depth > 0 ? null : leafOf(type.name);
    const fields = Object.values(type.getFields()).flatMap((field) => {
      const isRequired = isNonNullType(field.type) && field.defaultValue === undefined;
      const isSelf = getNamedType(field.type) === type;
      if (!isRequired && (random.chance(0.55) || (isSelf && depth > 2))) return [];
      const value = isRequired ? required(field.type) : inputOf(field.type, depth + 1);
      return value === undefined ? [] : [[field.name, value] as const];
    });
    if (fields.length > 0 || (kind === 'LOOSE' && type.name.startsWith('Filter')))
      return { fields: Object.fromEntries(fields) };
    // Something that needs nothing by itself says nothing either; a leaf does.
    const leaf = Object.values(type.getFields()).find((field) => isLeafType(getNamedType(field.type)));
    return leaf ? { fields: { [leaf.name]: required(leaf.type) } } : undefined;
  }

  function required(type: GraphQLInputType): Value {
    const named = getNamedType(type);
    if (isEnumType(named)) return { enum: random.pick(named.getValues()).name };
    return isLeafType(named) ? leafOf(named.name) : (inputOf(named, 3) ?? null);
  }

  function leafOf(name: string): Value {
    switch (name) {
      case 'Int':
        return 1;
      case 'Boolean':
        return true;
      default:
        return 'x';
    }
  }
}
