import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isObjectType,
} from 'graphql';
import type { CompiledArgument, ListSize, PrivilegeBit } from '../compiled-schema.ts';
import type { SchemaDeclaration } from '../declarations.ts';
import { privilegeBit, withReads } from '../privilege-bit.ts';
import { readCoordinate } from '../read-coordinate.ts';
import type { ProblemList } from '../schema-declaration-error.ts';
import type { Verb } from '../verb.ts';
import { isLengthType } from './check-list-size.ts';
import type { InputCompiler } from './compile-inputs.ts';
import { type InputPosition, isGlobalId, isNeutralName, isOrderEnum } from './input-position.ts';
import type { Coordinates } from './number-coordinates.ts';
import { readArgument, readInputType } from './read-declarations.ts';
import { canInfer } from './structural-input.ts';
import { objectTypes, type ProvenStructure } from './structure.ts';
import { weightOfInput } from './weights.ts';

export interface ArgumentCompiler {
  compile(
    type: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    inputVerbs: readonly Verb[],
    listSize: ListSize | undefined,
  ): ReadonlyMap<string, CompiledArgument>;
}

type Meaning = Pick<CompiledArgument, 'needs' | 'needsWhereVisible' | 'input'>;

const lookupNames = /^(filter|filterBy|where|order|orderBy|sort|sortBy|sortKey|groupBy)$/;
const pagingNames = ['first', 'last', 'after', 'before'];

export function argumentCompiler(
  schema: GraphQLSchema,
  structure: ProvenStructure,
  coordinates: Coordinates,
  inputs: InputCompiler,
  rules: SchemaDeclaration,
  problems: ProblemList,
): ArgumentCompiler {
  return {
    compile: (type, field, inputVerbs, listSize) => {
      const compileOne = (argument: GraphQLArgument): CompiledArgument => {
        const { weight } = readArgument(argument);
        return {
          name: argument.name,
          type: argument.type,
          ...meaningOf(type, field, argument, inputVerbs, listSize),
          weight: weightOfInput(weight, argument.type, `${type.name}.${field.name}(${argument.name}:)`, problems),
          defaultValue: argument.defaultValue,
        };
      };
      return new Map(field.args.map((argument) => [argument.name, compileOne(argument)]));
    },
  };

  function meaningOf(
    type: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    argument: GraphQLArgument,
    inputVerbs: readonly Verb[],
    listSize: ListSize | undefined,
  ): Meaning {
    const text = `${type.name}.${field.name}(${argument.name}:)`;
    const declared = readArgument(argument);
    const isMutation = type === schema.getMutationType();
    const covered: InputPosition = { mode: 'OPERATOR', entity: undefined };
    if (declared.looksAt !== undefined) {
      return { ...looksAt(declared.looksAt, text), input: inputs.compile(argument.type, covered) };
    }
    if (declared.sets !== undefined) {
      const { sets } = declared;
      const needs = inputVerbs.flatMap((verb) => coordinates.bitsOf(sets, verb, text));
      return { needs, needsWhereVisible: [], input: inputs.compile(argument.type, covered) };
    }
    const input = isMutation
      ? valuesToStore(argument)
      : isPaging(field, argument, listSize) || isGlobalId(argument.name, argument.type)
        ? { input: undefined }
        : lookup(field, argument);
    if (input !== undefined) return { needs: [], needsWhereVisible: [], ...input };
    return { ...undeclared(field, text), input: inputs.compile(argument.type, covered) };
  }

  /** An abstract coordinate is needed only of the object types that the key can see. */
  function looksAt(texts: readonly string[], declaredAt: string): Omit<Meaning, 'input'> {
    const needs: PrivilegeBit[] = [];
    const needsWhereVisible: PrivilegeBit[] = [];
    for (const text of texts) {
      const isAbstract = isAbstractType(schema.getType(readCoordinate(text)[0]));
      if (isAbstract) needsWhereVisible.push(...coordinates.ownReadsOf(text, declaredAt));
      else needs.push(...coordinates.bitsOf(text, 'read', declaredAt));
    }
    return { needs, needsWhereVisible };
  }

  function valuesToStore(argument: GraphQLArgument): Pick<Meaning, 'input'> | undefined {
    if (isInputObjectType(getNamedType(argument.type))) {
      return { input: inputs.compile(argument.type, { mode: 'VALUES', entity: undefined }) };
    }
    return isNeutralName(argument.name, argument.type) ? { input: undefined } : undefined;
  }

  /** What a filter or an order looks at, when its type says so, or its names are those of the result's fields. */
  function lookup(
    field: GraphQLField<unknown, unknown>,
    argument: GraphQLArgument,
  ): Pick<Meaning, 'input'> | undefined {
    const named = getNamedType(argument.type);
    const entity = structure.entityOf(field);
    const declared = isInputObjectType(named) ? readInputType(named) : {};
    const position: InputPosition = { mode: 'LOOKUP', entity };
    if (declared.entity !== undefined || declared.use !== undefined) {
      return { input: inputs.compile(argument.type, position) };
    }
    if (!lookupNames.test(argument.name)) return undefined;
    if (isEnumType(named) && isOrderEnum(named, entity)) return { input: inputs.compile(argument.type, position) };
    if (isInputObjectType(named) && entity !== undefined && canInfer(named, entity)) {
      return { input: inputs.compile(argument.type, position) };
    }
    return undefined;
  }

  function undeclared(field: GraphQLField<unknown, unknown>, text: string): Omit<Meaning, 'input'> {
    switch (rules.undeclaredArguments) {
      case 'NEUTRAL':
        return { needs: [], needsWhereVisible: [] };
      case 'RESULT':
        return isAbstractType(getNamedType(field.type))
          ? { needs: [], needsWhereVisible: readsOfResult(field) }
          : { needs: withReads(coordinates.list, readsOfResult(field)), needsWhereVisible: [] };
      default:
        problems.report(
          'UNDECLARED_ARGUMENT',
          text,
          'is neither declared nor inferred; declare looksAt with the fields that it looks at, or [] when it is neutral',
        );
        return { needs: [], needsWhereVisible: [] };
    }
  }

  function readsOfResult(field: GraphQLField<unknown, unknown>): readonly PrivilegeBit[] {
    const result = structure.entityOf(field) ?? getNamedType(field.type);
    const types = isObjectType(result)
      ? [result]
      : isAbstractType(result)
        ? objectTypes(schema).filter((object) => schema.isSubType(result, object))
        : [];
    return types
      .flatMap((object) =>
        Object.keys(object.getFields()).flatMap((name) => coordinates.ofField(object.name, name) ?? []),
      )
      .filter(({ access, explicit }) => access === 'GATED' && !explicit)
      .map((coordinate) => privilegeBit(coordinate, 'read'));
  }

  function isPaging(
    field: GraphQLField<unknown, unknown>,
    { name, type }: GraphQLArgument,
    listSize: ListSize | undefined,
  ): boolean {
    if (listSize?.slicingArguments.includes(name) && isLengthType(getNamedType(type))) return true;
    const result = getNullableType(field.type);
    return isObjectType(result) && structure.structureOf(result) === 'CONNECTION' && pagingNames.includes(name);
  }
}
