import { type DocumentNode, GraphQLError, type GraphQLSchema, type ValidationRule, validate } from 'graphql';

const mostErrors = 20;

/** Validates without suggestions: the result is shared by all callers, and a suggestion is a look at the schema. */
export function validateDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  rules?: readonly ValidationRule[],
): readonly GraphQLError[] {
  return validate(schema, document, rules, { maxErrors: mostErrors, hideSuggestions: true });
}

/**
 * The same errors with the suggestions that the caller's own view gives: validated against the view, an error says the
 * same and then names what is near, among what the caller may know.
 */
export function withSuggestions(
  errors: readonly GraphQLError[],
  document: DocumentNode,
  view: GraphQLSchema,
): readonly GraphQLError[] {
  const onView = validate(view, document, undefined, { maxErrors: 5 * mostErrors });
  return errors.map((error) => {
    const suggesting = onView.find(({ message }) => message.startsWith(error.message));
    if (!suggesting) return error;
    const { nodes, extensions } = error;
    return new GraphQLError(suggesting.message, { nodes: nodes ?? null, extensions });
  });
}
