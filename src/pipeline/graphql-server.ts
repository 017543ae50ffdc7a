import { GraphQLError } from 'graphql';
import { createYoga } from 'graphql-yoga';
import { costMode } from '../cost/cost-extensions.ts';
import type { Arrival, Handled } from '../http/arrival.ts';
import { readBody } from '../http/body-limit.ts';
import { errorResponse } from '../http/error-response.ts';
import { asError, codedError, codeOf } from '../kernel/errors.ts';
import { usageRecording } from './answer/record-usage.ts';
import { reportOf } from './answer/request-report.ts';
import type { TellRefused } from './answer/tell-refused.ts';
import { asYogaRequest } from './as-yoga-request.ts';
import { notAcceptable } from './document/content-negotiation.ts';
import { allowedForStreams, noStreamByHead } from './document/operation-method.ts';
import type { SentBody } from './document/read-body.ts';
import { type RequestRecord, startRecord } from './request-record.ts';
import type { PipelineServices } from './services.ts';
import type { Surface } from './surface.ts';
import { type ContextFor, type ServerContext, useFieldpass } from './use-fieldpass.ts';

export type GraphqlServer = (request: Request, arrival: Arrival) => Promise<Handled>;

/**
 * Yoga with everything closed that is open by default: no CORS of its own (it reflects any origin, with credentials), no
 * forms and no multipart, no page from another origin, no batching, no landing page; and it reads no body.
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
    // What is known of a document is found by its text, in one place (`document/known-documents.ts`).
    parserAndValidationCache: false,
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
    const refuse = async (error: GraphQLError, headers: Readonly<Record<string, string>> = {}): Promise<Handled> => ({
      response: errorResponse(arrival.accept, error, headers),
      report: await tellRefused(request, arrival, error),
    });
    const { answer: accepted } = arrival.accept;
    if (!accepted) return refuse(notAcceptable());
    if (arrival.method === 'HEAD' && accepted.preferred === 'text/event-stream') {
      return refuse(noStreamByHead(), { Allow: allowedForStreams });
    }
    // Of a body that breaks off nothing was asked: that is nothing that Yoga answers, and is told as any other fault.
    let brokeOff: Error | undefined;
    const sentBody = (): Promise<SentBody> =>
      readBody(request, services.maxBodyBytes, arrival.cutShort).catch((cause: unknown) => {
        brokeOff = asError(cause);
        return { kind: 'BROKEN' };
      });
    const response = await yoga.fetch(asYogaRequest(request, accepted), { record, readBody: sentBody });
    if (brokeOff) throw brokeOff;
    endReading(record);
    const event = services.watch.step('usage', () => recordUsage(record, request.headers));
    return { response, report: reportOf(record, event), originListed: record.originListed };
  };
}

/** What was kept for reading documents, its own and those that are arguments, the request cost beside its price. */
function endReading(record: RequestRecord): void {
  const points = (record.reading?.end() ?? 0) + record.argumentPoints;
  if (points === 0) return;
  record.requestedQueryCost = (record.requestedQueryCost ?? 0) + points;
  record.actualQueryCost = (record.actualQueryCost ?? 0) + points;
}

function unexpected(error: unknown): Error {
  if (error instanceof GraphQLError && error.originalError == null) return error;
  const { nodes, source, positions, path } = error instanceof GraphQLError ? error : ({} as Partial<GraphQLError>);
  const where = { nodes: nodes ?? null, source: source ?? null, positions: positions ?? null, path: path ?? null };
  return codedError('INTERNAL_SERVER_ERROR', 'Unexpected error.', {}, { ...where, originalError: asError(error) });
}
