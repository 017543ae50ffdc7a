import type { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { Clock } from '../kernel/clock.ts';
import type { ErrorCode } from '../kernel/error-codes.ts';
import { codedError, codeOf } from '../kernel/errors.ts';
import type { MakeId } from '../kernel/uuid.ts';
import type { Arrival, Connection, Handled } from './arrival.ts';
import { limitBody } from './body-limit.ts';
import { clientAddress, type TrustedProxies } from './client-address.ts';
import { type CorsPolicy, corsHeaders, isPreflight, preflightResponse } from './cors.ts';
import { errorResponse } from './error-response.ts';
import { liveResponse, type Readiness, readyResponse } from './health.ts';
import { type MetricsAccess, mayReadMetrics } from './metrics-access.ts';
import { requestId } from './request-id.ts';
import type { RequestReport } from './request-report.ts';
import type { RequestWatch } from './request-watch.ts';
import { type Route, routeOf, type Served, type SurfaceName } from './route.ts';

/** What stands behind the edge; the composition root fills it in. */
export interface Backends {
  graphql(surface: SurfaceName, request: Request, arrival: Arrival): Promise<Handled>;
  sdl(surface: SurfaceName, request: Request, arrival: Arrival): Promise<Handled>;
  /** What is told of a request to an API that the edge refuses, with this error. */
  refused(surface: SurfaceName, request: Request, arrival: Arrival, error: GraphQLError): Promise<RequestReport>;
  page(surface: SurfaceName): Response | undefined;
  asset(pathname: string, acceptEncoding: string): Response | undefined;
  /** Absent when nobody's reports are accepted. */
  readonly secretScanning?: ((request: Request, requestId: string) => Promise<Response>) | undefined;
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
}

export interface EdgeOptions {
  readonly served: Served;
  readonly backends: Backends;
  readonly readiness: Readiness;
  readonly metricsAccess: MetricsAccess;
  readonly watch: RequestWatch;
  /** Told of every refusal that the edge gives, whatever the path. */
  readonly onRefusal: (code: ErrorCode) => void;
  readonly proxies: TrustedProxies;
  readonly cors: CorsPolicy;
  readonly maxBodyBytes: number;
  /** True when a text contains something of a key's shape. */
  readonly looksLikeKey: (text: string) => boolean;
  readonly clock: Clock;
  readonly makeId: MakeId;
  readonly logger: Logger;
}

export type Edge = (request: Request, connection: Connection) => Promise<Response>;

/** The way of every request before and after GraphQL, in its order. */
export function createEdge(options: EdgeOptions): Edge {
  return async (request, connection) => {
    const arrival = arrive(request, connection, options);
    const { pathname } = new URL(request.url, 'http://localhost');
    const route = routeOf(request.method, pathname, request.headers.get('accept') ?? '', options.served);
    // 1 A key in a URL is in somebody's log already; it must not reach ours, nor be accepted.
    const carriesKey = options.looksLikeKey(request.url);
    // 2 Preflights carry no key.
    if (!carriesKey && isPreflight(request)) {
      return finish(preflightResponse(request, options.cors), arrival, 'PRIVATE');
    }
    // 3 What stands at this path answers. A request to an API is watched; an API has one path, which holds no key.
    const surface = surfaceOf(route, carriesKey);
    const visit = { request, arrival, surface, options };
    const serve = () =>
      guarded(() => (carriesKey ? refuse(credentialsInUrl(), visit) : answer(route, pathname, visit)), visit);
    const { response, originListed } = surface
      ? await options.watch.watch({ arrival, headers: request.headers, surface, path: pathname }, serve)
      : await serve();
    // 4 Headers that every answer has.
    if (surface) {
      for (const [name, value] of Object.entries(corsHeaders(request, options.cors, originListed)))
        response.headers.set(name, value);
    }
    const isPublic = !carriesKey && (route.kind === 'ASSET' || route.kind === 'HEALTH');
    return finish(response, arrival, isPublic ? 'PUBLIC' : 'PRIVATE');
  };
}

/** A request on its way through the edge. */
interface Visit {
  readonly request: Request;
  readonly arrival: Arrival;
  /** The API that it is for. */
  readonly surface: SurfaceName | undefined;
  readonly options: EdgeOptions;
}

/** The explorer's page is no request to the API at its path, unless somebody puts a key there. */
function surfaceOf(route: Route, carriesKey: boolean): SurfaceName | undefined {
  if (route.kind === 'PAGE' && !carriesKey) return undefined;
  return 'surface' in route ? route.surface : undefined;
}

function credentialsInUrl(): GraphQLError {
  return codedError(
    'CREDENTIALS_IN_URL',
    'The URL contains something that looks like a key. Revoke it, and send keys in the Authorization header.',
  );
}

/** A fault of ours is one line in the log and an answer without its text. */
async function guarded(
  work: () => Promise<Handled>,
  { request, arrival: { requestId }, options }: Visit,
): Promise<Handled> {
  try {
    return await work();
  } catch (error) {
    // The client left while it was served; nobody reads what is answered.
    if (request.signal.aborted) options.logger.info({ requestId }, 'the client left');
    else options.logger.error({ requestId, err: error }, 'request failed');
    return alone(errorResponse(request, codedError('INTERNAL_SERVER_ERROR', 'Unexpected error.', { requestId })));
  }
}

function arrive(request: Request, connection: Connection, options: EdgeOptions): Arrival {
  return {
    ...connection,
    requestId: requestId(request.headers, options.makeId),
    clientAddress: clientAddress(connection.peerAddress, request.headers.get('x-forwarded-for'), options.proxies),
    method: request.method,
    startedAt: options.clock.monotonic(),
  };
}

async function answer(route: Route, pathname: string, visit: Visit): Promise<Handled> {
  const { request, arrival, options } = visit;
  const { backends } = options;
  switch (route.kind) {
    case 'GRAPHQL': {
      const body = await limitBody(request, options.maxBodyBytes);
      if (body.kind === 'WITHIN') return backends.graphql(route.surface, body.request, arrival);
      const message = `The request body is larger than ${options.maxBodyBytes} bytes.`;
      return refuse(codedError('PAYLOAD_TOO_LARGE', message), visit, { Connection: 'close' });
    }
    case 'SDL':
      return backends.sdl(route.surface, request, arrival);
    case 'PAGE':
      return found(backends.page(route.surface), visit);
    case 'ASSET':
      return found(backends.asset(pathname, request.headers.get('accept-encoding') ?? ''), visit);
    case 'HEALTH':
      return alone(route.check === 'LIVE' ? liveResponse() : await readyResponse(options.readiness));
    case 'METRICS':
      return metricsAnswer(visit);
    case 'SECRET_SCANNING':
      return secretScanningAnswer(visit);
    case 'METHOD_NOT_ALLOWED': {
      const message = `This path answers ${route.allow} only.`;
      return refuse(codedError('METHOD_NOT_ALLOWED', message), visit, { Allow: route.allow });
    }
    case 'NOT_FOUND':
      return found(undefined, visit);
  }
}

function alone(response: Response): Handled {
  return { response };
}

/**
 * What the edge refuses itself. Every such refusal is a metric; one of a request to an API is told of as any other
 * request is.
 */
async function refuse(
  error: GraphQLError,
  { request, arrival, surface, options }: Visit,
  headers: Readonly<Record<string, string>> = {},
): Promise<Handled> {
  options.onRefusal(codeOf(error) ?? 'INTERNAL_SERVER_ERROR');
  const response = errorResponse(request, error, headers);
  if (surface === undefined) return alone(response);
  return { response, report: await options.backends.refused(surface, request, arrival, error) };
}

async function found(response: Response | undefined, visit: Visit): Promise<Handled> {
  if (response) return alone(response);
  return refuse(codedError('ROUTE_NOT_FOUND', 'There is nothing at this path. The API is at /graphql.'), visit);
}

/** A report holds as many matches as a scan has found: more than a request to the API may hold. */
const largestReport = 1_000_000;

async function secretScanningAnswer(visit: Visit): Promise<Handled> {
  const { secretScanning } = visit.options.backends;
  if (!secretScanning) return found(undefined, visit);
  const body = await limitBody(visit.request, largestReport);
  if (body.kind === 'WITHIN') return alone(await secretScanning(body.request, visit.arrival.requestId));
  const message = `The report is larger than ${largestReport} bytes.`;
  return refuse(codedError('PAYLOAD_TOO_LARGE', message), visit, { Connection: 'close' });
}

async function metricsAnswer(visit: Visit): Promise<Handled> {
  const { metricsAccess, backends } = visit.options;
  if (metricsAccess.kind === 'ABSENT') return found(undefined, visit);
  if (!mayReadMetrics(metricsAccess, visit.request.headers.get('authorization'))) {
    const error = codedError('CREDENTIALS_MISSING', 'Send METRICS_TOKEN as Authorization: Bearer <token>.');
    return refuse(error, visit, { 'WWW-Authenticate': 'Bearer' });
  }
  const { contentType, text } = await backends.metrics();
  return alone(new Response(text, { headers: { 'Content-Type': contentType } }));
}

/** `Cache-Control` and `Vary` (RFC 9111 §5.2.2, §4.1): what a key was told must not be told to another by a cache. */
function finish(response: Response, arrival: Arrival, audience: 'PRIVATE' | 'PUBLIC'): Response {
  const { headers } = response;
  headers.set('X-Request-Id', arrival.requestId);
  headers.set('X-Content-Type-Options', 'nosniff');
  if (audience === 'PRIVATE') {
    headers.set('Cache-Control', 'private, no-store');
    headers.set('Vary', 'Authorization, X-API-Key, Origin, Accept');
  }
  return response;
}
