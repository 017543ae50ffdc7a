import { type GraphQLSchema, getIntrospectionQuery, parse } from 'graphql';
import { judgeBudget } from '../admission/budget.ts';
import { judgeIntrospection, judgePrice } from '../admission/price.ts';
import type { Refusal } from '../admission/verdict.ts';
import { chargedPoints, introspectionPrice } from '../cost/points.ts';
import { printViewWithCost } from '../cost/print-directives.ts';
import type { Arrival, Handled } from '../http/arrival.ts';
import { errorResponse } from '../http/error-response.ts';
import { invariant } from '../kernel/invariant.ts';
import { microPerPoint } from '../kernel/micro-points.ts';
import { countRequest, identify } from './admit/identify.ts';
import { asCurrent, type Stale, stale } from './admit/recheck.ts';
import { restrictOperation, schemaOperation } from './admit/restrict.ts';
import { unlessUnavailable } from './admit/unless-unavailable.ts';
import { usageRecording } from './answer/record-usage.ts';
import { reportOf } from './answer/request-report.ts';
import { settle } from './execute/settle.ts';
import { type Caller, type RequestRecord, startRecord } from './request-record.ts';
import type { PipelineServices } from './services.ts';
import type { Surface } from './surface.ts';

export type SdlServer = (request: Request, arrival: Arrival) => Promise<Handled>;

/** What an export tells, as an operation would ask for it: the standard introspection query, with all that it can ask. */
const wholeSchema = parse(
  getIntrospectionQuery({
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  }),
);

/** Answers with the caller's own view as SDL: through the same steps as an operation, at the price of `__schema`. */
export function createSdlServer(surface: Surface, services: PipelineServices): SdlServer {
  const recordUsage = usageRecording(surface.compiled, services);
  return async (request, arrival) => {
    const record = startRecord(arrival, surface.type);
    record.operation = { name: undefined, type: 'schema' };
    const answer = await sdlOf(request, record, surface, services);
    const response = answer.kind === 'SDL' ? sdlResponse(answer.view, surface) : refusalResponse(arrival, answer);
    record.outcome = answer.kind === 'SDL' ? 'OK' : answer.outcome;
    record.errors = answer.kind === 'SDL' ? [] : answer.errors;
    const event = services.watch.step('usage', () => recordUsage(record, request.headers));
    return { response, report: reportOf(record, event), originListed: record.originListed };
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
  const exported = await asCurrent(caller, record, surface, services, (current) =>
    exportView(current, record, surface, services),
  );
  return exported.kind === 'DONE' ? exported.answer : exported;
}

/** Steps 8–13. */
async function exportView(
  caller: Caller,
  record: RequestRecord,
  surface: Surface,
  services: PipelineServices,
): Promise<SdlAnswer | Stale> {
  const restricted = restrictOperation(caller, schemaOperation, surface);
  if (restricted.kind === 'REFUSED') return restricted;
  const view = surface.viewOf(caller.privileges);
  const counted = judgeIntrospection(surface.countIntrospected(view, wholeSchema, {}));
  if (counted.kind === 'REFUSED') return counted;
  const introspection = introspectionPrice(counted.byKey.get('__schema') ?? 0);
  const points = chargedPoints(introspection);
  const cost = points * microPerPoint;
  const topFields = () => [{ path: '__schema', cost: points }];
  const priced = judgePrice({ kind: 'PRICED', cost, points, introspection }, caller.policy.maximumCost, topFields);
  record.requestedQueryCost = points;
  if (priced.kind === 'REFUSED') return priced;
  const reservation = { id: services.makeId(), cost, buckets: caller.policy.buckets, ttlMs: 1000 };
  const asked = await services.watch.step('throttle', () => unlessUnavailable(services.throttle.reserve(reservation)));
  if (asked.kind === 'REFUSED') return asked;
  const reserved = judgeBudget(asked.answer, caller.policy, points);
  if (reserved.kind === 'REFUSED') return reserved;
  if (!services.keys.isCurrent(caller.key)) {
    settle(reservation, 0, services);
    return stale;
  }
  settle(reservation, cost, services);
  record.actualQueryCost = points;
  return { kind: 'SDL', view };
}

/** With the prices and limits of what the view shows. */
function sdlResponse(view: GraphQLSchema, { compiled }: Surface): Response {
  return new Response(`${printViewWithCost(view, compiled).trimEnd()}\n`, {
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  });
}

function refusalResponse({ accept }: Arrival, { errors, headers }: Refusal): Response {
  const [error] = errors;
  invariant(error, 'a refusal has an error');
  return errorResponse(accept, error, headers);
}
