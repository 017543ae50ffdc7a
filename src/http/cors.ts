import { clientHeaders } from './client-headers.ts';
import { operationMethods } from './route.ts';

/**
 * Web origins that may call (`CORS_ORIGINS`); keys travel in headers, so credentials are never allowed. `KEYS`: preflights,
 * and answers that no key stands behind, are for every origin, and those to a key for the origins that the key lists.
 */
export interface CorsPolicy {
  readonly origins: ReadonlySet<string> | 'KEYS';
}

const allowedHeaders = [
  // Without a preflight up to 128 characters only (Fetch standard, "CORS-safelisted request-header").
  'Accept',
  'Authorization',
  'Content-Type',
  'X-API-Key',
  'X-Request-Id',
  'GraphQL-Cost',
  ...clientHeaders('name'),
  ...clientHeaders('version'),
  // W3C Trace Context and Baggage: a browser's own traces go on in ours.
  'traceparent',
  'tracestate',
  'baggage',
].join(', ');
const allowedMethods = operationMethods.join(', ');
const exposedHeaders = [
  'Allow',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'WWW-Authenticate',
  'X-Request-Id',
].join(', ');

/** A preflight carries no key (Fetch standard §4.8): it is answered before any key is looked for. */
export function isPreflight(request: Request): boolean {
  return (
    request.method === 'OPTIONS' &&
    request.headers.has('origin') &&
    request.headers.has('access-control-request-method')
  );
}

/** Answers a preflight (for `KEYS`, which names no key yet, of every origin); an origin that is not allowed gets no CORS header, and the browser stops. */
export function preflightResponse(request: Request, policy: CorsPolicy): Response {
  const headers = corsHeaders(request, policy);
  if (Object.keys(headers).length > 0) {
    headers['Access-Control-Allow-Methods'] = allowedMethods;
    headers['Access-Control-Allow-Headers'] = allowedHeaders;
    headers['Access-Control-Max-Age'] = '7200';
  }
  return new Response(null, { status: 204, headers });
}

/** `originListed`: whether the key that was proved lists the origin; `undefined` when none was. */
export function corsHeaders(request: Request, policy: CorsPolicy, originListed?: boolean): Record<string, string> {
  const origin = request.headers.get('origin');
  if (origin === null) return {};
  const allowed = allowedOrigin(origin, policy, originListed);
  if (allowed === undefined) return {};
  return { 'Access-Control-Allow-Origin': allowed, 'Access-Control-Expose-Headers': exposedHeaders };
}

function allowedOrigin(origin: string, { origins }: CorsPolicy, originListed: boolean | undefined): string | undefined {
  if (origins !== 'KEYS') return origins.has(origin) ? origin : undefined;
  if (originListed === undefined) return '*';
  return originListed ? origin : undefined;
}
