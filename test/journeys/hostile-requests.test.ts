import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asked, type HostileClient, openHostileClient, whoAmI } from '../support/hostile-client.ts';

let client: HostileClient;
beforeAll(async () => {
  client = await openHostileClient();
});
afterAll(() => client.test.close());
afterEach(() => client.expectHealthy());

describe('headers', () => {
  it.each([
    ['nothing after Bearer', { Authorization: 'Bearer' }, 401],
    ['another scheme', { Authorization: 'Basic dXNlcjpwYXNz' }, 401],
    ['words', { Authorization: 'Bearer a b' }, 401],
    ['a very long key', { Authorization: `Bearer ${'a'.repeat(8000)}` }, 401],
    ['an empty key', { 'X-API-Key': '' }, 401],
    ['letters of no key', { 'X-API-Key': 'fieldpass_live_ÄÖÜ' }, 401],
    ['names of prototypes', { 'X-API-Key': '__proto__' }, 401],
    ['two keys', { 'X-API-Key': 'a', Authorization: 'Bearer b' }, 400],
    ['a list', { 'X-API-Key': 'a, b' }, 400],
  ])('that name no key: %s', async (_, headers, expected) => {
    const { status, codes } = await client.send('/graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(headers as Record<string, string>) },
      body: asked,
    });
    expect(status).toBe(expected);
    expect(codes).toHaveLength(1);
  });

  it('that stand twice are refused, though Node keeps the first', async () => {
    const first = await client.raw([
      'POST /graphql HTTP/1.1',
      `Authorization: Bearer ${client.key}`,
      'Authorization: Bearer other',
      'Content-Length: 0',
    ]);
    expect(first).toMatch(/^HTTP\/1\.1 400 [\s\S]*OVERLOADED_CREDENTIALS/);
  });

  it('that are too large, or no headers, are refused by the HTTP server itself', async () => {
    expect(await client.raw([`GET /graphql HTTP/1.1`, `Accept: ${'a'.repeat(40_000)}`])).toMatch(/^HTTP\/1\.1 431 /);
    expect(await client.raw(['GET /graphql HTTP/1.1', 'no colon here'])).toMatch(/^HTTP\/1\.1 400 /);
    expect(await client.raw(['GARBAGE'])).toMatch(/^HTTP\/1\.1 400 /);
    expect(
      await client.raw(['POST /graphql HTTP/1.1', 'Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
    ).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('X-Request-Id of no sane form is replaced', async () => {
    for (const id of ['<script>', 'a'.repeat(1000), 'a b', '']) {
      const { headers } = await client.post(asked, { 'X-Request-Id': id });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    }
  });

  it.each([
    // Not a media range: nothing is left that could be answered (RFC 9110 §12.4.2).
    ['application/graphql-response+json;q=abc', 406],
    ['*/*;q=0.1', 200],
    [',,,;;;', 406],
    ['application/json;q=0', 406],
    ['image/png', 406],
    ['text/html', 406],
    ['a/b,'.repeat(50), 406],
  ])('Accept: %s', async (accept, expected) => {
    const { status, codes } = await client.post(asked, { Accept: accept });
    expect([status, codes]).toEqual([expected, expected === 200 ? [] : ['NOT_ACCEPTABLE']]);
  });
});

describe('bodies', () => {
  it.each([
    ['text/plain', asked],
    ['application/x-www-form-urlencoded', `query=${encodeURIComponent(whoAmI)}`],
    [
      'multipart/form-data; boundary=x',
      `--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n${asked}\r\n--x--`,
    ],
    ['application/graphql', whoAmI],
    ['application/json; charset=utf-16', Buffer.from(asked, 'utf16le')],
    ['application/json; charset=latin1', asked],
    ['application/jsonp', asked],
    ['', asked],
  ])('of type "%s" are not read', async (type, body) => {
    const { status, codes } = await client.post(body, { 'Content-Type': type });
    expect([status, codes]).toEqual([415, ['UNSUPPORTED_MEDIA_TYPE']]);
  });

  it('that are compressed are not read', async () => {
    const { status, codes } = await client.post(gzipSync(asked), { 'Content-Encoding': 'gzip' });
    expect([status, codes]).toEqual([415, ['UNSUPPORTED_MEDIA_TYPE']]);
  });

  it.each<[string, BodyInit | null]>([
    ['nothing', null],
    ['white space', '  '],
    ['no JSON', '{"query": '],
    ['null', 'null'],
    ['a text', '"{ viewer }"'],
    ['a number', '1e309'],
    ['an empty object', '{}'],
    ['a batch', `[${asked},${asked}]`],
    ['an empty batch', '[]'],
    ['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['a query that is a number', '{"query": 1}'],
    ['a query that is null', '{"query": null}'],
    ['an empty query', '{"query": ""}'],
    ['variables that are a list', JSON.stringify({ query: whoAmI, variables: [1] })],
    ['variables that are a text', JSON.stringify({ query: whoAmI, variables: '{}' })],
    ['a name that is a number', JSON.stringify({ query: whoAmI, operationName: 1 })],
    ['extensions that are a text', JSON.stringify({ query: whoAmI, extensions: 'x' })],
    ['a query in a prototype', `{"__proto__": ${asked}}`],
    ['brackets', '['.repeat(50_000)],
    [
      'an unknown hash of a document',
      JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a' } } }),
    ],
  ])('that hold %s are a mistake of the client', async (_, body) => {
    const { status, codes, body: answer } = await client.post(body);
    expect([status, codes.length >= 1, 'data' in answer]).toEqual([400, true, false]);
  });

  it('that are too large are refused, whatever their length says', async () => {
    const long = JSON.stringify({ query: whoAmI, variables: { text: 'a'.repeat(100_000) } });
    const { status, codes } = await client.post(long);
    expect([status, codes]).toEqual([413, ['PAYLOAD_TOO_LARGE']]);
    const head = ['POST /graphql HTTP/1.1', `X-API-Key: ${client.key}`, 'Content-Type: application/json'];
    expect(await client.raw([...head, 'Content-Length: 99999999999'])).toMatch(/^HTTP\/1\.1 413 /);
    const unannounced = await client.send('/graphql', {
      method: 'POST',
      headers: { 'X-API-Key': client.key, 'Content-Type': 'application/json' },
      body: new Blob([long]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect([unannounced.status, unannounced.codes]).toEqual([413, ['PAYLOAD_TOO_LARGE']]);
  });
});

describe('methods', () => {
  const mutation = encodeURIComponent('mutation { deleteCity(input: { id: "Q2l0eTox" }) { deletedCityId } }');

  it('a mutation by GET is refused', async () => {
    const { status, codes } = await client.send(`/graphql?query=${mutation}`, { headers: { 'X-API-Key': client.key } });
    expect([status, codes]).toEqual([405, ['METHOD_NOT_ALLOWED']]);
  });

  it('a mutation by GET is refused when it is one of several operations', async () => {
    const query = `${encodeURIComponent('query A { viewer { apiKey { name } } } ')}${mutation.replace('mutation', 'mutation%20B')}`;
    const { status, codes } = await client.send(`/graphql?query=${query}&operationName=B`, {
      headers: { 'X-API-Key': client.key },
    });
    expect([status, codes]).toEqual([405, ['METHOD_NOT_ALLOWED']]);
  });

  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s is not answered', async (method) => {
    const response = await client.test.fetch('/graphql', { method, headers: { 'X-API-Key': client.key } });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD, POST, QUERY');
  });

  it.each([
    ['nothing', ''],
    ['variables that are no JSON', `query=${encodeURIComponent(whoAmI)}&variables={`],
    ['variables that are a list', `query=${encodeURIComponent(whoAmI)}&variables=[]`],
    ['extensions that are no JSON', `query=${encodeURIComponent(whoAmI)}&extensions=x`],
    ['half an escape', 'query=%'],
    ['no UTF-8', 'query=%ff%fe'],
  ])('GET with %s is a mistake of the client', async (_, search) => {
    const headers = { 'X-API-Key': client.key, Accept: 'application/graphql-response+json' };
    const { status, codes } = await client.send(`/graphql?${search}`, { headers });
    expect([status, codes.length >= 1]).toEqual([400, true]);
  });

  it('a key in the URL is refused, and nothing of it is logged', async () => {
    const { status, codes } = await client.send(`/graphql?query=${encodeURIComponent(whoAmI)}&key=${client.key}`);
    expect([status, codes]).toEqual([400, ['CREDENTIALS_IN_URL']]);
    expect(client.test.log.join('')).not.toContain(client.key.slice(-38));
  });

  it.each(['//graphql', '/graphql/', '/graphql%00', '/GRAPHQL', '/graphql/../admin', '/__proto__', '/constructor'])(
    'there is nothing at %s',
    async (path) => {
      const response = await client.test.fetch(path, { headers: { 'X-API-Key': client.key } });
      expect(response.status).toBe(404);
      expect((await response.json()).errors[0].extensions.code).toBe('ROUTE_NOT_FOUND');
    },
  );
});
