import type { GraphQLParams } from 'graphql-yoga';
import { type Refusal, refused } from '../../admission/verdict.ts';
import { codedError } from '../../kernel/errors.ts';
import { ownMembers } from './own-members.ts';

export type ReadParams = { readonly kind: 'READ'; readonly params: GraphQLParams } | Refusal;

/**
 * What a request asks (GraphQL over HTTP, "Request parameters"), as every later reader takes it: variables without
 * anything inherited, and no operation name where it is empty, by GET and POST alike. The types of the other parameters
 * are Yoga's to check.
 */
export function readParams(params: GraphQLParams): ReadParams {
  if (typeof params !== 'object' || params === null || Array.isArray(params)) return { kind: 'READ', params };
  const { operationName, variables } = params as { readonly operationName?: unknown; readonly variables?: unknown };
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    return refused('INVALID', [codedError('BAD_REQUEST', 'operationName is a text, or left out.')]);
  }
  const { operationName: _name, variables: _variables, ...others } = params;
  const own = ownMembers(variables) as GraphQLParams['variables'];
  const given = { ...(operationName && { operationName }), ...(own !== undefined && { variables: own }) };
  return { kind: 'READ', params: { ...others, ...given } };
}
