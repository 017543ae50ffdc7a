import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
} from 'graphql';
import type { CompiledField, CompiledObject, CompiledSchema } from '../compiled-schema.ts';
import { privilegeBit } from '../privilege-bit.ts';
import { problemList } from '../schema-declaration-error.ts';
import type { Verb } from '../verb.ts';
import { checkDeclarations } from './check-declarations.ts';
import { checkDirectives } from './check-directives.ts';
import { argumentCompiler } from './compile-arguments.ts';
import { inputCompiler } from './compile-inputs.ts';
import { boundedListSize } from './compile-list-size.ts';
import { mutationNeeds, verbsOf } from './mutation-verbs.ts';
import { neededBits } from './needed-bits.ts';
import { numberCoordinates } from './number-coordinates.ts';
import { readField, readSchema, readType } from './read-declarations.ts';
import { objectTypes, proveStructure } from './structure.ts';
import { declaredWeight, weightOfObject } from './weights.ts';

const rootCallPoints = 10;

interface ObjectInProgress extends CompiledObject {
  readonly fields: Map<string, CompiledField>;
}

/**
 * All that can be known of a schema before a request. Reads nothing but the schema and its declarations, so it gates
 * any schema. Throws one `SchemaDeclarationError` that lists everything that is undeclared or contradicts itself, or before that
 * everything that is declared under a wrong name or with a wrong value.
 */
export function compileSchema(schema: GraphQLSchema): CompiledSchema {
  const problems = problemList();
  checkDeclarations(schema, problems);
  // What follows from a declaration that cannot be read would only be said of the mistake.
  problems.throwIfAny();
  checkDirectives(schema, problems);
  const rules = readSchema(schema);
  const structure = proveStructure(schema);
  const coordinates = numberCoordinates(schema, structure, problems);
  const inputs = inputCompiler(schema, structure, coordinates, problems);
  const argumentsOf = argumentCompiler(schema, structure, coordinates, inputs, rules, problems);

  const objects = objectTypes(schema).map(
    (type, index): ObjectInProgress => ({
      index,
      name: type.name,
      fields: new Map(),
      weight: weightOfObject(type, structure.structureOf(type), problems),
      structure: structure.structureOf(type),
    }),
  );
  const objectByName = new Map(objects.map((object) => [object.name, object]));
  const possibleTypes = possibleTypesIn(schema, objectByName);
  for (const type of objectTypes(schema)) {
    const object = objectByName.get(type.name);
    for (const field of Object.values(type.getFields())) object?.fields.set(field.name, compileField(type, field));
  }
  const root = (type: GraphQLObjectType | undefined | null) => (type ? objectByName.get(type.name) : undefined);
  const queryType = root(schema.getQueryType());
  if (queryType === undefined) problems.report('INVALID_DECLARATION', 'Query', 'does not exist; a schema needs one');
  const compiledInputs = inputs.finish();
  problems.throwIfAny();
  if (queryType === undefined) throw new Error('unreachable: reported above');
  return {
    schema,
    coordinates: coordinates.list,
    byText: coordinates.byText,
    objects,
    objectByName,
    inputs: compiledInputs,
    neededBits: neededBits(objects),
    queryType,
    mutationType: root(schema.getMutationType()),
    subscriptionType: root(schema.getSubscriptionType()),
    possibleTypes,
  };

  function compileField(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): CompiledField {
    const text = `${type.name}.${field.name}`;
    const declared = readField(field);
    const coordinate = coordinates.ofField(type.name, field.name);
    if (coordinate === undefined) throw new Error(`${text} has no coordinate`);
    const isMutation = type === schema.getMutationType();
    const verbs: readonly Verb[] = isMutation ? verbsOf(text, declared, problems) : ['read'];
    if (!isMutation && (declared.verbs || declared.deletes)) {
      problems.report('INVALID_DECLARATION', text, 'declares verbs, but is no field of the mutation type');
    }
    const listSize = boundedListSize(type, field, structure, rules, problems);
    const named = getNamedType(field.type);
    return {
      coordinate,
      needs: isMutation
        ? mutationNeeds(schema, coordinate, verbs, declared, coordinates, problems)
        : coordinate.access === 'GATED'
          ? [privilegeBit(coordinate, 'read'), ...coordinate.reads]
          : [],
      type: field.type,
      possibleTypes: isCompositeType(named) ? possibleTypes(named) : [],
      arguments: argumentsOf.compile(type, field, verbs, listSize),
      inputVerbs: verbs,
      weight: declaredWeight(declared.cost?.weight ?? defaultCallPoints(type), text, problems),
      leafWeight: isCompositeType(named) ? 0 : declaredWeight(readType(named).weight ?? 0, named.name, problems),
      isList: isListType(getNullableType(field.type)),
      listSize,
      rateLimit: declared.rateLimit,
    };
  }

  function defaultCallPoints(type: GraphQLObjectType): number {
    return type === schema.getMutationType() || type === schema.getSubscriptionType() ? rootCallPoints : 0;
  }
}

function possibleTypesIn(
  schema: GraphQLSchema,
  objectByName: ReadonlyMap<string, CompiledObject>,
): (type: GraphQLCompositeType) => readonly CompiledObject[] {
  const known = new Map<string, readonly CompiledObject[]>();
  return (type) => {
    const before = known.get(type.name);
    if (before !== undefined) return before;
    const types = isObjectType(type) ? [type] : schema.getPossibleTypes(type);
    const possible = types.flatMap(({ name }) => objectByName.get(name) ?? []).sort((a, b) => a.index - b.index);
    known.set(type.name, possible);
    return possible;
  };
}
