import {
  type GraphQLArgument,
  GraphQLBoolean,
  GraphQLDirective,
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
  GraphQLSchema,
  type GraphQLType,
  GraphQLUnionType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isSpecifiedDirective,
  isUnionType,
} from 'graphql';
import { invariant } from '../../kernel/invariant.ts';
import type { CompiledSchema } from '../../plan/compiled-schema.ts';
import type { CompiledPrivileges } from '../compile-privileges.ts';
import { reachableTypes } from './reachable-types.ts';
import { type ShownInputs, shownInputs } from './shown-inputs.ts';
import { type ShownTypes, shownTypes } from './shown-types.ts';
import { isVisibleDefault } from './visible-default.ts';

/**
 * The part of a schema that a key can use, as a schema of its own: for introspection, SDL, suggestions and validation.
 * It has no resolvers; data come from the full schema, which has the defaults that a view may have to hide. Closed under
 * F1–F11: nothing in it leads to, or names, what is not in it; descriptions are kept as they are.
 */
export function filterSchema(schema: CompiledSchema, { sight }: CompiledPrivileges): GraphQLSchema {
  const full = schema.schema;
  const shown = shownTypes(schema, sight);
  const inputs = shownInputs(schema, sight);
  const roots = [full.getQueryType(), full.getMutationType(), full.getSubscriptionType()].map((type) =>
    type && shown.fieldsOf(type).length > 0 ? type : undefined,
  );
  const [query, mutation, subscription] = roots;
  if (query === undefined || query === null) return nothingVisible();
  const directives = full.getDirectives();
  const reachable = reachableTypes(
    shown,
    inputs,
    roots.flatMap((type) => type ?? []),
  );
  const built = new Map<string, GraphQLNamedType>();
  const view = (type: GraphQLNamedType): GraphQLNamedType => {
    const known = built.get(type.name);
    if (known !== undefined) return known;
    const made = viewOfType(type, shown, inputs, view);
    built.set(type.name, made);
    return made;
  };
  const object = (type: GraphQLObjectType | null | undefined) => (type ? (view(type) as GraphQLObjectType) : null);
  return new GraphQLSchema({
    description: full.description,
    query: object(query),
    mutation: object(mutation),
    subscription: object(subscription),
    // In the order of the full schema, so that SDL of two keys can be compared.
    types: Object.values(full.getTypeMap())
      .filter((type) => reachable.has(type))
      .map(view),
    directives: directives.flatMap((directive) => {
      if (isSpecifiedDirective(directive)) return [directive];
      const isHidden = directive.args.some(({ type }) => isHiddenInput(type, reachable));
      return isHidden ? [] : [viewOfDirective(directive, inputs, view)];
    }),
    extensions: full.extensions,
  });
}

/** With the view's own types: a schema may have but one of each name. */
function viewOfDirective(directive: GraphQLDirective, inputs: ShownInputs, view: View): GraphQLDirective {
  const args = directive.args.map((argument) => [argument.name, viewOfArgument(argument, inputs, view)]);
  return new GraphQLDirective({ ...directive.toConfig(), args: Object.fromEntries(args), astNode: null });
}

function isHiddenInput(type: GraphQLInputType, reachable: ReadonlySet<GraphQLNamedType>): boolean {
  if (isNonNullType(type) || isListType(type)) return isHiddenInput(type.ofType, reachable);
  return (isEnumType(type) || isInputObjectType(type)) && !reachable.has(type);
}

/** A schema must have a query type with a field; this one says that there is nothing. */
function nothingVisible(): GraphQLSchema {
  return new GraphQLSchema({
    query: new GraphQLObjectType({
      name: 'Query',
      fields: { nothingVisible: { type: GraphQLBoolean, description: 'This key may read nothing.' } },
    }),
  });
}

type View = (type: GraphQLNamedType) => GraphQLNamedType;

function viewOfType(type: GraphQLNamedType, shown: ShownTypes, inputs: ShownInputs, view: View): GraphQLNamedType {
  const { description, extensions } = type;
  const common = { name: type.name, description, extensions };
  if (isObjectType(type) || isInterfaceType(type)) {
    if (isInterfaceType(type) && !shown.isShownAsInterface(type)) {
      return new GraphQLUnionType({ ...common, types: () => membersIn(type, shown, view) });
    }
    const config = {
      ...common,
      interfaces: () =>
        type
          .getInterfaces()
          .filter((parent) => shown.isShownAsInterface(parent))
          .map((parent) => view(parent) as GraphQLInterfaceType),
      fields: () =>
        Object.fromEntries(
          shown.fieldsOf(type).map((field) => [field.name, viewOfField(type, field, shown, inputs, view)]),
        ),
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
function viewOfArgument(
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
