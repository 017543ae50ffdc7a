import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../../support/test-app.ts';

let test: TestApp;
let key: string;
beforeAll(async () => {
  test = await openTestApp();
  ({ key } = await test.createKey(['read:Subscription', 'read:CityChange', 'read:City.name', 'read:Query']));
});
afterAll(() => test.close());

interface Asked {
  readonly accept?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly path?: string;
}

function ask(by: string | undefined, query: string, asked: Asked = {}): Promise<Response> {
  const { accept = 'text/event-stream', method = 'POST', headers = {}, path = '/graphql' } = asked;
  return test.fetch(path, {
    method,
    headers: {
      'Content-Type': 'application/json',
      Accept: accept,
      ...(by === undefined ? {} : { 'X-API-Key': by }),
      ...headers,
    },
    ...(method === 'POST' ? { body: asked.body ?? JSON.stringify({ query }) } : {}),
  });
}

/** The codes in the one `next` of a stream that is complete. */
function codesIn(stream: string): readonly string[] {
  const [, result = '{}'] = /^:\n\nevent: next\ndata: (.*)\n\nevent: complete\ndata:\n\n$/.exec(stream) ?? [];
  const { errors = [], data } = JSON.parse(result);
  expect(data).toBeUndefined();
  return errors.map(({ extensions }: { extensions: { code: string } }) => extensions.code);
}

const viewer = '{ viewer { apiKey { name } } }';
const names = 'subscription { cityChanged { city { name } } }';

describe('a refusal on an event stream that was accepted', () => {
  const throttled = (throttle: object) => async () =>
    (await test.createKey(['read:Subscription', 'read:CityChange', 'read:City', 'read:Query'], { throttle })).key;
  const same = async () => key;
  /** A key, what it asks first, what it asks then, and what becomes of that. */
  const cases: readonly [string, () => Promise<string>, string | undefined, string][] = [
    ['FORBIDDEN', same, undefined, 'subscription { cityChanged { city { population } } }'],
    ['GRAPHQL_PARSE_FAILED', same, undefined, 'subscription {'],
    ['GRAPHQL_VALIDATION_FAILED', same, undefined, 'subscription { cityMoved }'],
    ['OPERATION_RESOLUTION_FAILURE', same, undefined, `${names.replace('n ', 'n A ')} ${names.replace('n ', 'n B ')}`],
    ['COST_LIMIT_EXCEEDED', throttled({ maximumCost: 1 }), undefined, '{ cities(first: 100) { nodes { name } } }'],
    ['THROTTLED', throttled({ maximumAvailable: 3, restoreRate: 0.001 }), viewer, viewer],
    ['THROTTLED', throttled({ requests: { max: 1, window: 'PT1M' } }), viewer, viewer],
    ['QUOTA_EXCEEDED', throttled({ quota: { points: 3, period: 'DAY' } }), viewer, viewer],
    [
      'API_KEY_SERVICE_BLOCKED',
      async () => (await test.createKey(['*'], { restrictions: { api: { operationTypes: ['QUERY'] } } })).key,
      undefined,
      names,
    ],
  ];

  it.each(cases)('is told as next and complete: %s', async (code, makeKey, first, then) => {
    const by = await makeKey();
    if (first !== undefined) await (await ask(by, first, { accept: 'application/json' })).text();
    const response = await ask(by, then);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect(new Set(codesIn(await response.text()))).toEqual(new Set([code]));
  });

  it('comes with its headers', async () => {
    const by = await throttled({ requests: { max: 1, window: 'PT1M' } })();
    await (await ask(by, viewer)).text();
    const { headers } = await ask(by, viewer);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('is counted as what it is', async () => {
    await (await ask(key, 'subscription { cityChanged { city { population } } }')).text();
    expect(JSON.parse(test.log.at(-1) ?? '{}')).toMatchObject({ outcome: 'FORBIDDEN' });
  });
});

describe('a refusal before the stream is accepted is HTTP’s own', () => {
  const cases: readonly [number, string, () => Promise<Response>][] = [
    [401, 'CREDENTIALS_MISSING', () => ask(undefined, names)],
    [401, 'API_KEY_INVALID', () => ask('nonsense', names)],
    [400, 'OVERLOADED_CREDENTIALS', () => ask(key, names, { headers: { Authorization: 'Bearer other' } })],
    [403, 'API_KEY_SERVICE_BLOCKED', () => ask(key, names, { path: '/admin/graphql' })],
    [400, 'BAD_REQUEST', () => ask(key, '', { body: '{"query":' })],
    [400, 'BAD_REQUEST', () => ask(key, '', { body: '[]' })],
    [400, 'BAD_REQUEST', () => ask(key, '', { body: '{"query":1}' })],
    [415, 'UNSUPPORTED_MEDIA_TYPE', () => ask(key, names, { headers: { 'Content-Type': 'text/plain' } })],
    [413, 'PAYLOAD_TOO_LARGE', () => ask(key, 'x'.repeat(200_000))],
    [
      405,
      'METHOD_NOT_ALLOWED',
      () => ask(key, '', { method: 'GET', path: `/graphql?query=${encodeURIComponent('mutation { deleteCity }')}` }),
    ],
  ];

  it.each(cases)('%i %s', async (status, code, send) => {
    const response = await send();
    expect([response.status, response.headers.get('content-type')]).toEqual([
      status,
      'application/json; charset=utf-8',
    ]);
    expect((await response.json()).errors[0].extensions.code).toBe(code);
  });
});

it('a client that reads JSON too is told in JSON', async () => {
  const accept = 'text/event-stream, application/json';
  const response = await ask(key, 'subscription { cityChanged { city { population } } }', { accept });
  expect([response.status, response.headers.get('content-type')]).toEqual([403, 'application/json; charset=utf-8']);
});

it.each(['text/event-stream', '*/*'])(
  'an event stream passes through proxies as it comes (Accept: %s)',
  async (accept) => {
    const stop = new AbortController();
    const response = await test.fetch('/graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: accept, 'X-API-Key': key },
      body: JSON.stringify({ query: names }),
      signal: stop.signal,
    });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'x-accel-buffering': 'no',
      'cache-control': 'private, no-store',
    });
    for (const name of ['content-encoding', 'connection', 'content-length'])
      expect(response.headers.has(name)).toBe(false);
    stop.abort();
    await response.text();
  },
);
