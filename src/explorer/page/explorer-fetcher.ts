import type { Fetcher, Observable } from '@graphiql/toolkit';
import type { ExecutionResult, IntrospectionQuery } from 'graphql';
import { chosenOperation } from './chosen-operation.ts';
import type { GraphQLAnswer, GraphQLBody } from './graphql-answer.ts';
import { requestHeaders } from './request-headers.ts';
import { sendOperation } from './send-operation.ts';
import { streamOperation } from './stream-operation.ts';

export interface ExplorerFetcherOptions {
  readonly endpoint: string;
  readonly key: string;
  /** The schema that was fetched when the key was entered; GraphiQL's first question is answered with it. */
  readonly introspection: IntrospectionQuery;
  /** Hears every answer; `ofKeyBox` is false when the tab brought credentials of its own. */
  onAnswer(answer: GraphQLAnswer, ofKeyBox: boolean): void;
}

/** What GraphiQL sends its operations with: the key of the key box, JSON for queries and mutations, SSE for streams. */
export function explorerFetcher({ endpoint, key, introspection, onAnswer }: ExplorerFetcherOptions): Fetcher {
  let fetched: IntrospectionQuery | undefined = introspection;
  return (asked, options) => {
    if (asked.operationName === 'IntrospectionQuery' && fetched) {
      const data = fetched;
      fetched = undefined;
      return Promise.resolve({ data });
    }
    const { headers, usesKeyOfBox } = requestHeaders(key, options?.headers);
    const { request, streams } = chosenOperation(asked);
    if (streams) {
      return observable((sink) =>
        streamOperation(endpoint, headers, request, {
          ...sink,
          next(answer) {
            onAnswer(answer, usesKeyOfBox);
            sink.next(answer.body);
          },
        }),
      );
    }
    return sendOperation(endpoint, headers, request).then((answer) => {
      onAnswer(answer, usesKeyOfBox);
      return answer.body as ExecutionResult;
    });
  };
}

interface ResultSink {
  next(body: GraphQLBody): void;
  error(error: unknown): void;
  complete(): void;
}

/** GraphiQL ends an observable at once when its stop button is pressed; an async generator would first wait for an event. */
function observable(start: (sink: ResultSink) => () => void): Observable<ExecutionResult> {
  const subscribe = (sink: ResultSink) => ({ unsubscribe: start(sink) });
  return { subscribe } as unknown as Observable<ExecutionResult>;
}
