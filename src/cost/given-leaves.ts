import {
  type FieldNode,
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  type ValueNode,
  valueFromAST,
} from 'graphql';
import { isPlainObject } from '../kernel/is-plain-object.ts';
import { ownValue } from '../kernel/own-value.ts';
import type { CoercedVariables, DataFieldPlan, FieldPlan, PlannedArgument } from '../plan/document-plan.ts';
import { namesVariable } from './argument-reader.ts';

/** For how many leaves something counts. */
export type LeafSize = number | ((variables: CoercedVariables) => number);

export function sizeFor(size: LeafSize, variables: CoercedVariables): number {
  return typeof size === 'number' ? size : size(variables);
}

/** Values given in the arguments of one field that come with it: with a leaf, and with any other, which has a filter. */
const withLeaf = 1;
const withObject = 10;

/**
 * For how many leaves the arguments of a field count beside the field itself. A literal is made into a value anew for each
 * object whose field it is (GraphQL spec §6.4.1), and what is given is checked there: as much work as answering leaves. A
 * variable counts for what it holds, so that the price is the same however a value is given. Of the root of an operation,
 * which is there once, nothing counts. See docs/adr/0016-what-leaves-cost.md.
 */
export function givenLeaves(plan: FieldPlan): LeafSize {
  if (plan.kind !== 'FIELD' || plan.arguments.length === 0) return 0;
  const known = leavesOf.get(plan.node);
  if (known !== undefined) return known;
  const size = givenTo(plan);
  leavesOf.set(plan.node, size);
  return size;
}

/** Once for each field of a document, in however many places its fragment stands. */
const leavesOf = new WeakMap<FieldNode, LeafSize>();

function givenTo({ arguments: all, selection }: DataFieldPlan): LeafSize {
  const free = selection === undefined ? withLeaf : withObject;
  const varying = all.filter(({ argument, value }) => varies(value, argument.type));
  const constant = all
    .filter((argument) => !varying.includes(argument))
    .reduce((sum, { argument, value }) => sum + literalSize(value, argument.type), 0);
  if (varying.length === 0) return Math.max(0, constant - free);
  const known = new WeakMap<CoercedVariables, number>();
  return (variables) => {
    const before = known.get(variables);
    if (before !== undefined) return before;
    const given = varying.reduce((sum, argument) => sum + varyingSize(argument, variables), constant);
    const size = Math.max(0, given - free);
    known.set(variables, size);
    return size;
  };
}

/** Whether variables change how many values it is. */
function varies(value: ValueNode, type: GraphQLInputType): boolean {
  return value.kind === Kind.VARIABLE ? !isOne(type) : namesVariable(value);
}

function isOne(type: GraphQLInputType): boolean {
  const nullable = getNullableType(type);
  return isEnumType(nullable) || (isScalarType(nullable) && isSpecifiedScalarType(nullable));
}

function literalSize(value: ValueNode, type: GraphQLInputType): number {
  return isOne(type) ? 1 : valuesIn(valueFromAST(value, type));
}

function varyingSize({ argument: { type }, value }: PlannedArgument, variables: CoercedVariables): number {
  if (value.kind !== Kind.VARIABLE) return valuesIn(valueFromAST(value, type, { ...variables }));
  const given = ownValue(variables, value.name.value);
  return given === undefined ? 0 : valuesIn(given);
}

/** A list and an object are one value, with one for each of what they hold. */
function valuesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  const known = values.get(value);
  if (known !== undefined) return known;
  const members: readonly unknown[] = Array.isArray(value) ? value : isPlainObject(value) ? Object.values(value) : [];
  const count = members.reduce<number>((sum, member) => sum + valuesIn(member), 1);
  values.set(value, count);
  return count;
}

/** A variable may be an argument of thousands of fields. */
const values = new WeakMap<object, number>();
