import { describe, expect, it } from 'vitest';
import { readAccept } from '../../src/http/accept.ts';
import { routeOf } from '../../src/http/route.ts';

const both = ['API', 'MANAGEMENT'] as const;

describe('routes', () => {
  it.each([
    ['POST', '/graphql', 'application/json', { kind: 'GRAPHQL', surface: 'API' }],
    ['GET', '/graphql', '*/*', { kind: 'GRAPHQL', surface: 'API' }],
    ['HEAD', '/graphql', '*/*', { kind: 'GRAPHQL', surface: 'API' }],
    ['QUERY', '/graphql', 'text/html', { kind: 'GRAPHQL', surface: 'API' }],
    ['GET', '/graphql', null, { kind: 'GRAPHQL', surface: 'API' }],
    ['GET', '/graphql', 'text/html,application/xhtml+xml', { kind: 'PAGE', surface: 'API' }],
    ['HEAD', '/graphql', 'Text/HTML', { kind: 'PAGE', surface: 'API' }],
    ['GET', '/graphql', 'text/html;q=0, */*', { kind: 'GRAPHQL', surface: 'API' }],
    ['GET', '/graphql', 'text/html;q=0.5, application/json', { kind: 'GRAPHQL', surface: 'API' }],
    ['GET', '/graphql', 'application/json, text/html', { kind: 'GRAPHQL', surface: 'API' }],
    ['GET', '/admin/graphql', 'text/html', { kind: 'PAGE', surface: 'MANAGEMENT' }],
    ['POST', '/admin/graphql', 'text/html', { kind: 'GRAPHQL', surface: 'MANAGEMENT' }],
    ['PUT', '/graphql', '*/*', { kind: 'METHOD_NOT_ALLOWED', allow: 'GET, HEAD, POST, QUERY', surface: 'API' }],
    ['GET', '/schema.graphql', '*/*', { kind: 'SDL', surface: 'API' }],
    ['POST', '/schema.graphql', '*/*', { kind: 'METHOD_NOT_ALLOWED', allow: 'GET, HEAD', surface: 'API' }],
    ['POST', '/livez', '*/*', { kind: 'METHOD_NOT_ALLOWED', allow: 'GET, HEAD' }],
    ['GET', '/health/live', '*/*', { kind: 'HEALTH', check: 'LIVE' }],
    ['GET', '/livez', '*/*', { kind: 'HEALTH', check: 'LIVE' }],
    ['GET', '/readyz', '*/*', { kind: 'HEALTH', check: 'READY' }],
    ['GET', '/graphiql/assets/index.js', '*/*', { kind: 'ASSET' }],
    ['POST', '/secret-scanning', '*/*', { kind: 'SECRET_SCANNING' }],
    ['GET', '/', 'text/html', { kind: 'NOT_FOUND' }],
    ['GET', '/graphql/', 'text/html', { kind: 'NOT_FOUND' }],
    ['GET', '/constructor', '*/*', { kind: 'NOT_FOUND' }],
    ['GET', '/__proto__', '*/*', { kind: 'NOT_FOUND' }],
  ])('%s %s for %s', (method, path, accept, expected) => {
    expect(routeOf(method, path, readAccept(accept), both)).toEqual(expected);
  });

  it('does not know a surface that this listener does not serve', () => {
    expect(routeOf('POST', '/admin/graphql', readAccept('*/*'), ['API'])).toEqual({ kind: 'NOT_FOUND' });
    expect(routeOf('GET', '/admin/schema.graphql', readAccept('*/*'), ['API'])).toEqual({ kind: 'NOT_FOUND' });
    expect(routeOf('POST', '/secret-scanning', readAccept('*/*'), ['MANAGEMENT'])).toEqual({ kind: 'NOT_FOUND' });
  });
});
