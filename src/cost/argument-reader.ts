import { type FieldNode, Kind, type ValueNode, valueFromAST } from 'graphql';
import { ownValue } from '../kernel/own-value.ts';
import type { CompiledArgument, CompiledField } from '../plan/compiled-schema.ts';
import type { CoercedVariables, DataFieldPlan } from '../plan/document-plan.ts';
import { type ArgumentValues, hasPrice } from './own-cost.ts';

/** The argument values that a price depends on, for given variables. */
export type ArgumentReader = (variables: CoercedVariables) => ArgumentValues;

/** Either the values, which no variable changes, or how to read them for given variables. */
export type PricedArguments = { readonly constant: ArgumentValues } | { readonly read: ArgumentReader };

/**
 * Coerces the arguments of a field as execution will (GraphQL specification §6.4.1), but only those that can change its
 * price. What no variable can change is coerced now: then the reader is a constant. A field of a fragment may stand in
 * thousands of selections: its literals are coerced once for the document, and once for each request where variables are
 * in them.
 */
export function argumentReader(plan: DataFieldPlan): PricedArguments {
  const ofNode = readers.get(plan.node) ?? new Map<CompiledField, PricedArguments>();
  const known = ofNode.get(plan.field);
  if (known) return known;
  const made = newReader(plan);
  ofNode.set(plan.field, made);
  readers.set(plan.node, ofNode);
  return made;
}

/** A node on an interface is a field of several object types. */
const readers = new WeakMap<FieldNode, Map<CompiledField, PricedArguments>>();

function newReader(plan: DataFieldPlan): PricedArguments {
  const constant: Record<string, unknown> = {};
  const variable: { readonly argument: CompiledArgument; readonly value: ValueNode }[] = [];
  for (const argument of priced(plan.field)) {
    const planned = plan.arguments.find((each) => each.argument === argument);
    if (planned && namesVariable(planned.value)) variable.push(planned);
    else {
      const value = planned ? valueFromAST(planned.value, argument.type) : argument.defaultValue;
      if (value !== undefined) constant[argument.name] = value;
    }
  }
  if (variable.length === 0) return { constant };
  const read = new WeakMap<CoercedVariables, ArgumentValues>();
  return {
    read(variables) {
      const before = read.get(variables);
      if (before) return before;
      const values = { ...constant };
      for (const { argument, value } of variable) {
        const coerced =
          value.kind === Kind.VARIABLE
            ? ownValue(variables, value.name.value)
            : valueFromAST(value, argument.type, { ...variables });
        values[argument.name] = coerced === undefined ? argument.defaultValue : coerced;
      }
      read.set(variables, values);
      return values;
    },
  };
}

function priced(field: CompiledField): readonly CompiledArgument[] {
  const slicing = (field.listSize?.slicingArguments ?? []).map((path) => path.split('.')[0]);
  return [...field.arguments.values()].filter((argument) => hasPrice(argument) || slicing.includes(argument.name));
}

/** Whether the value of a literal is that of its variables. */
export function namesVariable(value: ValueNode): boolean {
  switch (value.kind) {
    case Kind.VARIABLE:
      return true;
    case Kind.LIST:
      return value.values.some(namesVariable);
    case Kind.OBJECT:
      return value.fields.some((field) => namesVariable(field.value));
    default:
      return false;
  }
}
