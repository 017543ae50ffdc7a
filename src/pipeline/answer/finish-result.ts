import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { Outcome } from '../../admission/verdict.ts';
import { isUnavailable } from '../../db/database-error.ts';
import { statusOf } from '../../kernel/error-codes.ts';
import { codedError, codeOf } from '../../kernel/errors.ts';
import { asRequestError } from './refusal.ts';

/** Extensions that other software puts beside its errors, and that repeat what was sent or how we are built. */
const withheld: ReadonlySet<string> = new Set(['originalError', 'unexpected', 'stacktrace', 'exception']);

const longestMessage = 1000;

/**
 * The last word on every error of an answer: ours and those of validation go out with their code; whatever else was
 * thrown is masked, and logged under the request's id. An error of a request has the status of its code; an error of a
 * field has none, since Yoga would give it to the whole response.
 */
export function finishResult<Result extends ExecutionResult>(
  result: Result,
  requestId: string,
  logger: Logger,
): Result {
  if (!result.errors || result.errors.length === 0) return result;
  const finished = result.errors.map((error) => finishError(error, requestId, logger));
  return { ...result, errors: 'data' in result ? finished.map(withoutStatus) : finished.map(withStatus) };
}

/** What became of a request that no step decided on: our own faults are not the caller's. */
export function outcomeOf([error]: readonly GraphQLError[]): Outcome {
  const status = statusOf((error && codeOf(error)) ?? 'INTERNAL_SERVER_ERROR');
  if (status === 503) return 'UNAVAILABLE';
  return status === 500 ? 'ERROR' : 'INVALID';
}

/** Yoga gives some errors a status of its own (405 for a mutation by GET); which of them are 200 for JSON is ours to say. */
function withStatus(error: GraphQLError): GraphQLError {
  const given = error.extensions['http'] as GivenHttp | undefined;
  const coded = given?.status === 405 ? replaced(error, codedError('METHOD_NOT_ALLOWED', error.message)) : error;
  return asRequestError(coded, given?.headers, given?.status);
}

interface GivenHttp {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

function withoutStatus(error: GraphQLError): GraphQLError {
  const { http: _, ...extensions } = error.extensions;
  return rebuilt(error, error.message, extensions);
}

export function finishError(error: GraphQLError, requestId: string, logger: Logger): GraphQLError {
  const code = codeOf(error);
  if (code !== undefined && code !== 'INTERNAL_SERVER_ERROR') return cleaned(error);
  const cause = causeOf(error);
  if (isUnavailable(cause)) {
    logger.warn({ requestId, err: cause }, 'database unavailable');
    return replaced(error, codedError('DATABASE_UNAVAILABLE', 'The database does not answer. Try again in a moment.'));
  }
  logger.error({ requestId, err: cause }, 'unexpected error');
  return replaced(error, codedError('INTERNAL_SERVER_ERROR', 'Unexpected error.', { requestId }));
}

function causeOf(error: GraphQLError): unknown {
  return error.originalError instanceof GraphQLError ? causeOf(error.originalError) : (error.originalError ?? error);
}

function cleaned(error: GraphQLError): GraphQLError {
  const extensions = Object.fromEntries(Object.entries(error.extensions).filter(([name]) => !withheld.has(name)));
  const message = error.message.length <= longestMessage ? error.message : `${error.message.slice(0, longestMessage)}…`;
  return rebuilt(error, message, extensions);
}

function replaced(error: GraphQLError, by: GraphQLError): GraphQLError {
  const { http } = error.extensions;
  return rebuilt(error, by.message, http === undefined ? by.extensions : { ...by.extensions, http });
}

function rebuilt(
  { nodes, source, positions, path }: GraphQLError,
  message: string,
  extensions: GraphQLError['extensions'],
): GraphQLError {
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    extensions,
  });
}
