import { Kind, type ValueNode, valueFromAST } from 'graphql';
import type { CompiledArgument, CompiledField } from '../plan/compiled-schema.ts';
import type { CoercedVariables, DataFieldPlan } from '../plan/document-plan.ts';
import { type ArgumentValues, hasPrice } from './own-cost.ts';

/** The argument values that a price depends on, for given variables. */
export type ArgumentReader = (variables: CoercedVariables) => ArgumentValues;

/**
 * Coerces the arguments of a field as execution will (GraphQL specification §6.4.1), but only those that can change its
 * price. What no variable can change is coerced now: then the reader is a constant.
 */
export function argumentReader(
  plan: DataFieldPlan,
): { readonly constant: ArgumentValues } | { readonly read: ArgumentReader } {
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
  return {
    read(variables) {
      const values = { ...constant };
      for (const { argument, value } of variable) {
        const coerced =
          value.kind === Kind.VARIABLE
            ? variables[value.name.value]
            : valueFromAST(value, argument.type, { ...variables });
        values[argument.name] = coerced === undefined ? argument.defaultValue : coerced;
      }
      return values;
    },
  };
}

function priced(field: CompiledField): readonly CompiledArgument[] {
  const slicing = (field.listSize?.slicingArguments ?? []).map((path) => path.split('.')[0]);
  return [...field.arguments.values()].filter((argument) => hasPrice(argument) || slicing.includes(argument.name));
}

function namesVariable(value: ValueNode): boolean {
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
