import type { GraphQLError } from 'graphql';
import { statusOf } from '../kernel/error-codes.ts';
import { codeOf } from '../kernel/errors.ts';
import type { Accepted } from './accept.ts';
import { notShared } from './not-shared.ts';

/**
 * A request error that the edge gives before any GraphQL server saw the request: a well-formed GraphQL response
 * (GraphQL over HTTP, "Body") with the status of its code, in the media type that the caller prefers.
 */
export function errorResponse(
  { jsonType }: Pick<Accepted, 'jsonType'>,
  error: GraphQLError,
  headers: Readonly<Record<string, string>> = {},
  status?: number,
): Response {
  return jsonError(error, { 'Content-Type': `${jsonType}; charset=utf-8`, ...headers }, status);
}

/** The same where there is no request to speak of. */
export function plainErrorResponse(error: GraphQLError, requestId: string, status?: number): Response {
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'X-Request-Id': requestId, ...notShared };
  return jsonError(error, headers, status);
}

function jsonError(
  error: GraphQLError,
  headers: Readonly<Record<string, string>>,
  status = statusOf(codeOf(error) ?? 'INTERNAL_SERVER_ERROR'),
): Response {
  return new Response(JSON.stringify({ errors: [error.toJSON()] }), { status, headers });
}
