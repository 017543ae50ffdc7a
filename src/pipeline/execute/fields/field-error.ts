import { GraphQLError } from 'graphql';
import { ForeignError, isCoded } from '../../../kernel/errors.ts';
import { jsonSize } from '../../../kernel/json-size.ts';

/** Something that went wrong at a field, and of which nothing is shown. It says nothing by itself: what it was is `thrown`. */
export class ResolverFault extends Error {
  readonly thrown: unknown;

  constructor(thrown: unknown) {
    super('A resolver failed', { cause: thrown });
    this.name = kindOf(thrown);
    this.thrown = thrown;
  }
}

/** The name of an error's class; of whatever else was thrown, its type. */
function kindOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.name) : typeof thrown;
  } catch {
    return typeof thrown;
  }
}

/**
 * What a resolver or a scalar threw or returned, in a form that the executor locates where it happened: it believes every
 * error that brings a path of its own, and puts it into the answer as it is. A `GraphQLError` was thrown on purpose.
 * What an API made is read here, once, and is plain from then on: an error that cannot be read, with a getter that throws
 * or a message that is no text, costs its field its value and never the request its answer.
 */
export function fieldError(thrown: unknown): Error {
  try {
    if (!(thrown instanceof GraphQLError)) return new ResolverFault(thrown);
    return isCoded(thrown) ? located(thrown) : foreignError(thrown);
  } catch {
    return new ResolverFault(thrown);
  }
}

function located(ours: GraphQLError): GraphQLError {
  const { message, extensions, path } = ours;
  if (path === undefined || extensions['code'] === 'RESPONSE_TOO_LARGE') return ours;
  return new (ours.constructor as typeof GraphQLError)(message, { extensions, originalError: ours });
}

/** What an error says, as texts and JSON; where it happened is for the executor to say. */
function foreignError(error: GraphQLError): ForeignError {
  return new ForeignError(String(error.message ?? ''), { extensions: jsonExtensions(error) });
}

/** Extensions that other software puts beside its errors, and that repeat what was sent or how we are built. */
export const withheld: ReadonlySet<string> = new Set(['originalError', 'unexpected', 'stacktrace', 'exception']);
/** Of an API's own error also what HTTP servers take from it: neither is the API's to decide. */
const withheldOfApi: ReadonlySet<string> = new Set([...withheld, 'http']);

/** Without a code of its own, an error has the one that other servers give such errors. What is no JSON cannot be shown. */
function jsonExtensions(error: GraphQLError): Record<string, unknown> {
  try {
    const shown: unknown = JSON.parse(JSON.stringify(withoutWithheld(error.extensions ?? {})));
    if (typeof shown !== 'object' || shown === null) return withCode({});
    jsonSize(shown, Number.POSITIVE_INFINITY);
    return withCode(withoutWithheld(shown));
  } catch {
    return withCode({});
  }
}

function withoutWithheld(extensions: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(extensions).filter(([name]) => !withheldOfApi.has(name)));
}

function withCode(extensions: Record<string, unknown>): Record<string, unknown> {
  return typeof extensions['code'] === 'string' ? extensions : { ...extensions, code: 'INTERNAL_SERVER_ERROR' };
}

/** The first cause of an error: what a resolver threw, as it threw it. */
export function causeOf(error: unknown): unknown {
  if (error instanceof ResolverFault) return error.thrown;
  return error instanceof GraphQLError && error.originalError ? causeOf(error.originalError) : error;
}
