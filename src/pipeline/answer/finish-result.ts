import { type ExecutionResult, GraphQLError, isValueNode, Kind, type ValueNode } from 'graphql';
import type { Outcome } from '../../admission/verdict.ts';
import { isUnavailable } from '../../db/database-error.ts';
import { statusOf } from '../../kernel/error-codes.ts';
import { codedError, codeOf, ForeignError, restated } from '../../kernel/errors.ts';
import { redactTexts } from '../../kernel/redact-texts.ts';
import { causeOf, withheld } from '../execute/fields/field-error.ts';
import type { PipelineServices } from '../services.ts';
import { asRequestError } from './refusal.ts';
import { shownError, shownMessage } from './shown-error.ts';

/** Faults of one answer that are logged; the last of those says how many there were. */
const mostLogged = 10;

type FinishServices = Pick<PipelineServices, 'logger' | 'redact'>;

/**
 * The last word on every error of an answer: ours and those of validation go out with their code, those that an API
 * throws on purpose as it means them; whatever else was thrown is masked, and logged under the request's id. An error of a
 * request has the status of its code; an error of a field has none, since Yoga would give it to the whole response.
 */
export function finishResult<Result extends ExecutionResult>(
  result: Result,
  requestId: string,
  services: FinishServices,
): Result {
  if (!result.errors || result.errors.length === 0) return result;
  const log = faultLog(requestId, services.logger);
  const finished = result.errors.map((error) => finishAny(error, requestId, log, services.redact));
  log.end();
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
  return restated(error, error.message, extensions);
}

/** Whatever an error is, its answer is not lost for it: one that cannot be finished is masked at its place. */
function finishAny(error: GraphQLError, requestId: string, log: FaultLog, redact: FinishServices['redact']) {
  try {
    return withoutKeys(finishError(error, requestId, log, redact), redact);
  } catch (thrown) {
    log.fault(thrown);
    return codedError('INTERNAL_SERVER_ERROR', 'Unexpected error.', { requestId }, { path: error.path ?? null });
  }
}

function finishError(
  error: GraphQLError,
  requestId: string,
  log: FaultLog,
  redact: FinishServices['redact'],
): GraphQLError {
  // An executor that is given an error with a path of its own passes it on, whatever it is.
  if (!(error instanceof GraphQLError)) return masked(new GraphQLError('Unexpected error.'), error, requestId, log);
  if (error instanceof ForeignError || error.originalError instanceof ForeignError) return shownError(error, redact);
  const code = codeOf(error);
  if (isMasked(error, requestId)) return error;
  if (code !== undefined && code !== 'INTERNAL_SERVER_ERROR') return cleaned(error, redact);
  const cause = causeOf(error);
  return isArgumentError(cause) ? replaced(error, nullArgument()) : masked(error, cause, requestId, log);
}

/** Errors of an execution were finished when its answer was measured. */
function isMasked({ extensions, originalError }: GraphQLError, requestId: string): boolean {
  const { code, requestId: ofError } = extensions;
  return code === 'INTERNAL_SERVER_ERROR' && ofError === requestId && originalError === undefined;
}

function masked(error: GraphQLError, cause: unknown, requestId: string, log: FaultLog): GraphQLError {
  if (isUnavailable(cause)) {
    log.unavailable(cause);
    return replaced(error, codedError('DATABASE_UNAVAILABLE', 'The database does not answer. Try again in a moment.'));
  }
  log.fault(cause);
  return replaced(error, codedError('INTERNAL_SERVER_ERROR', 'Unexpected error.', { requestId }));
}

interface FaultLog {
  fault(err: unknown): void;
  unavailable(err: unknown): void;
  end(): void;
}

/** A field that fails for each of thousands of rows is told of a few times, and how often. */
function faultLog(requestId: string, logger: PipelineServices['logger']): FaultLog {
  let faults = 0;
  let unavailable = 0;
  /** A logger writes on an error to mark it, and reads all of it: not every error lets it. */
  function log(level: 'error' | 'warn', err: unknown, message: string): void {
    try {
      logger[level]({ requestId, err }, message);
    } catch {
      logger[level]({ requestId, err: 'an error that cannot be written down' }, message);
    }
  }
  return {
    fault(err) {
      if (++faults <= mostLogged) log('error', err, 'unexpected error');
    },
    unavailable(err) {
      if (++unavailable === 1) log('warn', err, 'database unavailable');
    },
    end() {
      if (faults > mostLogged) logger.error({ requestId, errors: faults }, 'there were more unexpected errors');
    },
  };
}

/**
 * The executor could not make the arguments of a field (GraphQL spec §6.4.1). Of a valid document there is one reason
 * that is the caller's: a variable that may be null by its own type, and is, where null may not stand. A value without a
 * variable was taken when the document was checked, so that a scalar which refuses it now is at fault itself. Nothing else
 * gives an error the place of a value.
 */
function isArgumentError(cause: unknown): boolean {
  const [node] = (cause instanceof GraphQLError && cause.nodes) || [];
  return node !== undefined && isValueNode(node) && hasVariable(node);
}

function hasVariable(value: ValueNode): boolean {
  if (value.kind === Kind.LIST) return value.values.some(hasVariable);
  if (value.kind === Kind.OBJECT) return value.fields.some((field) => hasVariable(field.value));
  return value.kind === Kind.VARIABLE;
}

function nullArgument(): GraphQLError {
  const message = 'A variable is null where the argument needs a value. Give one, or leave it out.';
  return codedError('BAD_USER_INPUT', message);
}

function cleaned(error: GraphQLError, redact: FinishServices['redact']): GraphQLError {
  const extensions = Object.fromEntries(Object.entries(error.extensions).filter(([name]) => !withheld.has(name)));
  return restated(error, shownMessage(error.message, redact), extensions);
}

/** Messages and extensions repeat names and values of the request; the path is what the client calls its fields. */
function withoutKeys(error: GraphQLError, redact: FinishServices['redact']): GraphQLError {
  const message = redact(error.message);
  const extensions = redactTexts(error.extensions, redact);
  return message === error.message && extensions === error.extensions ? error : restated(error, message, extensions);
}

function replaced(error: GraphQLError, by: GraphQLError): GraphQLError {
  const { http } = error.extensions;
  return restated(error, by.message, http === undefined ? by.extensions : { ...by.extensions, http });
}
