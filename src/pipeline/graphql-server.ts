import { type DocumentNode, GraphQLError } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import { costMode } from '../cost/cost-extensions.ts';
import type { Arrival, Handled } from '../http/arrival.ts';
import { errorResponse } from '../http/error-response.ts';
import { codedError, codeOf } from '../kernel/errors.ts';
import { usageRecording } from './answer/record-usage.ts';
import { reportOf } from './answer/request-report.ts';
import type { TellRefused } from './answer/tell-refused.ts';
import { unacceptableAnswer } from './document/content-negotiation.ts';
import { startRecord } from './request-record.ts';
import type { PipelineServices } from './services.ts';
import type { Surface } from './surface.ts';
import { type ContextFor, type ServerContext, useFieldpass } from './use-fieldpass.ts';

export type GraphqlServer = (request: Request, arrival: Arrival) => Promise<Handled>;

/** Characters of document text that stay parsed: a parsed document takes about ten times its text. */
const parsedCharacters = 4_000_000;

/**
 * Yoga with everything closed that is open by default: no CORS of its own (it reflects any origin, with credentials), no
 * forms and no multipart, no page from another origin, no batching, no landing page. The edge has limited the body.
 */
export function createGraphqlServer(
  endpoint: string,
  surface: Surface,
  services: PipelineServices,
  contextFor: ContextFor,
  tellRefused: TellRefused,
): GraphqlServer {
  const yoga = createYoga<ServerContext>({
    graphqlEndpoint: endpoint,
    schema: surface.schema,
    plugins: [useFieldpass(surface, services, contextFor)],
    cors: false,
    graphiql: false,
    landingPage: false,
    batching: false,
    multipart: false,
    maxRequestBodySize: false,
    healthCheckEndpoint: `${endpoint}/__no_health_here`,
    parserAndValidationCache: {
      documentCache: documentCache<DocumentNode>(),
      errorCache: documentCache<Error>(),
      validationCache: true,
    },
    // Errors are masked once, where they leave (`finish-result.ts`); this keeps what nobody foresaw from getting past it.
    maskedErrors: { maskError: (error) => (codeOf(error) === undefined ? unexpected(error) : (error as Error)) },
    logging: {
      debug: () => {},
      info: () => {},
      warn: (...args) => services.logger.warn({ yoga: args.map(String) }, 'yoga'),
      error: () => {},
    },
  });
  const recordUsage = usageRecording(surface.compiled, services);
  return async (request, arrival) => {
    const record = startRecord(arrival, surface.type, costMode(request.headers.get('graphql-cost')));
    record.countEvent = (event) => {
      recordUsage(record, request.headers, event);
      services.watch.streamEvent(surface.type, event);
    };
    const unacceptable = unacceptableAnswer(request);
    if (unacceptable) {
      const report = await tellRefused(request, arrival, unacceptable);
      return { response: errorResponse(request, unacceptable), report };
    }
    const response = await yoga.fetch(request, { record });
    const event = services.watch.step('usage', () => recordUsage(record, request.headers));
    return { response, report: reportOf(record, event), originListed: record.originListed };
  };
}

/** By the text of a document, bounded by how much text there is. */
function documentCache<Value extends {}>() {
  const cache = new LRUCache<string, Value>({
    maxSize: parsedCharacters,
    sizeCalculation: (_, text) => text.length + 100,
  });
  return { get: (text: string) => cache.get(text), set: (text: string, value: Value) => void cache.set(text, value) };
}

function unexpected(error: unknown): Error {
  if (error instanceof GraphQLError && error.originalError == null) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  return codedError('INTERNAL_SERVER_ERROR', 'Unexpected error.', {}, { originalError: cause });
}
