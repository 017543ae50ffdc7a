import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { errorCodes } from '../../src/kernel/error-codes.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
let key: string;
let port: number;

beforeAll(async () => {
  test = await openTestApp({ places: true });
  port = Number(new URL((await test.app.listen()).api).port);
  const throttle = {
    maximumAvailable: 1e6,
    restoreRate: 1e6,
    maximumCost: 1000,
    requests: { max: 1e6, window: 'PT1M' },
  };
  key = (await test.createKey(['*'], { throttle })).key;
});
afterAll(() => test.close());

let looked = 0;

/** Whatever was sent: nothing broke, and the next one is served. */
afterEach(async () => {
  const lines = test.log.slice(looked);
  looked = test.log.length;
  expect(lines.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
  const { status, body } = await test.graphql(key, '{ country(code: "CH") { name } }');
  expect([status, body.data]).toEqual([200, { country: { name: 'Switzerland' } }]);
});

interface Answer {
  readonly status: number;
  readonly codes: readonly (string | undefined)[];
  // biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, whatever they are
  readonly body: any;
  readonly headers: Headers;
}

async function send(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await test.fetch(path, init);
  const text = await response.text();
  expect(text.length, 'what was sent is not repeated').toBeLessThan(5000);
  const body = JSON.parse(/^data: (\{.*)$/m.exec(text)?.[1] ?? text);
  const codes: string[] = (body.errors ?? []).map(
    (error: { extensions?: { code?: string } }) => error.extensions?.code,
  );
  for (const code of codes) expect(Object.keys(errorCodes)).toContain(code);
  expect(codes).not.toContain('INTERNAL_SERVER_ERROR');
  return { status: response.status, codes, body, headers: response.headers };
}

function post(body: BodyInit | null, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const given = {
    'X-API-Key': key,
    'Content-Type': 'application/json',
    Accept: 'application/graphql-response+json',
    ...headers,
  };
  return send('/graphql', { method: 'POST', headers: given, body });
}

const whoAmI = '{ viewer { apiKey { name } } }';
const asked = JSON.stringify({ query: whoAmI });
const ask = (query: string, variables?: object, more: object = {}) =>
  post(JSON.stringify({ query, variables, ...more }));

/** The bytes as they are, over a socket: what no client library would send. */
function raw(lines: readonly string[], body = ''): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => {
      socket.end(`${[...lines, 'Host: localhost', 'Connection: close'].join('\r\n')}\r\n\r\n${body}`);
    });
    socket.setEncoding('utf8').on('data', (text: string) => {
      received += text;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(received));
  });
}

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
    const { status, codes } = await send('/graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(headers as Record<string, string>) },
      body: asked,
    });
    expect(status).toBe(expected);
    expect(codes).toHaveLength(1);
  });

  it('that stand twice are refused, though Node keeps the first', async () => {
    const first = await raw([
      'POST /graphql HTTP/1.1',
      `Authorization: Bearer ${key}`,
      'Authorization: Bearer other',
      'Content-Length: 0',
    ]);
    expect(first).toMatch(/^HTTP\/1\.1 400 [\s\S]*OVERLOADED_CREDENTIALS/);
  });

  it('that are too large, or no headers, are refused by the HTTP server itself', async () => {
    expect(await raw([`GET /graphql HTTP/1.1`, `Accept: ${'a'.repeat(40_000)}`])).toMatch(/^HTTP\/1\.1 431 /);
    expect(await raw(['GET /graphql HTTP/1.1', 'no colon here'])).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(['GARBAGE'])).toMatch(/^HTTP\/1\.1 400 /);
    expect(
      await raw(['POST /graphql HTTP/1.1', 'Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
    ).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('X-Request-Id of no sane form is replaced', async () => {
    for (const id of ['<script>', 'a'.repeat(1000), 'a b', '']) {
      const { headers } = await post(asked, { 'X-Request-Id': id });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    }
  });

  it.each([
    ['application/graphql-response+json;q=abc', 200],
    ['*/*;q=0.1', 200],
    [',,,;;;', 406],
    ['application/json;q=0', 200],
    ['image/png', 406],
    ['text/html', 406],
    ['a/b,'.repeat(50), 406],
  ])('Accept: %s', async (accept, expected) => {
    const { status, codes } = await post(asked, { Accept: accept });
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
    const { status, codes } = await post(body, { 'Content-Type': type });
    expect([status, codes]).toEqual([415, ['UNSUPPORTED_MEDIA_TYPE']]);
  });

  it('that are compressed are not read', async () => {
    const { status, codes } = await post(gzipSync(asked), { 'Content-Encoding': 'gzip' });
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
    const { status, codes, body: answer } = await post(body);
    expect([status, codes.length >= 1, 'data' in answer]).toEqual([400, true, false]);
  });

  it('that are too large are refused, whatever their length says', async () => {
    const long = JSON.stringify({ query: whoAmI, variables: { text: 'a'.repeat(100_000) } });
    const { status, codes } = await post(long);
    expect([status, codes]).toEqual([413, ['PAYLOAD_TOO_LARGE']]);
    const head = ['POST /graphql HTTP/1.1', `X-API-Key: ${key}`, 'Content-Type: application/json'];
    expect(await raw([...head, 'Content-Length: 99999999999'])).toMatch(/^HTTP\/1\.1 413 /);
    const unannounced = await send('/graphql', {
      method: 'POST',
      headers: { 'X-API-Key': key, 'Content-Type': 'application/json' },
      body: new Blob([long]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect([unannounced.status, unannounced.codes]).toEqual([413, ['PAYLOAD_TOO_LARGE']]);
  });
});

describe('methods', () => {
  const mutation = encodeURIComponent('mutation { deleteCity(input: { id: "Q2l0eTox" }) { deletedCityId } }');

  it('a mutation by GET is refused', async () => {
    const { status, codes } = await send(`/graphql?query=${mutation}`, { headers: { 'X-API-Key': key } });
    expect([status, codes]).toEqual([405, ['METHOD_NOT_ALLOWED']]);
  });

  it('a mutation by GET is refused when it is one of several operations', async () => {
    const query = `${encodeURIComponent('query A { viewer { apiKey { name } } } ')}${mutation.replace('mutation', 'mutation%20B')}`;
    const { status, codes } = await send(`/graphql?query=${query}&operationName=B`, { headers: { 'X-API-Key': key } });
    expect([status, codes]).toEqual([405, ['METHOD_NOT_ALLOWED']]);
  });

  it.each(['PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'])('%s is not answered', async (method) => {
    const response = await test.fetch('/graphql', { method, headers: { 'X-API-Key': key } });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, POST');
  });

  it.each([
    ['nothing', ''],
    ['variables that are no JSON', `query=${encodeURIComponent(whoAmI)}&variables={`],
    ['variables that are a list', `query=${encodeURIComponent(whoAmI)}&variables=[]`],
    ['extensions that are no JSON', `query=${encodeURIComponent(whoAmI)}&extensions=x`],
    ['half an escape', 'query=%'],
    ['no UTF-8', 'query=%ff%fe'],
  ])('GET with %s is a mistake of the client', async (_, search) => {
    const headers = { 'X-API-Key': key, Accept: 'application/graphql-response+json' };
    const { status, codes } = await send(`/graphql?${search}`, { headers });
    expect([status, codes.length >= 1]).toEqual([400, true]);
  });

  it('a key in the URL is refused, and nothing of it is logged', async () => {
    const { status, codes } = await send(`/graphql?query=${encodeURIComponent(whoAmI)}&key=${key}`);
    expect([status, codes]).toEqual([400, ['CREDENTIALS_IN_URL']]);
    expect(test.log.join('')).not.toContain(key.slice(-38));
  });

  it.each(['//graphql', '/graphql/', '/graphql%00', '/GRAPHQL', '/graphql/../admin', '/__proto__', '/constructor'])(
    'there is nothing at %s',
    async (path) => {
      const response = await test.fetch(path, { headers: { 'X-API-Key': key } });
      expect(response.status).toBe(404);
      expect((await response.json()).errors[0].extensions.code).toBe('ROUTE_NOT_FOUND');
    },
  );
});

describe('documents', () => {
  const aliases = (count: number) => Array.from({ length: count }, (_, index) => `a${index}:id`).join(' ');
  const nested = (depth: number) => `{ ${'node(id: "x") { '.repeat(depth)}id${' }'.repeat(depth)} }`;
  /** Each fragment spreads the next one twice: 2^30 paths in 31 short lines. */
  const bomb = Array.from({ length: 30 }, (_, index) => {
    const next = `country { ...F${index + 1} }`;
    return `fragment F${index} on City { a: ${next} b: ${next} }`.replaceAll(
      'on City',
      index % 2 ? 'on Country' : 'on City',
    );
  });
  const flatBomb = Array.from(
    { length: 30 },
    (_, index) => `fragment F${index} on Viewer { ...F${index + 1} ...F${index + 1} }`,
  );

  it.each<[string, string, string]>([
    ['10,000 aliases', `{ ${aliases(10_000)} }`, 'QUERY_TOO_COMPLEX'],
    ['5,001 tokens', `{ ${'__typename '.repeat(4999)}}`, 'QUERY_TOO_COMPLEX'],
    ['one field 4,900 times', `{ ${'__typename '.repeat(4900)}}`, 'QUERY_TOO_COMPLEX'],
    ['one object 700 times', `{ ${'viewer { apiKey { name } } '.repeat(700)}}`, 'QUERY_TOO_COMPLEX'],
    ['a depth of 16', nested(16), 'QUERY_TOO_DEEP'],
    ['a depth of 290', nested(290), 'QUERY_TOO_DEEP'],
    ['a depth of 1,000', nested(1000), 'QUERY_TOO_COMPLEX'],
    ['a depth of 20,000', `${'{a'.repeat(20_000)}${'}'.repeat(20_000)}`, 'QUERY_TOO_COMPLEX'],
    ['a list in lists', `{ node(id: ${'['.repeat(20_000)}) { id } }`, 'QUERY_TOO_COMPLEX'],
    [
      'fragments in a circle',
      `{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['a fragment in itself', `{ viewer { ...A } } fragment A on Viewer { ...A }`, 'GRAPHQL_VALIDATION_FAILED'],
    ['a fragment that is not used', `${whoAmI} fragment A on Viewer { privileges }`, 'GRAPHQL_VALIDATION_FAILED'],
    ['a type definition', 'type Query { a: Int }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a comment alone', '# nothing', 'GRAPHQL_PARSE_FAILED'],
    ['half a string', '{ country(code: "CH', 'GRAPHQL_PARSE_FAILED'],
    ['NUL', '{ viewer \u0000 }', 'GRAPHQL_PARSE_FAILED'],
    ['NUL in a string', '{ country(code: "C\\u0000H") { name } }', 'BAD_USER_INPUT'],
    ['half a surrogate pair in a string', '{ country(code: "\\uD800") { name } }', 'GRAPHQL_PARSE_FAILED'],
    [
      'a number that is too large',
      '{ citiesNear(latitude: 1e309, longitude: 1, radiusKm: 1) { name } }',
      'BAD_USER_INPUT',
    ],
    ['a whole number that is too large', '{ cities(first: 2147483648) { totalCount } }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a number of 40,000 digits',
      `{ cities(first: ${'9'.repeat(40_000)}) { totalCount } }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['names of prototypes', '{ __proto__ constructor }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'the schema of the schema',
      `{ __schema { ${'types { fields { type { '.repeat(8)} name ${'} } }'.repeat(8)} } }`,
      'QUERY_TOO_DEEP',
    ],
  ])('%s', async (_, query, code) => {
    const { status, codes, body } = await ask(query);
    expect([status, codes[0], 'data' in body]).toEqual([400, code, false]);
  });

  it('a bomb of fragments is refused by counting, not by walking it', async () => {
    const deep = await ask(`{ node(id: "x") { ...F0 } } ${bomb.join(' ')} fragment F30 on City { id }`);
    expect([deep.status, 'data' in deep.body]).toEqual([400, false]);
    const flat = await ask(`{ viewer { ...F0 } } ${flatBomb.join(' ')} fragment F30 on Viewer { apiKey { name } }`);
    expect([flat.status, flat.body.data]).toEqual([200, { viewer: { apiKey: { name: 'test' } } }]);
  });

  it('a page of pages is priced, not run', async () => {
    const query = `{ countries(first: 100) { nodes { cities(first: 100) { nodes { nearby(radiusKm: 500, first: 100) { name } } } } } }`;
    const { status, codes, body } = await ask(query);
    expect([status, codes]).toEqual([400, ['COST_LIMIT_EXCEEDED']]);
    expect(body.errors[0].extensions.requestedQueryCost).toBeGreaterThan(1_000_000);
  });

  it('that do not say which operation to run', async () => {
    const two = 'query A { viewer { apiKey { name } } } query B { viewer { apiKey { id } } }';
    for (const more of [{}, { operationName: 'C' }, { operationName: '' }, { operationName: '__proto__' }]) {
      const { status, codes } = await ask(two, {}, more);
      expect([status, codes], JSON.stringify(more)).toEqual([400, ['OPERATION_RESOLUTION_FAILURE']]);
    }
    const one = await ask(whoAmI, {}, { operationName: 'Other' });
    expect([one.status, one.codes]).toEqual([400, ['OPERATION_RESOLUTION_FAILURE']]);
    const fragment = await ask('fragment A on Viewer { privileges }');
    expect(fragment.status).toBe(400);
  });
});

describe('variables', () => {
  const cities = 'query ($filter: CityFilter, $first: Int) { cities(filter: $filter, first: $first) { totalCount } }';
  const nest = (depth: number) => {
    let value: unknown = 1;
    for (let level = 0; level < depth; level++) value = { name: value };
    return value;
  };

  it.each<[string, object]>([
    ['nest 63 deep', { filter: nest(63) }],
    ['nest 5,000 deep', { filter: nest(5000) }],
    ['nest 5,000 deep where nobody looks', { unused: nest(5000) }],
    ['hold a text for a number', { first: '1' }],
    ['hold a number that is too large', { first: 2 ** 31 }],
    ['hold half a number', { first: 0.5 }],
    ['hold a list for an object', { filter: [[]] }],
    ['hold an unknown field', { filter: { nothing: 1 } }],
    ['hold a field of prototypes', { filter: { constructor: { name: 'x' } } }],
    ['hold NUL', { filter: { name: { eq: 'a\u0000' } } }],
    ['hold NUL where nobody looks', { unused: ['a\u0000'] }],
    ['hold half a surrogate pair', { filter: { name: { in: ['\udfff'] } } }],
    ['hold a page that is too large', { first: 101 }],
    ['hold a page of less than nothing', { first: -1 }],
  ])('that %s', async (_, variables) => {
    const { status, codes, body } = await ask(cities, variables);
    expect([status, codes.length >= 1, 'data' in body]).toEqual([400, true, false]);
  });

  it.each([
    ['a key __proto__', '{"filter": {"__proto__": {"name": {"eq": "x"}}}}'],
    ['1e309', '{"first": 1e309}'],
    ['-1e309', '{"filter": {"population": {"gte": -1e309}}}'],
  ])('that hold %s', async (_, variables) => {
    const { status, codes } = await post(`{"query": ${JSON.stringify(cities)}, "variables": ${variables}}`);
    expect([status, codes]).toEqual([400, ['BAD_USER_INPUT']]);
  });

  it('that nobody asked for change nothing', async () => {
    const plain = await ask(cities, { first: 1 });
    const { status, body } = await post(
      `{"query": ${JSON.stringify(cities)}, "variables": {"first": 1, "other": {"a": [1]}, "__proto__": {"first": 99}}}`,
    );
    expect([status, body.data, body.extensions.cost.requestedQueryCost]).toEqual([
      200,
      plain.body.data,
      plain.body.extensions.cost.requestedQueryCost,
    ]);
  });

  it('that hold a list of 10,000 texts are refused or answered', async () => {
    const { status, codes } = await ask(cities, {
      filter: { name: { in: Array.from({ length: 10_000 }, () => 'abc') } },
    });
    expect([status, codes]).toEqual([400, ['BAD_USER_INPUT']]);
  });
});
