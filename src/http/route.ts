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

/** What stands at a path, by method and by whether a browser asks for a page. */
export function routeOf(method: string, pathname: string, accept: string, served: Served): Route {
  const graphql = own(graphqlPaths, pathname);
  if (graphql && served.includes(graphql)) {
    if (method === 'GET' && prefersHtml(accept)) return { kind: 'PAGE', surface: graphql };
    return method === 'GET' || method === 'POST'
      ? { kind: 'GRAPHQL', surface: graphql }
      : { kind: 'METHOD_NOT_ALLOWED', allow: 'GET, POST', surface: graphql };
  }
  const sdl = own(sdlPaths, pathname);
  if (sdl && served.includes(sdl)) return readOnly(method, { kind: 'SDL', surface: sdl });
  const check = own(healthPaths, pathname);
  if (check) return readOnly(method, { kind: 'HEALTH', check });
  if (pathname === '/metrics') return readOnly(method, { kind: 'METRICS' });
  if (pathname === '/secret-scanning' && served.includes('API')) return { kind: 'SECRET_SCANNING' };
  if (pathname.startsWith('/graphiql/')) return readOnly(method, { kind: 'ASSET' });
  return { kind: 'NOT_FOUND' };
}

function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function readOnly(method: string, route: Route): Route {
  if (method === 'GET' || method === 'HEAD') return route;
  return { kind: 'METHOD_NOT_ALLOWED', allow: 'GET, HEAD', ...('surface' in route ? { surface: route.surface } : {}) };
}

/** A browser's navigation names text/html; GraphQL clients name JSON or event streams, or nothing. */
function prefersHtml(accept: string): boolean {
  return accept.includes('text/html') && !accept.includes('application/graphql-response+json');
}
