import {
  GraphQLBoolean,
  GraphQLDirective,
  type GraphQLInputType,
  type GraphQLNamedType,
  GraphQLObjectType,
  GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isSpecifiedDirective,
} from 'graphql';
import type { CompiledSchema } from '../../plan/compiled-schema.ts';
import type { CompiledPrivileges } from '../compile-privileges.ts';
import { reachableTypes } from './reachable-types.ts';
import { type ShownInputs, shownInputs } from './shown-inputs.ts';
import { shownTypes } from './shown-types.ts';
import { type View, viewOfArgument, viewOfType } from './view-of-type.ts';

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
