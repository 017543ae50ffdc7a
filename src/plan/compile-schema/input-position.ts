import {
  type GraphQLEnumType,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isLeafType,
  isObjectType,
} from 'graphql';
import type { InputFieldDeclaration } from '../declarations.ts';
import { readEnumValue } from './read-declarations.ts';
import type { ProvenStructure } from './structure.ts';

/**
 * Where an input stands, as far as its type does not say it by itself.
 * `VALUES`: below a mutation, values to store. `LOOKUP`: below a query's argument, or in a filter: what it looks at.
 * `OPERATOR`: it only says how to compare what stands above it (`{ eq, gte }`), or is covered by a declared argument.
 */
export interface InputPosition {
  readonly mode: 'VALUES' | 'LOOKUP' | 'OPERATOR';
  /** The object type that is looked at, when the position tells: a filter's result, a nested filter's field. */
  readonly entity: GraphQLObjectType | undefined;
}

const callFields = ['etag', 'idempotencyKey', 'clientMutationId'];

/** Global ids and the fields of a call itself: they say which object and which call, and store nothing. */
export function isNeutralName(name: string, type: GraphQLInputType): boolean {
  return callFields.includes(name) || isGlobalId(name, type);
}

export function isGlobalId(name: string, type: GraphQLInputType): boolean {
  return (name === 'id' || name === 'ids') && getNamedType(type).name === 'ID';
}

/** `ASC`, `DESC` and their kin, and nothing else. */
export function isDirection(type: GraphQLInputType): boolean {
  const named = getNamedType(type);
  return (
    isEnumType(named) && named.getValues().every(({ name }) => /^(ASC|DESC)(ENDING)?(_NULLS_(FIRST|LAST))?$/.test(name))
  );
}

/** Whether each value says what it reads: declared, or the upper-case name of a field of the entity. */
export function isOrderEnum(type: GraphQLEnumType, entity: GraphQLObjectType | undefined): boolean {
  return type.getValues().every((value) => {
    return readEnumValue(value).looksAt !== undefined || fieldInUpperCase(value.name, entity) !== undefined;
  });
}

/** `createdAt` for `CREATED_AT`. */
export function fieldInUpperCase(value: string, entity: GraphQLObjectType | undefined): string | undefined {
  const upperCase = (name: string) => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
  return Object.keys(entity?.getFields() ?? {}).find((name) => upperCase(name) === value);
}

/** `City` for `CreateCityInput`, `UpdateCityInput` and `CityInput`, when there is such an object type. */
export function entityByName(type: GraphQLInputObjectType, schema: GraphQLSchema): GraphQLObjectType | undefined {
  const [, , noun] = /^(Create|Update|Upsert|Delete)?(\w+)Input$/.exec(type.name) ?? [];
  const entity = noun === undefined ? undefined : schema.getType(noun);
  return isObjectType(entity) ? entity : undefined;
}

/** Where the values of an input field stand, by where its input object stands. */
export function positionBelow(
  type: GraphQLInputObjectType,
  field: GraphQLInputField,
  here: InputPosition,
  { looksAt }: InputFieldDeclaration,
  { entityOf }: ProvenStructure,
): InputPosition {
  if (here.mode === 'VALUES') return { mode: 'VALUES', entity: undefined };
  if (here.mode === 'OPERATOR') return here;
  if (getNamedType(field.type) === type) return here;
  const entityField = here.entity?.getFields()[field.name];
  if (looksAt === undefined && entityField !== undefined && !isLeafType(getNamedType(entityField.type))) {
    return { mode: 'LOOKUP', entity: entityOf(entityField) };
  }
  return isEnumType(getNamedType(field.type)) && entityField === undefined && looksAt === undefined
    ? here
    : { mode: 'OPERATOR', entity: undefined };
}
