import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import type { ShownInputs } from './shown-inputs.ts';
import type { ShownTypes } from './shown-types.ts';

/** Every type that visible fields lead to from the roots (F7): what only hidden places mention is not shown. */
export function reachableTypes(
  shown: ShownTypes,
  inputs: ShownInputs,
  roots: readonly GraphQLObjectType[],
): ReadonlySet<GraphQLNamedType> {
  const reached = new Set<GraphQLNamedType>();
  const pending: GraphQLNamedType[] = [...roots];
  for (let type = pending.pop(); type !== undefined; type = pending.pop()) {
    if (reached.has(type)) continue;
    reached.add(type);
    if (isAbstractType(type)) {
      pending.push(...shown.membersOf(type).flatMap(({ name }) => shown.objectNamed(name) ?? []));
    }
    // What shows nothing is no example of an interface either.
    if ((isObjectType(type) || isInterfaceType(type)) && shown.fieldsOf(type).length > 0) {
      pending.push(...type.getInterfaces().filter(shown.isShownAsInterface));
      for (const field of shown.fieldsOf(type)) {
        pending.push(getNamedType(field.type));
        for (const argument of field.args) {
          if (shown.seesArgument(type, field, argument.name)) pending.push(getNamedType(argument.type));
        }
      }
    }
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        if (inputs.seesInputField(type.name, field.name)) pending.push(getNamedType(field.type));
      }
    }
  }
  return reached;
}
