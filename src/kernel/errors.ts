import { GraphQLError, type GraphQLErrorOptions } from 'graphql';
import { type ErrorCode, errorCodes } from './error-codes.ts';

/** Values that may stand in `extensions` beside the code: JSON, and never a secret. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * The only error that Fieldpass throws on purpose. It carries a code and no HTTP status: whoever turns it into a
 * request error (the pipeline, the HTTP edge) takes the status from the table of codes, so that the same error on a
 * field cannot change the status of a whole response.
 */
export function codedError(
  code: ErrorCode,
  message: string,
  details: ErrorDetails = {},
  options: Omit<GraphQLErrorOptions, 'extensions'> = {},
): GraphQLError {
  return new GraphQLError(message, { ...options, extensions: { code, ...details } });
}

/** The code of an error that Fieldpass made, or `undefined` for any other error. */
export function codeOf(error: unknown): ErrorCode | undefined {
  if (!(error instanceof GraphQLError)) return undefined;
  const code = error.extensions['code'];
  return typeof code === 'string' && Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : undefined;
}

/** Whatever was thrown, as an error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
