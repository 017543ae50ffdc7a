import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headOf, rawRequest } from '../support/raw-request.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
let port: number;
let key: string;
beforeAll(async () => {
  test = await openTestApp({ environment: { CORS_ORIGINS: 'https://app.example' } });
  port = Number(new URL((await test.app.listen()).api).port);
  key = (await test.createKey(['*'])).key;
});
afterAll(() => test.close());

const valid = '{ viewer { apiKey { name } } }';
const subscription = 'subscription { cityChanged { __typename } }';

function byUrl(method: string, query: string, headers: Record<string, string> = {}) {
  return test.fetch(`/graphql?query=${encodeURIComponent(query)}`, {
    method,
    headers: { 'X-API-Key': key, Accept: 'application/json', ...headers },
  });
}

function byBody(method: string, query: string, headers: Record<string, string> = {}, path = '/graphql') {
  return test.fetch(path, {
    method,
    headers: { 'X-API-Key': key, Accept: 'application/json', 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
}

const codeOf = async (response: Response) => (await response.json()).errors?.[0].extensions.code;

describe('HEAD', () => {
  it('answers what GET answers, but for the content, and is charged alike', async () => {
    const { key: own } = await test.createKey(['*']);
    const left = (response: Response) => Number(/r=(\d+)/.exec(response.headers.get('ratelimit') ?? '')?.[1]);
    const got = await byUrl('GET', valid, { 'X-API-Key': own });
    const headed = await byUrl('HEAD', valid, { 'X-API-Key': own });
    expect([headed.status, await headed.text()]).toEqual([got.status, '']);
    expect(headed.headers.get('content-type')).toBe(got.headers.get('content-type'));
    expect(left(got) - left(headed)).toBeGreaterThan(0);
  });

  it.each([
    ['/graphql', { Accept: 'text/html' }],
    ['/schema.graphql', {}],
    ['/health/live', {}],
    ['/health/ready', {}],
    ['/nowhere', {}],
    ['/metrics', {}],
    ['/graphql', { Accept: 'application/json', 'X-API-Key': '' }],
  ])('of %s %j', async (path, headers: Record<string, string>) => {
    const init = { headers: { 'X-API-Key': key, ...headers } };
    const got = await test.fetch(path, init);
    const headed = await test.fetch(path, { ...init, method: 'HEAD' });
    expect([headed.status, await headed.text()]).toEqual([got.status, '']);
    expect(headed.headers.get('content-type')).toBe(got.headers.get('content-type'));
    const raw = await rawRequest(port, headOf(`HEAD ${path} HTTP/1.1`, 'Host: a', `X-API-Key: ${key}`));
    expect(raw.body).toBe('');
  });

  it('of an event stream is 405, and opens none', async () => {
    for (const [query, accept] of [
      [subscription, '*/*'],
      [subscription, 'text/event-stream'],
      [valid, 'text/event-stream'],
    ] as const) {
      const response = await byUrl('HEAD', query, { Accept: accept });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST, QUERY']);
    }
  });

  it('runs no mutation', async () => {
    const response = await byUrl('HEAD', 'mutation { deleteCity(input: { id: "x" }) { __typename } }');
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('QUERY (RFC 10008)', () => {
  it('is like POST', async () => {
    const response = await byBody('QUERY', valid);
    expect([response.status, (await response.json()).data]).toEqual([200, { viewer: { apiKey: { name: 'test' } } }]);
    const body = JSON.stringify({ query: valid });
    const raw = await rawRequest(
      port,
      headOf(
        'QUERY /graphql HTTP/1.1',
        'Host: a',
        `X-API-Key: ${key}`,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
      ) + body,
    );
    expect([raw.status, JSON.parse(raw.body).data]).toEqual([200, { viewer: { apiKey: { name: 'test' } } }]);
  });

  it.each(['QUERY', 'GET'])('changes nothing, as GET does not: %s', async (method) => {
    const mutation = 'mutation { deleteCity(input: { id: "x" }) { __typename } }';
    const two = `query A ${valid} mutation B { deleteCity(input: { id: "x" }) { __typename } }`;
    const send = method === 'GET' ? byUrl : byBody;
    const response = await send(method, mutation);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await codeOf(response)).toBe('METHOD_NOT_ALLOWED');
    expect(await codeOf(await send(method, two))).toBe('OPERATION_RESOLUTION_FAILURE');
  });

  it('opens a stream, which is safe', async () => {
    const left = new AbortController();
    const response = await test.fetch('/graphql', {
      method: 'QUERY',
      signal: left.signal,
      headers: { 'X-API-Key': key, Accept: 'text/event-stream', 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: subscription }),
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    left.abort();
  });

  it('has the limit of a body', async () => {
    const response = await byBody('QUERY', ' '.repeat(200_000));
    expect(await codeOf(response)).toBe('PAYLOAD_TOO_LARGE');
  });

  it('carries no key in its arguments, unlike POST', async () => {
    const response = await test.fetch('/admin/graphql', {
      method: 'QUERY',
      headers: { 'X-API-Key': test.adminKey, 'Content-Type': 'application/json' },
      body: JSON.stringify({
        query: 'query ($key: String!) { lookupApiKey(by: { key: $key }) { id } }',
        variables: { key },
      }),
    });
    expect(await codeOf(response)).toBe('BAD_USER_INPUT');
  });
});

describe('what a browser of another origin may send', () => {
  it('is every method and header that is read, and it sees every header that is told', async () => {
    const response = await test.fetch('/graphql', {
      method: 'OPTIONS',
      headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'QUERY' },
    });
    const list = (name: string) => (response.headers.get(name) ?? '').toLowerCase().split(', ');
    expect(list('access-control-allow-methods')).toEqual(['get', 'head', 'post', 'query']);
    expect(list('access-control-allow-headers')).toEqual([
      'accept',
      'authorization',
      'content-type',
      'x-api-key',
      'x-request-id',
      'graphql-cost',
      'graphql-client-name',
      'apollographql-client-name',
      'x-graphql-client-name',
      'graphql-client-version',
      'apollographql-client-version',
      'x-graphql-client-version',
      'traceparent',
      'tracestate',
      'baggage',
    ]);
    expect(list('access-control-expose-headers')).toEqual([
      'allow',
      'ratelimit',
      'ratelimit-policy',
      'retry-after',
      'www-authenticate',
      'x-request-id',
    ]);
  });
});

describe('a header that should carry a key and is empty', () => {
  it.each([
    ['Authorization: Bearer', 'Bearer'],
    ['Authorization: Bearer with spaces', 'Bearer   '],
    ['Authorization that is empty', ''],
  ])('stands beside a good one as if it were not there: %s', async (_, authorization) => {
    const response = await byUrl('GET', valid, { Authorization: authorization });
    expect(response.status).toBe(200);
    const alone = await byUrl('GET', valid, { Authorization: authorization, 'X-API-Key': '' });
    expect(await codeOf(alone)).toBe('CREDENTIALS_MISSING');
  });

  it('is no failure of an X-API-Key either', async () => {
    expect((await byUrl('GET', valid, { Authorization: `Bearer ${key}`, 'X-API-Key': ' ' })).status).toBe(200);
  });
});

describe('an upgrade', () => {
  const webSocket = ['Upgrade: WebSocket', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13'];

  it.each(['/graphql', '/admin/graphql', '/nowhere', '/health/live'])(
    'to a WebSocket is refused with the way to subscribe: %s',
    async (path) => {
      const { status, body, headers, code } = await rawRequest(
        port,
        [
          'GET ',
          path,
          ' HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\n',
          webSocket.join('\r\n'),
          '\r\n\r\n',
        ].join(''),
      );
      expect([status, code, headers.get('connection')]).toEqual([400, 'BAD_REQUEST', 'close']);
      expect(body).toContain('text/event-stream');
    },
  );

  it('to HTTP/2 is passed over (RFC 9110 §7.8)', async () => {
    const { status } = await rawRequest(
      port,
      'GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close, Upgrade\r\nUpgrade: h2c\r\n\r\n',
    );
    expect(status).toBe(200);
  });
});
