import {
  type GraphQLArgument,
  GraphQLEnumType,
  type GraphQLField,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInterfaceType,
  GraphQLList,
  type GraphQLNamedType,
  GraphQLNonNull,
  GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLType,
  GraphQLUnionType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { invariant } from '../../kernel/invariant.ts';
import { nothingVisible, nothingVisibleField } from './nothing-visible.ts';
import type { ShownInputs } from './shown-inputs.ts';
import type { ShownTypes } from './shown-types.ts';
import { isVisibleDefault } from './visible-default.ts';

/** The view's own type of a name: a schema may have but one of each. */
export type View = (type: GraphQLNamedType) => GraphQLNamedType;

/** A type as a key sees it, all that it leads to being seen through `view`. */
export function viewOfType(
  type: GraphQLNamedType,
  shown: ShownTypes,
  inputs: ShownInputs,
  view: View,
): GraphQLNamedType {
  const { description, extensions } = type;
  const common = { name: type.name, description, extensions };
  if (isObjectType(type) || isInterfaceType(type)) {
    if (isInterfaceType(type) && !shown.isShownAsInterface(type)) {
      return new GraphQLUnionType({ ...common, types: () => membersIn(type, shown, view) });
    }
    const visible = shown.fieldsOf(type);
    if (visible.length === 0) {
      return new GraphQLObjectType({ ...common, fields: { [nothingVisible]: nothingVisibleField() } });
    }
    const config = {
      ...common,
      interfaces: () =>
        type
          .getInterfaces()
          .filter((parent) => shown.isShownAsInterface(parent))
          .map((parent) => view(parent) as GraphQLInterfaceType),
      fields: () =>
        Object.fromEntries(visible.map((field) => [field.name, viewOfField(type, field, shown, inputs, view)])),
    };
    return isObjectType(type) ? new GraphQLObjectType(config) : new GraphQLInterfaceType(config);
  }
  if (isUnionType(type)) return new GraphQLUnionType({ ...common, types: () => membersIn(type, shown, view) });
  if (isEnumType(type)) {
    const config = type.toConfig();
    const values = Object.entries(config.values).filter(([name]) => inputs.seesEnumValue(type.name, name));
    return new GraphQLEnumType({
      ...common,
      values: Object.fromEntries(values.map(([name, value]) => [name, { ...value, astNode: null }])),
    });
  }
  if (isInputObjectType(type)) return viewOfInput(type, inputs, view);
  return type;
}

function viewOfField(
  parent: GraphQLObjectType | GraphQLInterfaceType,
  field: GraphQLField<unknown, unknown>,
  shown: ShownTypes,
  inputs: ShownInputs,
  view: View,
): GraphQLFieldConfig<unknown, unknown> {
  const { description, deprecationReason, extensions } = field;
  const visible = field.args.filter(({ name }) => shown.seesArgument(parent, field, name));
  const args: GraphQLFieldConfigArgumentMap = Object.fromEntries(
    visible.map((argument) => [argument.name, viewOfArgument(argument, inputs, view)]),
  );
  return { type: rewrap(field.type, view) as GraphQLOutputType, args, description, deprecationReason, extensions };
}

/** Without its default an argument that may be left out must not become required. */
export function viewOfArgument(
  argument: Pick<GraphQLArgument, 'type' | 'defaultValue' | 'description' | 'deprecationReason' | 'extensions'>,
  inputs: ShownInputs,
  view: View,
) {
  const { type, defaultValue, description, deprecationReason, extensions } = argument;
  const keepsDefault = isVisibleDefault(defaultValue, type, inputs);
  const shownType = !keepsDefault && isNonNullType(type) ? type.ofType : type;
  return {
    type: rewrap(shownType, view) as GraphQLInputType,
    description,
    deprecationReason,
    extensions,
    ...(keepsDefault && defaultValue !== undefined ? { defaultValue } : {}),
  };
}

function viewOfInput(type: GraphQLInputObjectType, inputs: ShownInputs, view: View): GraphQLInputObjectType {
  const fieldNames = inputs.fieldsOf(type);
  return new GraphQLInputObjectType({
    name: type.name,
    description: type.description,
    extensions: type.extensions,
    isOneOf: type.isOneOf,
    fields: () =>
      Object.fromEntries(
        Object.values(type.getFields())
          .filter(({ name }) => fieldNames.has(name))
          .map((field) => [field.name, viewOfArgument(field, inputs, view)]),
      ),
  });
}

function membersIn(type: GraphQLNamedType, shown: ShownTypes, view: View): GraphQLObjectType[] {
  return shown.membersOf(type).map(({ name }) => {
    const member = shown.objectNamed(name);
    invariant(member, 'a visible member is an object type of the schema');
    return view(member) as GraphQLObjectType;
  });
}

function rewrap(type: GraphQLType, view: View): GraphQLType {
  if (isNonNullType(type)) return new GraphQLNonNull(rewrap(type.ofType, view) as GraphQLOutputType);
  if (isListType(type)) return new GraphQLList(rewrap(type.ofType, view));
  return view(type);
}
