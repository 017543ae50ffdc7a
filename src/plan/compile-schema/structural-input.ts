import {
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isInputObjectType,
} from 'graphql';
import { isDirection, isOrderEnum } from './input-position.ts';
import { readInputField, readInputType } from './read-declarations.ts';

/** Whether every field of an undeclared filter or order is known by the names of the entity's fields. */
export function canInfer(type: GraphQLInputObjectType, entity: GraphQLObjectType): boolean {
  return Object.values(type.getFields()).every(
    (field) => entity.getFields()[field.name] !== undefined || isStructural(type, field, entity),
  );
}

/** It looks at nothing by itself: `and`/`or`/`not`, a direction, an order's enum, an input that says it itself. */
export function isStructural(
  type: GraphQLInputObjectType,
  field: GraphQLInputField,
  entity: GraphQLObjectType | undefined,
): boolean {
  return (
    getNamedType(field.type) === type ||
    isDirection(field.type) ||
    isOrder(field.type, entity) ||
    saysItself(field.type) ||
    readInputField(field).looksAt !== undefined
  );
}

function isOrder(type: GraphQLInputType, entity: GraphQLObjectType | undefined): boolean {
  const named = getNamedType(type);
  return isEnumType(named) && isOrderEnum(named, entity);
}

/** The input type's own declaration says what its fields look at. */
function saysItself(type: GraphQLInputType): boolean {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return false;
  const { entity, use } = readInputType(named);
  return entity !== undefined || use !== undefined;
}
