import type { GraphQLError } from 'graphql';
import { getSSEProcessor, processRegularResult } from 'graphql-yoga';
import { codeOf } from '../../kernel/errors.ts';
import type { RequestRecord } from '../request-record.ts';
import { asRequestError } from './refusal.ts';

const toEvents = getSSEProcessor();

type ResultProcessor = typeof toEvents;

/**
 * Answers with a stream of events (graphql-sse, "Distinct connections mode"). One that was accepted is a 200 and tells
 * what is refused as `next` and `complete`: nothing else reaches its client. It is accepted once it is known who asks,
 * and that it is an operation what they ask; before that, and for a method that is not allowed, a refusal is HTTP's own
 * (`docs/adr/0010-refusals-on-an-event-stream.md`).
 */
export function streamAnswer({ isAccepted }: RequestRecord): ResultProcessor {
  return async (result, fetchAPI, mediaType) => {
    const { errors } = result as { readonly errors?: readonly GraphQLError[] };
    if (errors?.some((error) => !isAccepted || codeOf(error) === 'METHOD_NOT_ALLOWED')) {
      return processRegularResult(result, fetchAPI, 'application/json');
    }
    const told = errors ? { ...result, errors: errors.map(withoutStatus) } : result;
    const response = await toEvents(told, fetchAPI, mediaType);
    // The library's: two that the listener says better, and a coding that does not exist (RFC 9110 §8.4.1).
    for (const name of ['Connection', 'Cache-Control', 'Content-Encoding']) response.headers.delete(name);
    // Or nginx, as it comes, keeps the events until there are 8 KB of them.
    response.headers.set('X-Accel-Buffering', 'no');
    return response;
  };
}

/** Its headers stay. */
function withoutStatus(error: GraphQLError): GraphQLError {
  const { http } = error.extensions as { readonly http?: { readonly headers?: Readonly<Record<string, string>> } };
  return asRequestError(error, http?.headers, 200);
}
