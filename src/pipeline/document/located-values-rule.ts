import {
  type ASTNode,
  GraphQLError,
  type ValidationContext,
  type ValidationRule,
  ValuesOfCorrectTypeRule,
  visitInParallel,
} from 'graphql';

/**
 * The specification's rule for values (§5.6.1). Where a scalar says itself what is wrong with a literal, graphql-js reports
 * that as it was thrown, without a place: it gets the literal's (§7.1.2).
 */
export const locatedValuesRule: ValidationRule = (context) => {
  let visited: ASTNode | undefined;
  const located: ValidationContext = Object.create(context, {
    // What the context does with it is not caught: it ends the validation when there are too many.
    reportError: { value: (error: GraphQLError): void => context.reportError(locatedAt(visited, error)) },
  });
  const enter = (node: ASTNode): void => {
    visited = node;
  };
  return visitInParallel([{ enter }, ValuesOfCorrectTypeRule(located)]);
};

function locatedAt(node: ASTNode | undefined, error: GraphQLError): GraphQLError {
  try {
    if (node === undefined || error.locations !== undefined) return error;
    return new GraphQLError(error.message, { nodes: node, extensions: error.extensions, originalError: error });
  } catch {
    // Of a scalar's own making, and not to be read: whoever tells it says so.
    return error;
  }
}
