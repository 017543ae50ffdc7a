import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp();
});
afterAll(() => test.close());

const json = { 'Content-Type': 'application/json' };

describe('every answer', () => {
  it('has a request id: the caller’s when it is sane, else a UUIDv7', async () => {
    const sane = await test.fetch('/health/live', { headers: { 'X-Request-Id': 'trace-1:2.3' } });
    expect(sane.headers.get('x-request-id')).toBe('trace-1:2.3');
    for (const bad of ['a b', 'x'.repeat(129), '<script>', '-x', '{}']) {
      const response = await test.fetch('/health/live', { headers: { 'X-Request-Id': bad } });
      expect(response.headers.get('x-request-id')).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
    }
  });

  it('is private to its caller, but for health', async () => {
    for (const path of ['/graphql', '/admin/graphql', '/schema.graphql', '/nowhere']) {
      const { headers } = await test.fetch(path, { headers: { Accept: 'application/json' } });
      expect(headers.get('cache-control')).toBe('private, no-store');
      expect(headers.get('vary')).toBe('Authorization, X-API-Key, Origin, Accept');
      expect(headers.get('etag')).toBeNull();
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect((await test.fetch('/health/live')).headers.get('vary')).toBeNull();
  });
});

describe('paths', () => {
  it('answers 404 in JSON where there is nothing', async () => {
    const response = await test.fetch('/', { headers: { Accept: 'text/html' } });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual({
      errors: [
        { message: 'There is nothing at this path. The API is at /graphql.', extensions: { code: 'ROUTE_NOT_FOUND' } },
      ],
    });
  });

  it('is live and ready', async () => {
    for (const path of ['/health/live', '/livez', '/health/ready', '/readyz']) {
      expect((await test.fetch(path)).status).toBe(200);
    }
  });

  it('names the methods that a path answers', async () => {
    const response = await test.fetch('/graphql', { method: 'DELETE' });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD, POST, QUERY');
  });
});

describe('a key in a URL', () => {
  it('is refused before anything is logged, and nothing of it is in the log', async () => {
    const before = test.log.length;
    for (const path of [
      `/graphql?key=${test.adminKey}`,
      `/x/${test.adminKey}`,
      `/graphql?k=${encodeURIComponent(test.adminKey).replace(/_/g, '%5F')}`,
    ]) {
      const response = await test.fetch(path);
      expect(response.status).toBe(400);
      expect((await response.json()).errors[0].extensions.code).toBe('CREDENTIALS_IN_URL');
    }
    expect(test.log.slice(before).join('')).not.toContain(test.adminKey.slice(-30));
  });
});

describe('other origins', () => {
  it('get no CORS header by default', async () => {
    const preflight = await test.fetch('/graphql', {
      method: 'OPTIONS',
      headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect([...preflight.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('are answered when they are listed, without credentials', async () => {
    const open = await openTestApp({ environment: { CORS_ORIGINS: 'https://app.example.com' } });
    try {
      const preflight = await open.fetch('/graphql', {
        method: 'OPTIONS',
        headers: {
          Origin: 'https://app.example.com',
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'authorization',
        },
      });
      expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
      expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();
      const { headers } = await open.graphql(
        open.demoKey,
        '{ viewer { apiKey { name } } }',
        {},
        { headers: { Origin: 'https://app.example.com' } },
      );
      expect(headers.get('access-control-expose-headers')).toContain('RateLimit');
      const other = await open.graphql(
        open.demoKey,
        '{ viewer { apiKey { name } } }',
        {},
        { headers: { Origin: 'https://app.example.com.evil.example' } },
      );
      expect(other.headers.get('access-control-allow-origin')).toBeNull();
    } finally {
      await open.close();
    }
  });
});

describe('a body', () => {
  it('is refused when it is too large', async () => {
    const body = JSON.stringify({ query: ' '.repeat(100_000) });
    const send = (headers: Readonly<Record<string, string>>) =>
      test.fetch('/graphql', { method: 'POST', headers: { ...json, ...headers }, body });
    // By its length alone, whoever sends it; else when it is read, for somebody who is known.
    for (const headers of [{ 'Content-Length': String(body.length) }, { 'X-API-Key': test.demoKey }]) {
      const response = await send(headers);
      expect(response.status).toBe(413);
      expect((await response.json()).errors[0].extensions.code).toBe('PAYLOAD_TOO_LARGE');
    }
    expect((await send({})).status).toBe(401);
  });

  it('that is no JSON is refused without being repeated', async () => {
    const response = await test.fetch('/graphql', {
      method: 'POST',
      headers: { ...json, Authorization: `Bearer ${test.demoKey}` },
      body: '{"query": "{ secretThing }" oops',
    });
    expect(response.status).toBe(400);
    const text = await response.text();
    expect(text).toContain('BAD_REQUEST');
    expect(text).not.toContain('secretThing');
    expect(text).not.toContain('oops');
  });
});

it('keeps an answer that there is nothing from caches, also where files of the explorer are', async () => {
  const { status, headers } = await test.fetch('/graphiql/nothing.js');
  expect([status, headers.get('cache-control')]).toEqual([404, 'private, no-store']);
  expect(headers.get('vary')).toBe('Authorization, X-API-Key, Origin, Accept');
});

it.each(['/nowhere', '/console', '/console/keys', '/metrics'])(
  'answers no preflight where no API is: %s',
  async (path) => {
    const headers = { Origin: 'https://a.example', 'Access-Control-Request-Method': 'POST' };
    const response = await test.fetch(path, { method: 'OPTIONS', headers });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  },
);
