import type { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { Clock } from '../kernel/clock.ts';
import type { ErrorCode } from '../kernel/error-codes.ts';
import { codedError, codeOf } from '../kernel/errors.ts';
import type { MakeId } from '../kernel/uuid.ts';
import { readAccept } from './accept.ts';
import type { Arrival, Connection, Handled } from './arrival.ts';
import { isOwnName } from './authority.ts';
import { declaresTooMuch, type ReadBody, readBody } from './body-limit.ts';
import { clientAddress, type TrustedProxies } from './client-address.ts';
import { type CorsPolicy, corsHeaders, isPreflight, preflightResponse } from './cors.ts';
import { errorResponse } from './error-response.ts';
import type { Faults } from './faults.ts';
import { headRefusal } from './head-refusal.ts';
import { liveResponse, type Readiness, readyResponse } from './health.ts';
import { holderOf } from './holder.ts';
import { type MetricsAccess, mayReadMetrics } from './metrics-access.ts';
import { notShared } from './not-shared.ts';
import { requestId } from './request-id.ts';
import type { RequestReport } from './request-report.ts';
import { partsOfUrl } from './request-target.ts';
import type { RequestWatch } from './request-watch.ts';
import { isConsolePath, metricsPath, type Route, routeOf, type Served, type SurfaceName } from './route.ts';

/** What stands behind the edge; the composition root fills it in. */
export interface Backends {
  graphql(surface: SurfaceName, request: Request, arrival: Arrival): Promise<Handled>;
  sdl(surface: SurfaceName, request: Request, arrival: Arrival): Promise<Handled>;
  /** What is told of a request to an API that the edge refuses, with this error. */
  refused(surface: SurfaceName, request: Request, arrival: Arrival, error: GraphQLError): Promise<RequestReport>;
  page(surface: SurfaceName): Response | undefined;
  asset(pathname: string, acceptEncoding: string): Response | undefined;
  /** Absent when nobody's reports are accepted. */
  readonly secretScanning?:
    | ((request: Request, arrival: Arrival, read: () => Promise<ReadBody>) => Promise<Response | 'TOO_LARGE'>)
    | undefined;
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
  readonly faults: Faults;
  /** By which a listener that is open to whoever reaches it may be addressed, beside addresses and `localhost`. */
  readonly ownNames: ReadonlySet<string>;
  readonly proxies: TrustedProxies;
  readonly cors: CorsPolicy;
  readonly maxBodyBytes: number;
  /** True when a text contains something of a key's shape. */
  readonly looksLikeKey: (text: string) => boolean;
  /** A text without what has a key's shape. */
  readonly redact: (text: string) => string;
  readonly clock: Clock;
  readonly makeId: MakeId;
  readonly logger: Logger;
}

export type Edge = (request: Request, connection: Connection) => Promise<Response>;

/** The way of every request before and after GraphQL, in its order. */
export function createEdge(options: EdgeOptions): Edge {
  return async (request, connection) => {
    const arrival = arrive(request, connection, options);
    try {
      return withoutBody(request, await pass(request, arrival, options));
    } catch (error) {
      const masked = options.faults.error(error, arrival.requestId);
      return finish(errorResponse(arrival.accept, masked), arrival, 'PRIVATE');
    }
  };
}

async function pass(request: Request, arrival: Arrival, options: EdgeOptions): Promise<Response> {
  const { path } = partsOfUrl(request.url);
  const route = routeOf(request.method, path, arrival.accept, options.served);
  // 1 A key in a URL is in somebody's log already; it must not reach ours, nor be accepted.
  const carriesKey = options.looksLikeKey(request.url);
  const refusal = headRefusal(request, arrival, carriesKey);
  // 2 Preflights carry no key.
  if (!refusal && surfaceOf(route, false) !== undefined && isPreflight(request)) {
    return finish(preflightResponse(request, options.cors), arrival, 'PRIVATE');
  }
  // 3 What stands at this path answers. A request to an API is watched; an API has one path, which holds no key.
  const surface = surfaceOf(route, carriesKey);
  const visit = { request, arrival, surface, options };
  const serve = () =>
    guarded(
      () => (refusal ? refuse(refusal.error, visit, refusal.headers, refusal.status) : answer(route, path, visit)),
      visit,
    );
  const { response, report, originListed } = surface
    ? await options.watch.watch({ arrival, headers: request.headers, surface, path }, serve)
    : await serve();
  arrival.tellHolder?.(holderOf(report?.keyPublicId, arrival.clientAddress));
  // 4 Headers that every answer has.
  if (surface) {
    for (const [name, value] of Object.entries(corsHeaders(request, options.cors, originListed)))
      response.headers.set(name, value);
  }
  const isPublic = !refusal && (route.kind === 'HEALTH' || (route.kind === 'ASSET' && response.status < 400));
  return finish(response, arrival, isPublic ? 'PUBLIC' : 'PRIVATE');
}

/** HEAD is GET without the content (RFC 9110 §9.3.2). */
function withoutBody({ method }: Request, response: Response): Response {
  if (method !== 'HEAD' || response.body === null) return response;
  return new Response(null, { status: response.status, headers: response.headers });
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

/**
 * What whoever reaches this listener may ask for without a key. Whom a request addresses is judged before its method: a web page
 * learns nothing of such a path, not even what it answers.
 */
function isOpenPath(path: string, { served, metricsAccess }: EdgeOptions): boolean {
  return (
    (isConsolePath(path) && served.includes('MANAGEMENT')) || (path === metricsPath && metricsAccess.kind === 'OPEN')
  );
}

/** RFC 9110 §15.5.20 */
function misdirected(): GraphQLError {
  const message = 'This is served by an address, localhost, or a name in ADMIN_ALLOWED_HOSTS only.';
  return codedError('MISDIRECTED_REQUEST', message);
}

/**
 * A fault of ours is one line in the log and an answer without its text. What fails because the client left while it was
 * served (its body ends in the middle) is none, and nobody reads what is answered.
 */
async function guarded(
  work: () => Promise<Handled>,
  { request, arrival: { requestId, accept }, options }: Visit,
): Promise<Handled> {
  try {
    return await work();
  } catch (error) {
    if (request.signal.aborted) {
      options.logger.info({ requestId, reason: error instanceof Error ? error.message : undefined }, 'the client left');
      return { response: new Response(null, { status: clientLeft }), clientLeft: true };
    }
    return alone(errorResponse(accept, options.faults.error(error, requestId)));
  }
}

/** No status of HTTP: what access logs and traces of many servers say of it, and no client ever reads. */
const clientLeft = 499;

function arrive(request: Request, connection: Connection, options: EdgeOptions): Arrival {
  return {
    ...connection,
    requestId: requestId(request.headers, options.makeId, options.redact),
    clientAddress: clientAddress(connection.peerAddress, request.headers.get('x-forwarded-for'), options.proxies),
    method: request.method,
    accept: readAccept(request.headers.get('accept')),
    startedAt: options.clock.monotonic(),
  };
}

async function answer(route: Route, path: string, visit: Visit): Promise<Handled> {
  const { request, arrival, options } = visit;
  const { backends } = options;
  if (isOpenPath(path, options) && !isOwnName(arrival.authority, options.ownNames)) return refuse(misdirected(), visit);
  switch (route.kind) {
    case 'GRAPHQL': {
      // What is no longer than it may be is read when it is known who asks.
      if (!declaresTooMuch(request, options.maxBodyBytes)) return backends.graphql(route.surface, request, arrival);
      const message = `The request body is larger than ${options.maxBodyBytes} bytes.`;
      return refuse(codedError('PAYLOAD_TOO_LARGE', message), visit, { Connection: 'close' });
    }
    case 'SDL':
      return backends.sdl(route.surface, request, arrival);
    case 'PAGE':
      return found(backends.page(route.surface), visit);
    case 'ASSET':
      return found(backends.asset(path, request.headers.get('accept-encoding') ?? ''), visit);
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
  status?: number,
): Promise<Handled> {
  options.onRefusal(codeOf(error) ?? 'INTERNAL_SERVER_ERROR');
  const response = errorResponse(arrival.accept, error, headers, status);
  if (surface === undefined) return alone(response);
  return { response, report: await options.backends.refused(surface, request, arrival, error) };
}

async function found(response: Response | undefined, visit: Visit): Promise<Handled> {
  if (response) return alone(response);
  return refuse(codedError('ROUTE_NOT_FOUND', 'There is nothing at this path. The API is at /graphql.'), visit);
}

/** A report holds as many matches as a scan has found: more than a request to the API may hold. */
export const largestReport = 1_000_000;

async function secretScanningAnswer(visit: Visit): Promise<Handled> {
  const { secretScanning } = visit.options.backends;
  if (!secretScanning) return found(undefined, visit);
  const { request, arrival } = visit;
  const read = () => readBody(request, largestReport, arrival.cutShort);
  const answered = declaresTooMuch(request, largestReport) ? 'TOO_LARGE' : await secretScanning(request, arrival, read);
  if (answered !== 'TOO_LARGE') return alone(answered);
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

function finish(response: Response, arrival: Arrival, audience: 'PRIVATE' | 'PUBLIC'): Response {
  const { headers } = response;
  headers.set('X-Request-Id', arrival.requestId);
  headers.set('X-Content-Type-Options', 'nosniff');
  if (audience === 'PRIVATE') {
    for (const [name, value] of Object.entries(notShared)) headers.set(name, value);
  }
  return response;
}
