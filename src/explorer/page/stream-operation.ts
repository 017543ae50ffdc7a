import { createClient } from 'graphql-sse';
import { type GraphQLAnswer, type GraphQLBody, readAnswer, retryAfterOf } from './graphql-answer.ts';
import type { GraphQLRequest } from './send-operation.ts';

export interface AnswerSink {
  next(answer: GraphQLAnswer): void;
  error(error: unknown): void;
  complete(): void;
}

/**
 * Subscribes over server-sent events, one connection a subscription (GraphQL over SSE, distinct connections mode).
 * Returns the function that ends it. A refusal comes as one answer, like an event; a broken connection is not retried,
 * so that the page never spends points which nobody asked for.
 */
export function streamOperation(
  endpoint: string,
  headers: Readonly<Record<string, string>>,
  { query, operationName, variables }: GraphQLRequest,
  sink: AnswerSink,
): () => void {
  const startedAt = performance.now();
  let refusal: GraphQLAnswer | undefined;
  let status = 200;
  let retryAfter: number | undefined;
  const client = createClient({
    url: endpoint,
    headers: { ...headers },
    credentials: 'omit',
    retryAttempts: 0,
    async fetchFn(url: string, init: RequestInit) {
      const response = await fetch(url, { ...init, cache: 'no-store', redirect: 'error' });
      if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
        status = response.status;
        retryAfter = retryAfterOf(response);
        // A refusal may come as a stream of one event; the client would look at its status and never read it.
        return response.ok ? response : new Response(response.body, { headers: response.headers });
      }
      refusal = await readAnswer(response, startedAt);
      throw new Error('The server refused the subscription.');
    },
  });
  return client.subscribe<GraphQLBody['data'], GraphQLBody['extensions']>(
    { query, ...(operationName ? { operationName } : {}), ...(variables ? { variables } : {}) },
    {
      next: (body) => sink.next({ status, body: body as GraphQLBody, retryAfter, durationMs: 0 }),
      error(error) {
        if (!refusal) return sink.error(error);
        sink.next(refusal);
        sink.complete();
      },
      complete: () => sink.complete(),
    },
  );
}
