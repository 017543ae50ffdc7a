import type { GraphQLError } from 'graphql';
import { statusOf } from '../kernel/error-codes.ts';
import { codeOf } from '../kernel/errors.ts';

const responseType = 'application/graphql-response+json';

/**
 * A request error that the edge gives before any GraphQL server saw the request: a well-formed GraphQL response
 * (GraphQL over HTTP, "Body") with the status of its code, in the media type that the caller prefers.
 */
export function errorResponse(
  request: Request,
  error: GraphQLError,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const type = (request.headers.get('accept') ?? '').includes(responseType) ? responseType : 'application/json';
  return new Response(JSON.stringify({ errors: [error.toJSON()] }), {
    status: statusOf(codeOf(error) ?? 'INTERNAL_SERVER_ERROR'),
    headers: { 'Content-Type': `${type}; charset=utf-8`, ...headers },
  });
}
