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
  return new CodedError(message, { ...options, extensions: { code, ...details } });
}

class CodedError extends GraphQLError {}

/** Whether an error is one of ours, thrown on purpose. */
export function isCoded(error: GraphQLError): boolean {
  return error instanceof CodedError;
}

/**
 * A `GraphQLError` that a resolver or a scalar of somebody's API threw or returned on purpose. It is shown, and nothing
 * that it says decides anything here: neither a status nor a header, an outcome or a denial.
 */
export class ForeignError extends GraphQLError {}

/**
 * The same error in other words. It is not constructed: a GraphQLError looks for the lines of its places in the whole
 * document whenever it is, and an Error for its place in our code, which of twenty errors of a long document takes longer
 * than to find them.
 */
export function restated(error: GraphQLError, message: string, extensions: GraphQLError['extensions']): GraphQLError {
  const { nodes, source, positions, locations, path } = error;
  const hidden = { enumerable: false, writable: true, configurable: true };
  const shown = { ...hidden, enumerable: true };
  const kind = error instanceof ForeignError ? ForeignError : GraphQLError;
  return Object.create(kind.prototype, {
    name: { ...hidden, value: 'GraphQLError' },
    message: { ...shown, value: message },
    locations: { ...shown, value: locations },
    path: { ...shown, value: path },
    extensions: { ...shown, value: extensions },
    nodes: { ...hidden, value: nodes },
    source: { ...hidden, value: source },
    positions: { ...hidden, value: positions },
    originalError: { ...hidden, value: undefined },
    stack: { ...hidden, value: `GraphQLError: ${message}` },
  });
}

/** The code of an error that Fieldpass made, or `undefined` for any other error. */
export function codeOf(error: unknown): ErrorCode | undefined {
  if (!(error instanceof GraphQLError)) return undefined;
  if (error instanceof ForeignError || error.originalError instanceof ForeignError) return undefined;
  const code = error.extensions['code'];
  return typeof code === 'string' && Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : undefined;
}

/** Whatever was thrown, as an error; also what cannot be read. */
export function asError(thrown: unknown): Error {
  try {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  } catch {
    return new Error(`What was thrown cannot be read: ${typeof thrown}`);
  }
}
