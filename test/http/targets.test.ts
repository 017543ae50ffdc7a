import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headOf, rawRequest } from '../support/raw-request.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
let port: number;
let adminPort: number;
let key: string;
beforeAll(async () => {
  test = await openTestApp({
    environment: { ADMIN_PORT: '0', ADMIN_ALLOWED_HOSTS: 'metrics.example.com' },
  });
  const { api, management } = await test.app.listen();
  port = Number(new URL(api).port);
  adminPort = Number(new URL(management).port);
  key = (await test.createKey(['read:Query'])).key;
});
afterAll(() => test.close());

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

async function get(target: string, headers: readonly string[] = ['Host: a'], at = port) {
  const answer = await rawRequest(at, headOf(`GET ${target} HTTP/1.1`, ...headers));
  expect(answer.headers.get('x-request-id')).toMatch(uuid);
  return answer;
}

const alive = '{"status":"live"}';

describe('the path is that of the request line alone', () => {
  it.each([
    ['/health/live'],
    ['/health/live?x=y'],
    ['/health/live?#'],
    ['http://example.com/health/live'],
    ['http://example.com:99/health/live?x'],
    ['HTTPS://[::1]/health/live'],
  ])('%s answers', async (target) => {
    const { status, body } = await get(target);
    expect([status, body]).toEqual([200, alive]);
  });

  it.each([
    ['/health/live/'],
    ['//health/live'],
    ['/./health/live'],
    ['/health/../health/live'],
    ['/health//live'],
    ['/x/%2e%2e/health/live'],
    ['/x/..%2fhealth/live'],
    ['/x\\..\\health\\live'],
    ['/health\\live'],
    ['/health%2flive'],
    ['/%68ealth/live'],
    ['/HEALTH/LIVE'],
    ['/health/live;x'],
    ['/health/live#x'],
    ['/health/live%00'],
    ['/health/live%20'],
    ['//evil.example/health/live'],
    ['http://example.com/x/../health/live'],
    ['http://example.com//health/live'],
    ['http://example.com'],
    ['*'],
  ])('%s is not found', async (target) => {
    const { status, code } = await get(target);
    expect([status, code]).toEqual([404, 'ROUTE_NOT_FOUND']);
  });

  it.each([
    ['/nothing', 'x/health/live?'],
    ['/nothing', 'x/health/live#'],
    ['/graphql', 'x/admin/graphql?'],
    ['/health/live', 'a b'],
    ['/health/live', 'user@a'],
    ['/health/live', 'a:99999'],
    ['/health/live', '[::1'],
    ['/health/live', 'a\\b'],
    ['http://example.com/health/live', 'a/b'],
    ['http://user@example.com/health/live', 'a'],
    ['http:///health/live', 'a'],
    ['ftp://example.com/health/live', 'a'],
  ])('%s of the host %s is refused', async (target, host) => {
    const { status, code } = await get(target, [`Host: ${host}`]);
    expect([status, code]).toEqual([400, 'BAD_REQUEST']);
  });

  it('takes one Host, and in HTTP/1.0 none', async () => {
    expect((await get('/health/live', [])).code).toBe('BAD_REQUEST');
    expect((await get('/health/live', ['Host: a', 'Host: a'])).code).toBe('BAD_REQUEST');
    expect((await get('/health/live', ['Host:'])).status).toBe(200);
    expect((await rawRequest(port, headOf('GET /health/live HTTP/1.0'))).body).toBe(alive);
  });

  it.each([
    ['/admin/graphql', 'a'],
    ['/public/../admin/graphql', 'a'],
    ['/public/%2e%2e/admin/graphql', 'a'],
    ['/public\\..\\admin\\graphql', 'a'],
    ['/graphql', 'x/admin/graphql?'],
  ])('%s of the host %s does not reach the management API where it is not served', async (target, host) => {
    const body = JSON.stringify({ query: '{ __typename }' });
    const { status } = await rawRequest(
      port,
      headOf(
        `POST ${target} HTTP/1.1`,
        `Host: ${host}`,
        'Content-Type: application/json',
        `X-API-Key: ${test.adminKey}`,
        `Content-Length: ${body.length}`,
      ) + body,
    );
    expect(status).toBe(target === '/graphql' ? 400 : 404);
  });

  it('serves an operation by an absolute target, with the bytes of its query', async () => {
    const query = encodeURIComponent('{ viewer { apiKey { name } } }');
    const { status, body } = await get(`http://proxy.example/graphql?query=${query}`, ['Host: x', `X-API-Key: ${key}`]);
    expect([status, JSON.parse(body).data]).toEqual([200, { viewer: { apiKey: { name: 'test' } } }]);
  });
});

