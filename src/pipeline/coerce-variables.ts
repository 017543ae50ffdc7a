import { type GraphQLError, type GraphQLSchema, getVariableValues, type OperationDefinitionNode } from 'graphql';
import { codedError } from '../kernel/errors.ts';
import type { CoercedVariables } from '../plan/document-plan.ts';
import { badVariable } from './check-text.ts';

export type RawVariables = Readonly<Record<string, unknown>>;

export type CoercionAnswer =
  | { readonly kind: 'COERCED'; readonly variables: CoercedVariables }
  | { readonly kind: 'INVALID'; readonly errors: readonly GraphQLError[] };

const mostErrors = 20;

/**
 * Coerces variable values once, for conditions, price and page sizes, by the rules of execution (GraphQL spec §6.1.2).
 * Messages make no suggestions: those could name what the caller may not know.
 */
export function coerceVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  raw: RawVariables,
): CoercionAnswer {
  const problem = badVariable(raw);
  if (problem) return { kind: 'INVALID', errors: [codedError('BAD_USER_INPUT', problem)] };
  const options = { maxErrors: mostErrors, hideSuggestions: true };
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], raw, options);
  if (coerced) return { kind: 'COERCED', variables: coerced };
  return {
    kind: 'INVALID',
    errors: errors.map(({ message, nodes }) =>
      codedError('BAD_USER_INPUT', shortened(message), {}, { nodes: nodes ?? null }),
    ),
  };
}

/** graphql-js repeats the value; a long one says no more than its beginning. */
function shortened(message: string): string {
  return message.length <= 300 ? message : `${message.slice(0, 300)}…`;
}
