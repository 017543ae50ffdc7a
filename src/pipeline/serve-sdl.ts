import { type GraphQLSchema, printSchema } from 'graphql';
import { judgeBudget } from '../admission/budget.ts';
import { judgeRetiringSecret } from '../admission/retiring-secret.ts';
import type { Refusal } from '../admission/verdict.ts';
import { chargedPoints, introspectionCost } from '../cost/points.ts';
import type { Arrival, Handled } from '../http/edge.ts';
import { errorResponse } from '../http/error-response.ts';
import { invariant } from '../kernel/invariant.ts';
import { countRequest, identify } from './admit/identify.ts';
import { restrictOperation, schemaOperation } from './admit/restrict.ts';
import { unlessUnavailable } from './admit/unless-unavailable.ts';
import { usageRecording } from './answer/record-usage.ts';
import { settle } from './execute/settle.ts';
import { type RequestRecord, startRecord } from './request-record.ts';
import type { PipelineServices } from './services.ts';
import type { Surface } from './surface.ts';

export type SdlServer = (request: Request, arrival: Arrival) => Promise<Handled>;

/** Answers with the caller's own view as SDL: through the same steps as an operation, at the price of `__schema`. */
export function createSdlServer(surface: Surface, services: PipelineServices): SdlServer {
  const recordUsage = usageRecording(surface.compiled, services);
  return async (request, arrival) => {
    const record = startRecord(arrival, surface.type);
    record.operation = { name: undefined, type: 'schema' };
    const answer = await sdlOf(request, record, surface, services);
    const { caller } = record;
    const response = answer.kind === 'SDL' ? sdlResponse(answer.view) : refusalResponse(request, answer);
    record.outcome = answer.kind === 'SDL' ? 'OK' : answer.outcome;
    record.errors = answer.kind === 'SDL' ? [] : answer.errors;
    recordUsage(record, request.headers);
    const log = { surface: surface.type, outcome: record.outcome, keyPublicId: caller?.key.publicId };
    return { response, log, originListed: record.originListed };
  };
}

type SdlAnswer = { readonly kind: 'SDL'; readonly view: GraphQLSchema } | Refusal;

async function sdlOf(
  request: Request,
  record: RequestRecord,
  surface: Surface,
  services: PipelineServices,
): Promise<SdlAnswer> {
  const identified = await identify(request, record, surface, services);
  if (identified.kind === 'REFUSED') return identified;
  const { caller } = identified;
  record.caller = caller;
  const counted = await countRequest(caller, services);
  if (counted.kind === 'REFUSED') return counted;
  const retiring = judgeRetiringSecret(caller.key.type, caller.secret, schemaOperation);
  if (retiring.kind === 'REFUSED') return retiring;
  const restricted = restrictOperation(caller.key, schemaOperation, surface);
  if (restricted.kind === 'REFUSED') return restricted;
  const reservation = { id: services.makeId(), cost: introspectionCost, buckets: caller.policy.buckets, ttlMs: 1000 };
  const asked = await unlessUnavailable(services.throttle.reserve(reservation));
  if (asked.kind === 'REFUSED') return asked;
  const reserved = judgeBudget(asked.answer, caller.policy, chargedPoints(introspectionCost));
  if (reserved.kind === 'REFUSED') return reserved;
  settle(reservation, introspectionCost, services);
  record.requestedQueryCost = chargedPoints(introspectionCost);
  record.actualQueryCost = record.requestedQueryCost;
  return { kind: 'SDL', view: surface.viewOf(caller.privileges) };
}

function sdlResponse(view: GraphQLSchema): Response {
  return new Response(`${printSchema(view)}\n`, { headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
}

function refusalResponse(request: Request, { errors, headers }: Refusal): Response {
  const [error] = errors;
  invariant(error, 'a refusal has an error');
  return errorResponse(request, error, headers);
}
