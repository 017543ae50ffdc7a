import type { AdministrationServices } from '../administration/services.ts';
import type { PlacesServices } from '../apis/places/places-services.ts';
import type { Backends } from '../http/edge.ts';
import type { ApiKeyType } from '../keys/api-key.ts';
import type { KeyShapes } from '../keys/token/looks-like-key.ts';
import { argumentCharge } from '../pipeline/admit/argument-charge.ts';
import { tellRefused } from '../pipeline/answer/tell-refused.ts';
import { callerContext } from '../pipeline/caller-context.ts';
import { createExplainer, type Gate } from '../pipeline/explain/create-explainer.ts';
import { createGraphqlServer } from '../pipeline/graphql-server.ts';
import { createSdlServer } from '../pipeline/serve-sdl.ts';
import type { ContextFor } from '../pipeline/use-fieldpass.ts';
import type { UsageRecorder } from '../usage/record/usage-recorder.ts';

export interface BehindSurfaces {
  readonly places: PlacesServices;
  readonly administration: AdministrationServices;
  readonly usage: UsageRecorder;
  readonly keyShapes: KeyShapes;
}

/** What answers on each surface, with what its resolvers work with. */
export function serveSurfaces(
  gates: Readonly<Record<ApiKeyType, Gate>>,
  { places, administration, usage, keyShapes }: BehindSurfaces,
): Pick<Backends, 'graphql' | 'sdl' | 'refused'> {
  const { API, MANAGEMENT } = gates;
  const apiContext: ContextFor = (record, caller) => {
    const common = callerContext(record, caller, API.surface, API.services);
    return { ...common, places: places.within(common.turn) };
  };
  const managementContext: ContextFor = (record, caller) => {
    const common = callerContext(record, caller, MANAGEMENT.surface, MANAGEMENT.services);
    return {
      ...common,
      administration: { ...administration, database: administration.database.by('MANAGEMENT', common.turn) },
      throttle: MANAGEMENT.services.throttle,
      usage,
      explainer: createExplainer(gates, argumentCharge(record, caller, MANAGEMENT.services)),
      requestMethod: record.arrival.method,
    };
  };
  const serve = ({ surface, services }: Gate, endpoint: string, contextFor: ContextFor) => {
    const refused = tellRefused(surface, services, keyShapes.find);
    return {
      refused,
      graphql: createGraphqlServer(endpoint, surface, services, contextFor, refused),
      sdl: createSdlServer(surface, services),
    };
  };
  const servers = {
    API: serve(API, '/graphql', apiContext),
    MANAGEMENT: serve(MANAGEMENT, '/admin/graphql', managementContext),
  };
  return {
    graphql: (surface, request, arrival) => servers[surface].graphql(request, arrival),
    sdl: (surface, request, arrival) => servers[surface].sdl(request, arrival),
    refused: (surface, request, arrival, error) => servers[surface].refused(request, arrival, error),
  };
}
