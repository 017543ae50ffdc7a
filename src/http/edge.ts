import type { Logger } from 'pino';
import type { Clock } from '../kernel/clock.ts';
import { codedError } from '../kernel/errors.ts';
import type { MakeId } from '../kernel/uuid.ts';
import type { Arrival, Connection, Handled } from './arrival.ts';
import { limitBody } from './body-limit.ts';
import { clientAddress, type TrustedProxies } from './client-address.ts';
import { type CorsPolicy, corsHeaders, isPreflight, preflightResponse } from './cors.ts';
import { errorResponse } from './error-response.ts';
import { liveResponse, type Readiness, readyResponse } from './health.ts';
import { type MetricsAccess, mayReadMetrics } from './metrics-access.ts';
import { requestId } from './request-id.ts';
import type { RequestWatch } from './request-watch.ts';
import { type Route, routeOf, type Served, type SurfaceName } from './route.ts';

/** What stands behind the edge; the composition root fills it in. */
export interface Backends {
  graphql(surface: SurfaceName, request: Request, arrival: Arrival): Promise<Handled>;
  sdl(surface: SurfaceName, request: Request, arrival: Arrival): Promise<Handled>;
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
    // 1 A key in a URL is in somebody's log already; it must not reach ours, nor be accepted.
    if (options.looksLikeKey(request.url)) {
      const message =
        'The URL contains something that looks like a key. Revoke it, and send keys in the Authorization header.';
      return finish(errorResponse(request, codedError('CREDENTIALS_IN_URL', message)), arrival, 'PRIVATE');
    }
    const { pathname } = new URL(request.url, 'http://localhost');
    // 2 Preflights carry no key.
    if (isPreflight(request)) return finish(preflightResponse(request, options.cors), arrival, 'PRIVATE');
    // 3 What stands at this path answers.
    const route = routeOf(request.method, pathname, request.headers.get('accept') ?? '', options.served);
    const serve = () => guarded(() => answer(route, pathname, request, arrival, options), request, arrival, options);
    const isApi = route.kind === 'GRAPHQL' || route.kind === 'SDL';
    const { response, originListed } = isApi
      ? await options.watch.watch({ arrival, headers: request.headers, surface: route.surface, path: pathname }, serve)
      : await serve();
    // 4 Headers that every answer has.
    if (isApi) {
      for (const [name, value] of Object.entries(corsHeaders(request, options.cors, originListed)))
        response.headers.set(name, value);
    }
    return finish(response, arrival, route.kind === 'ASSET' || route.kind === 'HEALTH' ? 'PUBLIC' : 'PRIVATE');
  };
}

/** A fault of ours is one line in the log and an answer without its text. */
async function guarded(
  work: () => Promise<Handled>,
  request: Request,
  { requestId }: Arrival,
  options: EdgeOptions,
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

async function answer(
  route: Route,
  pathname: string,
  request: Request,
  arrival: Arrival,
  options: EdgeOptions,
): Promise<Handled> {
  const { backends } = options;
  switch (route.kind) {
    case 'GRAPHQL': {
      const body = await limitBody(request, options.maxBodyBytes);
      if (body.kind === 'WITHIN') return backends.graphql(route.surface, body.request, arrival);
      const message = `The request body is larger than ${options.maxBodyBytes} bytes.`;
      return alone(errorResponse(request, codedError('PAYLOAD_TOO_LARGE', message), { Connection: 'close' }));
    }
    case 'SDL':
      return backends.sdl(route.surface, request, arrival);
    case 'PAGE':
      return alone(backends.page(route.surface) ?? notFound(request));
    case 'ASSET':
      return alone(backends.asset(pathname, request.headers.get('accept-encoding') ?? '') ?? notFound(request));
    case 'HEALTH':
      return alone(route.check === 'LIVE' ? liveResponse() : await readyResponse(options.readiness));
    case 'METRICS':
      return alone(await metricsResponse(request, options));
    case 'SECRET_SCANNING':
      return alone(await secretScanningResponse(request, arrival, backends));
    case 'METHOD_NOT_ALLOWED': {
      const message = `This path answers ${route.allow} only.`;
      return alone(errorResponse(request, codedError('METHOD_NOT_ALLOWED', message), { Allow: route.allow }));
    }
    case 'NOT_FOUND':
      return alone(notFound(request));
  }
}

function alone(response: Response): Handled {
  return { response };
}

/** A report holds as many matches as a scan has found: more than a request to the API may hold. */
const largestReport = 1_000_000;

async function secretScanningResponse(
  request: Request,
  { requestId }: Arrival,
  { secretScanning }: Backends,
): Promise<Response> {
  if (!secretScanning) return notFound(request);
  const body = await limitBody(request, largestReport);
  if (body.kind === 'WITHIN') return secretScanning(body.request, requestId);
  const message = `The report is larger than ${largestReport} bytes.`;
  return errorResponse(request, codedError('PAYLOAD_TOO_LARGE', message), { Connection: 'close' });
}

async function metricsResponse(request: Request, { metricsAccess, backends }: EdgeOptions): Promise<Response> {
  if (metricsAccess.kind === 'ABSENT') return notFound(request);
  if (!mayReadMetrics(metricsAccess, request.headers.get('authorization'))) {
    const error = codedError('CREDENTIALS_MISSING', 'Send METRICS_TOKEN as Authorization: Bearer <token>.');
    return errorResponse(request, error, { 'WWW-Authenticate': 'Bearer' });
  }
  const { contentType, text } = await backends.metrics();
  return new Response(text, { headers: { 'Content-Type': contentType } });
}

function notFound(request: Request): Response {
  return errorResponse(
    request,
    codedError('ROUTE_NOT_FOUND', 'There is nothing at this path. The API is at /graphql.'),
  );
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
