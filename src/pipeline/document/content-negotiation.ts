import type { GraphQLError } from 'graphql';
import { answerTypes } from '../../http/accept.ts';
import { isJsonBody } from '../../http/content-type.ts';
import { codedError } from '../../kernel/errors.ts';

/**
 * Only JSON in UTF-8, and nothing compressed. Forms and plain text are what a foreign page can send without a preflight
 * (Fetch standard, "CORS-safelisted request-header"); a GET with another content type is the same trick in browsers
 * that let it pass; exotic charsets and encodings make a small body a large one.
 */
export function unreadableBody({ method, headers, url }: Request): GraphQLError | undefined {
  const contentType = headers.get('content-type');
  if (method === 'GET') {
    const { search, searchParams } = new URL(url, 'http://localhost');
    const problem = isUtf8(search)
      ? unreadableParameter(searchParams)
      : codedError('BAD_REQUEST', 'The parameters of the URL are not UTF-8.');
    if (problem || contentType === null) return problem;
  }
  const isPlain = (headers.get('content-encoding') || 'identity').toLowerCase() === 'identity';
  if (isJsonBody(contentType) && isPlain) return undefined;
  return codedError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json in UTF-8, uncompressed.');
}

/** Bytes that mean no character would be read as others than were sent. A lone percent sign stands for itself. */
function isUtf8(search: string): boolean {
  try {
    for (const [bytes] of search.matchAll(/(?:%[0-9a-f]{2})+/gi)) decodeURIComponent(bytes);
    return true;
  } catch {
    return false;
  }
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

/** Said before anything runs: an answer that cannot be given is no reason to have done the work. */
export function notAcceptable(): GraphQLError {
  return codedError('NOT_ACCEPTABLE', `Name one of ${answerTypes.join(', ')} in Accept.`);
}

/** Of a subscription, whose answer is a stream or nothing. */
export function onlyAsStream(): GraphQLError {
  return codedError('NOT_ACCEPTABLE', 'Subscriptions are answered as text/event-stream: name it in Accept.');
}
