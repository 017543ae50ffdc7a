import type { GraphQLError } from 'graphql';
import { codedError } from '../../kernel/errors.ts';

/**
 * Only JSON in UTF-8, and nothing compressed. Forms and plain text are what a foreign page can send without a preflight
 * (Fetch standard, "CORS-safelisted request-header"); a GET with another content type is the same trick in browsers
 * that let it pass; exotic charsets and encodings make a small body a large one.
 */
export function unreadableBody({ method, headers, url }: Request): GraphQLError | undefined {
  const contentType = headers.get('content-type');
  if (method === 'GET') {
    const problem = unreadableParameter(new URL(url, 'http://localhost').searchParams);
    if (problem || contentType === null) return problem;
  }
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const isJson = type.trim() === 'application/json' || type.trim() === 'application/graphql+json';
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith('charset='));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (isJson && isUtf8 && encoding === 'identity') return undefined;
  return codedError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json in UTF-8, uncompressed.');
}

/** Of a GET (GraphQL over HTTP, "GET"): both are JSON in a parameter. */
function unreadableParameter(parameters: URLSearchParams): GraphQLError | undefined {
  for (const name of ['variables', 'extensions']) {
    try {
      JSON.parse(parameters.get(name) || '{}');
    } catch {
      return codedError('BAD_REQUEST', `The parameter "${name}" is not JSON.`);
    }
  }
  return undefined;
}

const answered = ['application/graphql-response+json', 'application/json', 'text/event-stream', 'multipart/mixed'];

/**
 * When no answer can be given in a type that `Accept` names (RFC 9110 §12.5.1). To be asked before anything runs: Yoga
 * finds it out with the result of a mutation in its hands.
 */
export function unacceptableAnswer({ headers }: Request): GraphQLError | undefined {
  const ranges = (headers.get('accept') || '*/*').toLowerCase().replaceAll(/\s/g, '').split(',');
  const inUtf8 = ranges.map((range) => range.split(';')).filter(([, ...parameters]) => parameters.every(isUtf8));
  const types = new Set(inUtf8.map(([type]) => type));
  if (types.has('*/*')) return undefined;
  if (answered.some((type) => types.has(type) || types.has(type.replace(/\/.*/, '/*')))) return undefined;
  return codedError('NOT_ACCEPTABLE', `The answer can be ${answered.join(', ')}.`);
}

function isUtf8(parameter: string): boolean {
  return !parameter.includes('charset=') || parameter === 'charset=utf-8';
}

/** Media types of which Server-Sent Events are one (RFC 9110 §12.5.1), and those of which some answer of ours is one. */
const eventStreamTypes: ReadonlySet<string> = new Set(['text/event-stream', 'text/*', '*/*']);
const answerTypes: ReadonlySet<string> = new Set([
  ...eventStreamTypes,
  'application/graphql-response+json',
  'application/json',
  'application/*',
]);

/** A subscription is answered as Server-Sent Events, or not at all. */
export function acceptsEventStream(accept: string | null): boolean {
  return acceptsOneOf(accept, eventStreamTypes);
}

/** Said before anything runs: an answer that cannot be given is no reason to have done the work. */
export function unacceptable({ headers }: Request): GraphQLError | undefined {
  return acceptsOneOf(headers.get('accept'), answerTypes) ? undefined : notAcceptable();
}

export function notAcceptable(): GraphQLError {
  const message =
    'Answers are application/graphql-response+json or application/json, those of subscriptions text/event-stream: name one of them in Accept.';
  return codedError('NOT_ACCEPTABLE', message);
}

function acceptsOneOf(accept: string | null, types: ReadonlySet<string>): boolean {
  if (accept === null || accept.trim() === '') return true;
  return accept.split(',').some((range) => types.has((range.split(';')[0] ?? '').trim().toLowerCase()));
}
