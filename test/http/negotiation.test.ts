import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
let key: string;
beforeAll(async () => {
  test = await openTestApp();
  key = (await test.createKey(['*'])).key;
});
afterAll(() => test.close());

const json = 'application/json; charset=utf-8';
const graphql = 'application/graphql-response+json; charset=utf-8';
const stream = 'text/event-stream';
const valid = '{ viewer { apiKey { name } } }';
const invalid = '{ nothing }';

interface Seen {
  readonly status: number;
  readonly type: string | null;
  readonly code: string | undefined;
}

async function send(query: string, headers: Record<string, string>, method = 'POST'): Promise<Seen> {
  const inUrl = method === 'GET' || method === 'HEAD';
  const response = await test.fetch(inUrl ? `/graphql?query=${encodeURIComponent(query)}` : '/graphql', {
    method,
    headers: { 'X-API-Key': key, ...headers },
    ...(inUrl ? {} : { body: Buffer.from(JSON.stringify({ query })) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    code: /"code":"([A-Z_]+)"/.exec(text)?.[1],
  };
}

const asJson = { 'Content-Type': 'application/json' };

/** What the answer to a valid query comes as, for each `Accept`; `undefined` for none. */
const answers: readonly (readonly [string, string | undefined])[] = [
  ['', json],
  ['*/*', json],
  ['application/json', json],
  ['APPLICATION/JSON;Q=1', json],
  ['application/*', json],
  ['application/json;charset="UTF-8"', json],
  ['application/graphql-response+json', graphql],
  ['application/graphql-response+json, application/json;q=0.9', graphql],
  ['application/graphql-response+json;q=0.1, application/json', json],
  ['application/json;q=0, */*', graphql],
  ['multipart/mixed;deferSpec=20220824, application/json', json],
  ['multipart/mixed, */*;q=0.1', json],
  ['text/event-stream', stream],
  ['text/event-stream;q=0.5, application/json', json],
  ['text/*', stream],
  ['multipart/mixed', undefined],
  ['text/html', undefined],
  ['application/json;q=0', undefined],
  ['*/*;q=0', undefined],
  ['application/json;charset=iso-8859-1', undefined],
  ['json', undefined],
  [',;', undefined],
];

describe('the type of an answer is the one that Accept likes best', () => {
  it.each(answers)('Accept: %s', async (accept, type) => {
    const expected =
      type === undefined ? { status: 406, type: json, code: 'NOT_ACCEPTABLE' } : { status: 200, type, code: undefined };
    expect(await send(valid, { ...asJson, Accept: accept })).toEqual(expected);
    expect(await send(valid, { ...asJson, Accept: accept }, 'QUERY')).toEqual(expected);
    // A page is what a browser gets by GET.
    if (accept !== 'text/html') expect(await send(valid, { Accept: accept }, 'GET')).toEqual(expected);
  });

  it('names what there is, and never in a type that there is not', async () => {
    const response = await test.fetch('/graphql', {
      method: 'POST',
      headers: { ...asJson, 'X-API-Key': key, Accept: 'multipart/mixed' },
      body: JSON.stringify({ query: valid }),
    });
    const [{ message }] = (await response.json()).errors;
    expect(message).toBe(
      'Name one of application/json, application/graphql-response+json, text/event-stream in Accept.',
    );
  });

  it.each([
    ['*/*', 200, json],
    ['application/json', 200, json],
    ['Application/JSON', 200, json],
    ['application/graphql-response+json', 400, graphql],
    ['application/graphql-response+json;q=0.5, application/json', 200, json],
    ['application/json;q=0.5, application/graphql-response+json', 400, graphql],
  ])('and decides the status of a document that is wrong: %s, %i', async (accept, status, type) => {
    for (const [query, code] of [
      [invalid, 'GRAPHQL_VALIDATION_FAILED'],
      ['{', 'GRAPHQL_PARSE_FAILED'],
    ] as const)
      expect(await send(query, { ...asJson, Accept: accept })).toEqual({ status, type, code });
  });

  it('answers a subscription where streams are accepted at all', async () => {
    const subscription = 'subscription { cityChanged { __typename } }';
    for (const accept of ['application/json', 'text/event-stream;q=0, */*'])
      expect(await send(subscription, { ...asJson, Accept: accept })).toEqual({
        status: 406,
        type: json,
        code: 'NOT_ACCEPTABLE',
      });
    for (const accept of ['text/event-stream', 'application/json, text/event-stream;q=0.1', '*/*']) {
      const left = new AbortController();
      const response = await test.fetch('/graphql', {
        method: 'POST',
        signal: left.signal,
        headers: { ...asJson, 'X-API-Key': key, Accept: accept },
        body: JSON.stringify({ query: subscription }),
      });
      expect([response.status, response.headers.get('content-type')]).toEqual([200, stream]);
      left.abort();
    }
  });
});

describe('a body is read as what Content-Type says', () => {
  it.each([
    ['application/json'],
    ['Application/JSON'],
    ['application/json ; charset=utf-8'],
    ['application/json;charset="UTF8"'],
    ['application/json;'],
    ['application/graphql+json'],
  ])('%s', async (type) => {
    for (const method of ['POST', 'QUERY']) {
      expect(await send(valid, { 'Content-Type': type, Accept: 'application/json' }, method)).toEqual({
        status: 200,
        type: json,
        code: undefined,
      });
    }
  });

  it.each([
    [{ 'Content-Type': 'application/json, application/json' }],
    [{ 'Content-Type': 'application/json;charset=utf-16' }],
    [{ 'Content-Type': 'application/graphql' }],
    [{ 'Content-Type': 'text/plain' }],
    [{ 'Content-Type': 'multipart/form-data; boundary=x' }],
    [{ 'Content-Type': 'application/x-www-form-urlencoded' }],
    [{ 'Content-Type': 'nonsense' }],
    [{}],
    [{ 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }],
  ])('%j is refused with a code', async (headers) => {
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      for (const method of ['POST', 'QUERY']) {
        expect(await send(valid, { ...headers, Accept: accept }, method)).toEqual({
          status: 415,
          type: accept === 'application/json' ? json : graphql,
          code: 'UNSUPPORTED_MEDIA_TYPE',
        });
      }
    }
  });

  it('and is counted as refused', async () => {
    const before = test.log.length;
    await send(valid, { 'Content-Type': 'text/plain', Accept: 'application/json' });
    const line = test.log.slice(before).find((text) => text.includes('"msg":"request"'));
    expect(JSON.parse(line ?? '')).toMatchObject({ outcome: 'INVALID', errorCode: 'UNSUPPORTED_MEDIA_TYPE' });
  });
});

it.each([
  ['GET', '/nowhere', 404],
  ['GET', '/graphql', 406],
  ['HEAD', '/graphql', 406],
  ['DELETE', '/graphql', 405],
  ['GET', '/health/live', 200],
])('reads Accept once in a request: %s %s', async (method, path, expected) => {
  let reads = 0;
  const request = new Request(`http://localhost${path}`, { method, headers: { Accept: 'image/png' } });
  const headers = new Proxy(request.headers, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: readonly unknown[]) => {
        if (name === 'get' && given[0] === 'accept') reads++;
        return Reflect.apply(value, target, given);
      };
    },
  });
  Object.defineProperty(request, 'headers', { value: headers });
  expect((await test.app.fetch(request)).status).toBe(expected);
  expect(reads).toBe(1);
});