describe('a head that others may read otherwise is refused', () => {
  const body = JSON.stringify({ query: '{ viewer { apiKey { name } } }' });
  const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  const ask = (lines: readonly string[], bytes: string, version = '1.1') =>
    rawRequest(port, headOf(`POST /graphql HTTP/${version}`, 'Host: a', `X-API-Key: ${key}`, ...lines) + bytes);

  it.each([
    ['chunked', 200],
    ['CHUNKED', 200],
    ['gzip, chunked', 501],
    ['identity, chunked', 501],
    ['gzip\r\nTransfer-Encoding: chunked', 501],
    ['chunked, chunked', 400],
    ['identity', 400],
    ['gzip', 400],
    ['chunked, gzip', 400],
  ])('Transfer-Encoding: %j is %i', async (coding, expected) => {
    const { status, code, headers } = await ask(
      ['Content-Type: application/json', `Transfer-Encoding: ${coding}`],
      chunked,
    );
    expect([status, code]).toEqual([expected, expected === 200 ? undefined : 'BAD_REQUEST']);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('connection')).toBe('close');
  });

  it('has no transfer coding in HTTP/1.0', async () => {
    const { status, code } = await ask(
      ['Content-Type: application/json', 'Transfer-Encoding: chunked'],
      chunked,
      '1.0',
    );
    expect([status, code]).toEqual([400, 'BAD_REQUEST']);
  });

  it.each([
    ['Content-Type', 'application/json', 'text/plain', 'BAD_REQUEST'],
    ['Content-Type', 'application/json', 'application/json', 'BAD_REQUEST'],
    ['Referer', 'https://a.example/', 'https://b.example/', 'BAD_REQUEST'],
    ['Origin', 'https://a.example', 'https://b.example', 'BAD_REQUEST'],
    ['X-API-Key', 'a', 'a', 'OVERLOADED_CREDENTIALS'],
    ['Authorization', 'Bearer a', 'Bearer a', 'OVERLOADED_CREDENTIALS'],
    ['Content-Length', `${body.length}`, `${body.length}`, 'BAD_REQUEST'],
    ['Host', 'a', 'a', 'BAD_REQUEST'],
    ['Accept', 'application/json', 'text/event-stream', undefined],
  ])('two lines of %s: %s, %s', async (name, first, second, expected) => {
    const lines = ['Content-Type: application/json', `Content-Length: ${body.length}`].filter(
      (line) => !line.startsWith(name),
    );
    const { status, code } = await ask([...lines, `${name}: ${first}`, `${name}: ${second}`], body);
    expect([status, code]).toEqual([expected === undefined ? 200 : 400, expected]);
  });
});

describe('what never becomes a request has a code all the same', () => {
  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400, 'BAD_REQUEST'],
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n', 400, 'BAD_REQUEST'],
    ['a byte beyond ASCII in the path', 'GET /health/live\xe4 HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'BAD_REQUEST'],
    ['NUL in the target', 'GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'BAD_REQUEST'],
    ['a target that is no path', 'GET graphql HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'BAD_REQUEST'],
    ['another version', 'GET / HTTP/3.7\r\nHost: a\r\n\r\n', 400, 'BAD_REQUEST'],
    [
      'two lengths',
      'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
      'BAD_REQUEST',
    ],
    ['a target that is too long', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 431, 'BAD_REQUEST'],
    ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n', 400, 'BAD_REQUEST'],
    [
      'a chunk that is none',
      'POST /graphql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      400,
      'BAD_REQUEST',
    ],
  ])('%s', async (_, bytes, status, code) => {
    const answer = await rawRequest(port, bytes);
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(answer.headers.get('x-request-id')).toMatch(uuid);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
  });

  it('leaves the answer to what came before it on the connection', async () => {
    const { status, text } = await rawRequest(port, 'GET /health/live HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n');
    expect(status).toBe(200);
    expect(text).toContain(alive);
  });

  it('passes over an expectation that nobody knows', async () => {
    expect((await get('/health/live', ['Host: a', 'Expect: a-miracle'])).body).toBe(alive);
  });
});

describe('what stands open to whoever reaches it is not open to a web page by a name of its own', () => {
  it.each([
    ['127.0.0.1:1', 200],
    ['[::1]', 200],
    ['localhost', 200],
    ['LocalHost:9', 200],
    ['metrics.example.com', 200],
    ['metrics.example.com.:80', 200],
    ['evil.example', 421],
    ['localhost.evil.example', 421],
    ['', 421],
  ])('/metrics by %s: %i', async (host, expected) => {
    const { status, code } = await get('/metrics', [`Host: ${host}`], adminPort);
    expect(status).toBe(expected);
    expect(code).toBe(expected === 421 ? 'MISDIRECTED_REQUEST' : undefined);
    // The authority of an absolute target is whom the client addresses (RFC 9112 §3.2.2).
    if (host === '') return;
    const absolute = await get(`http://${host}/metrics`, ['Host: localhost'], adminPort);
    expect(absolute.status).toBe(expected);
  });

  it.each(['POST', 'HEAD', 'OPTIONS', 'DELETE', 'QUERY', 'PATCH'])('by any method: %s', async (method) => {
    const ask = (path: string, host: string) =>
      rawRequest(adminPort, headOf(`${method} ${path} HTTP/1.1`, `Host: ${host}`));
    for (const path of ['/metrics', '/console', '/console/api'])
      expect((await ask(path, 'evil.example')).status).toBe(421);
    expect((await ask('/metrics', 'localhost')).status).toBe(method === 'HEAD' ? 200 : 405);
  });

  it('nor is anything under /console, and nothing else is looked at', async () => {
    for (const path of ['/console', '/console/', '/console/api']) {
      expect((await get(path, ['Host: evil.example'], adminPort)).code).toBe('MISDIRECTED_REQUEST');
      expect((await get(path, ['Host: localhost'], adminPort)).code).toBe('ROUTE_NOT_FOUND');
    }
    for (const path of ['/health/live', '/consoles']) {
      expect((await get(path, ['Host: evil.example'], adminPort)).status).not.toBe(421);
    }
    expect((await get('/admin/graphql', ['Host: evil.example'], adminPort)).code).toBe('CREDENTIALS_MISSING');
  });
});
