import type { Accepted } from './accept.ts';

/** The protected API and the management API: two schemas, one pipeline. */
export type SurfaceName = 'API' | 'MANAGEMENT';

/** Which surfaces a listener serves. */
export type Served = readonly SurfaceName[];

export type Route =
  | { readonly kind: 'GRAPHQL'; readonly surface: SurfaceName }
  | { readonly kind: 'PAGE'; readonly surface: SurfaceName }
  | { readonly kind: 'SDL'; readonly surface: SurfaceName }
  | { readonly kind: 'ASSET' }
  | { readonly kind: 'HEALTH'; readonly check: 'LIVE' | 'READY' }
  | { readonly kind: 'METRICS' }
  | { readonly kind: 'SECRET_SCANNING' }
  /** `surface`: the API at this path, if it is one's. */
  | { readonly kind: 'METHOD_NOT_ALLOWED'; readonly allow: string; readonly surface?: SurfaceName }
  | { readonly kind: 'NOT_FOUND' };

const graphqlPaths: Readonly<Record<string, SurfaceName>> = { '/graphql': 'API', '/admin/graphql': 'MANAGEMENT' };
const sdlPaths: Readonly<Record<string, SurfaceName>> = {
  '/schema.graphql': 'API',
  '/admin/schema.graphql': 'MANAGEMENT',
};
const healthPaths: Readonly<Record<string, 'LIVE' | 'READY'>> = {
  '/health/live': 'LIVE',
  '/livez': 'LIVE',
  '/health/ready': 'READY',
  '/readyz': 'READY',
};

export const metricsPath = '/metrics';

/** Of an operation; QUERY (RFC 10008) is a POST that changes nothing, and may be sent again. */
export const operationMethods = ['GET', 'HEAD', 'POST', 'QUERY'] as const;

/** What stands at a path, compared byte for byte, by method and by whether a browser asks for a page. */
export function routeOf(
  method: string,
  path: string,
  { prefersPage }: Pick<Accepted, 'prefersPage'>,
  served: Served,
): Route {
  const graphql = own(graphqlPaths, path);
  if (graphql && served.includes(graphql)) {
    if (isRead(method) && prefersPage) return { kind: 'PAGE', surface: graphql };
    return operationMethods.some((name) => name === method)
      ? { kind: 'GRAPHQL', surface: graphql }
      : { kind: 'METHOD_NOT_ALLOWED', allow: operationMethods.join(', '), surface: graphql };
  }
  const sdl = own(sdlPaths, path);
  if (sdl && served.includes(sdl)) return readOnly(method, { kind: 'SDL', surface: sdl });
  const check = own(healthPaths, path);
  if (check) return readOnly(method, { kind: 'HEALTH', check });
  if (path === metricsPath) return readOnly(method, { kind: 'METRICS' });
  if (path === '/secret-scanning' && served.includes('API')) return { kind: 'SECRET_SCANNING' };
  if (path.startsWith('/graphiql/')) return readOnly(method, { kind: 'ASSET' });
  return { kind: 'NOT_FOUND' };
}

function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function readOnly(method: string, route: Route): Route {
  if (isRead(method)) return route;
  return { kind: 'METHOD_NOT_ALLOWED', allow: 'GET, HEAD', ...('surface' in route ? { surface: route.surface } : {}) };
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Paths that a web page could read by a name of its own, did the server not look at what it is called (contract of 421). */
export function isConsolePath(path: string): boolean {
  return path === '/console' || path.startsWith('/console/');
}
