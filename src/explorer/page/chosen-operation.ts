import { Kind, type OperationDefinitionNode, parse } from 'graphql';
import type { GraphQLRequest } from './send-operation.ts';

export interface ChosenOperation {
  readonly request: GraphQLRequest;
  readonly streams: boolean;
}

/**
 * The operation that is to run. GraphiQL learns the operation's name a moment after the text was changed: a name that
 * the document no longer has would be refused, so it is left out.
 */
export function chosenOperation(request: GraphQLRequest): ChosenOperation {
  const { operationName, ...unnamed } = request;
  const operations = operationsOf(request.query);
  const named = operations.find(({ name }) => name?.value === operationName);
  const operation = named ?? operations[0];
  return {
    request: named || operations.length > 1 ? request : unnamed,
    streams: operation?.operation === 'subscription',
  };
}

/** Of a document that cannot be parsed there are none: the server says what is wrong with it. */
function operationsOf(query: string): readonly OperationDefinitionNode[] {
  try {
    return parse(query).definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  } catch {
    return [];
  }
}
