import type { GraphQLError } from 'graphql';
import type { Refusal } from '../../admission/verdict.ts';
import { type ErrorCode, statusOf } from '../../kernel/error-codes.ts';
import { codeOf, restated } from '../../kernel/errors.ts';
import type { RequestRecord } from '../request-record.ts';

/**
 * Errors about the document itself (GraphQL over HTTP, "application/json"): 200 for a client that asks for
 * `application/json`, their own status for `application/graphql-response+json`. Those of the protocol of persisted
 * queries are among them because some of its clients read no error in any other JSON answer. Every other refusal keeps
 * its status under both.
 */
const documentCodes: ReadonlySet<ErrorCode> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** The same error as a request error: with the HTTP status of its code, and headers that belong to it. */
export function asRequestError(
  error: GraphQLError,
  headers: Readonly<Record<string, string>> = {},
  givenStatus?: number,
): GraphQLError {
  const code = codeOf(error) ?? 'INTERNAL_SERVER_ERROR';
  const status = givenStatus ?? statusOf(code);
  // Whatever is unavailable may be back at once (RFC 9110 §15.6.4).
  const retry = status === 503 ? { 'Retry-After': '1' } : {};
  const http = { status, headers: { ...retry, ...headers }, ...(documentCodes.has(code) ? { spec: true } : {}) };
  return restated(error, error.message, { ...error.extensions, http });
}

/** What executes instead of the operation: an answer without `data`. */
export interface RefusalResult {
  readonly errors: readonly GraphQLError[];
}

export function refuse(errors: readonly GraphQLError[], headers: Readonly<Record<string, string>> = {}): RefusalResult {
  return { errors: errors.map((error) => asRequestError(error, headers)) };
}

/** Notes on the record what became of the request, and answers with it. */
export function refuseAs(record: RequestRecord, { outcome, errors, headers }: Refusal): RefusalResult {
  record.outcome = outcome;
  return refuse(errors, headers);
}
