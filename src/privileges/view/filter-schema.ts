import {
  type GraphQLArgument,
  GraphQLDirective,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isSpecifiedDirective,
} from 'graphql';
import type { CompiledSchema } from '../../plan/compiled-schema.ts';
import type { CompiledPrivileges } from '../compile-privileges.ts';
import { withDirectiveInputs } from './directive-inputs.ts';
import { reachableTypes } from './reachable-types.ts';
import { type ShownInputs, shownInputs } from './shown-inputs.ts';
import { shownTypes } from './shown-types.ts';
import { type View, viewOfArgument, viewOfType } from './view-of-type.ts';

/**
 * The part of a schema that a key can use, as a schema of its own: for introspection, SDL, suggestions and validation.
 * It has no resolvers; data come from the full schema, which has the defaults that a view may have to hide. Closed under
 * F1–F11: nothing in it leads to, or names, what is not in it; descriptions are kept as they are. The query type is there
 * for every key, and a mutation that is granted with its payload, if need be with a field that says that there is nothing.
 */
export function filterSchema(
  schema: CompiledSchema,
  { sight }: CompiledPrivileges,
  ownDirectives: readonly GraphQLDirective[] = [],
): GraphQLSchema {
  const full = schema.schema;
  const shown = shownTypes(schema, sight);
  const leadsSomewhere = (type: GraphQLObjectType | null | undefined) =>
    type && shown.fieldsOf(type).length > 0 ? type : undefined;
  const query = full.getQueryType();
  const mutation = leadsSomewhere(full.getMutationType());
  const subscription = leadsSomewhere(full.getSubscriptionType());
  const directives = full.getDirectives();
  const ofFields = shownInputs(schema, sight);
  const roots = [query, mutation, subscription].flatMap((type) => type ?? []);
  const { inputs, reachable } = withDirectiveInputs(full, ofFields, reachableTypes(shown, ofFields, roots));
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
    directives: [
      ...directives.flatMap((directive) => {
        if (isSpecifiedDirective(directive)) return [directive];
        const hidden = directive.args.filter(({ type }) => isHiddenInput(type, reachable));
        const isUsable = !hidden.some(isRequiredArgument);
        return isUsable ? [viewOfDirective(directive, hidden, inputs, view)] : [];
      }),
      ...ownDirectives.filter(({ name }) => !directives.some((directive) => directive.name === name)),
    ],
    extensions: full.extensions,
  });
}

/** With the view's own types, since a schema may have but one of each name, and without arguments of hidden ones. */
function viewOfDirective(
  directive: GraphQLDirective,
  hidden: readonly GraphQLArgument[],
  inputs: ShownInputs,
  view: View,
): GraphQLDirective {
  const shown = directive.args.filter((argument) => !hidden.includes(argument));
  const args = shown.map((argument) => [argument.name, viewOfArgument(argument, inputs, view)]);
  return new GraphQLDirective({ ...directive.toConfig(), args: Object.fromEntries(args), astNode: null });
}

function isHiddenInput(type: GraphQLInputType, reachable: ReadonlySet<GraphQLNamedType>): boolean {
  if (isNonNullType(type) || isListType(type)) return isHiddenInput(type.ofType, reachable);
  return (isEnumType(type) || isInputObjectType(type)) && !reachable.has(type);
}
