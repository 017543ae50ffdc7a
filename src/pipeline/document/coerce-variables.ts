import { type GraphQLError, type GraphQLSchema, getVariableValues, type OperationDefinitionNode } from 'graphql';
import { codedError } from '../../kernel/errors.ts';
import type { CoercedVariables } from '../../plan/document-plan.ts';
import { badVariable } from './check-text.ts';

export type RawVariables = Readonly<Record<string, unknown>>;

export type CoercionAnswer =
  | { readonly kind: 'COERCED'; readonly variables: CoercedVariables }
  | { readonly kind: 'INVALID'; readonly errors: readonly GraphQLError[] };

const mostErrors = 20;

/**
 * Coerces variable values once, for conditions, price and page sizes, by the rules of execution (GraphQL spec §6.1.2).
 * Messages make no suggestions, which could name what the caller may not know, and do not repeat values, which may be
 * secrets.
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
      codedError('BAD_USER_INPUT', withoutValue(message), {}, { nodes: nodes ?? null }),
    ),
  };
}

/** `Variable "$v" got invalid value <all of it> at "v.field"; <what is wrong>`, as graphql-js says it. */
const repeating =
  /^(Variable "\$\w+") got invalid value [\s\S]*?( at "[^"]{1,200}")?; (?=Expected |Field "|Exactly |Value |\w+ cannot )/;
const repeatingScalar = /^(Variable "\$\w+") got invalid value [\s\S]*?( at "[^"]{1,200}")?; /;

function withoutValue(message: string): string {
  const pattern = repeating.test(message) ? repeating : repeatingScalar;
  const text = message.replace(pattern, '$1 got an invalid value$2; ').replace(/ value: [\s\S]*$/, ' value.');
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`;
}
