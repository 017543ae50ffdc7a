import { type GraphQLAnswer, readAnswer } from './graphql-answer.ts';

/** An operation as it stands in a request's body (GraphQL over HTTP). */
export interface GraphQLRequest {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Record<string, unknown> | null;
}

/** Longer than any server's own limit: a connection that went silent ends here. */
const deadlineMs = 60_000;

/** POSTs one operation. No cookies, no cache, no redirect: a key goes to this endpoint and to nothing else. */
export async function sendOperation(
  endpoint: string,
  headers: Readonly<Record<string, string>>,
  request: GraphQLRequest,
  signal?: AbortSignal,
): Promise<GraphQLAnswer> {
  const startedAt = performance.now();
  const deadline = AbortSignal.timeout(deadlineMs);
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      Accept: 'application/graphql-response+json, application/json;q=0.9',
      'Content-Type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(request),
    credentials: 'omit',
    cache: 'no-store',
    redirect: 'error',
    signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
  });
  return readAnswer(response, startedAt);
}
