import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatToken, parseToken } from '../../src/keys/token/key-token.ts';
import { type IssuedKey, openTestApp, type TestApp } from '../support/test-app.ts';
import { samplesOf } from '../telemetry/samples.ts';

const token = 'a-token-for-prometheus';
const imported = `legacy_${'x1'.repeat(20)}`;
let test: TestApp;
let issued: IssuedKey;

beforeAll(async () => {
  test = await openTestApp({
    environment: { METRICS_TOKEN: token, KEY_IMPORT_PREFIXES: 'legacy_', ACCESS_LOG: 'all' },
  });
});
afterAll(() => test.close());
beforeEach(async () => {
  // The request log takes so many requests of a second.
  test.clock.advance(60_000);
  issued = await test.createKey(['read:Query']);
});

async function manage(query: string, variables: object) {
  const { body } = await test.management(test.adminKey, query, variables);
  expect(body.errors).toBeUndefined();
  return body.data;
}

/** What the request log holds of one request. */
async function logged(requestId: string | null) {
  const query = `query ($id: String!) { requests(filter: { requestId: $id }) { nodes {
    surface outcome errorCode operationName apiKey { id } application { ownerName } } } }`;
  return (await manage(query, { id: requestId })).requests.nodes;
}

/** What usage counts of a key, by outcome. */
async function counted(id: string) {
  const query = `query ($id: ID!) { apiKey(id: $id) { lastUsedAt usage(since: "2026-11-24T00:00:00Z", interval: DAY, groupBy: [OUTCOME]) {
    groups { outcome numbers { requests errors actualQueryCost } } } } }`;
  const { apiKey } = await manage(query, { id });
  return { lastUsedAt: apiKey.lastUsedAt, groups: apiKey.usage.groups };
}

async function metrics() {
  const response = await test.fetch('/metrics', { headers: { Authorization: `Bearer ${token}` } });
  return samplesOf(await response.text());
}

function withAnotherSecret(key: string): string {
  const parsed = parseToken(key, 'fieldpass');
  if (!parsed) throw new Error('not a key');
  return formatToken({ ...parsed, secret: 'x'.repeat(32) });
}

const headersOf = (key: string) => ({ Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' });
const tooLarge = 'x'.repeat(200_000);
const query = '{ viewer { apiKey { name } } }';

/** All ways to be refused on the path of an API before its first step. */
const refusals: readonly [string, string, number, (key: string) => readonly [string, RequestInit]][] = [
  [
    'a body that is too large',
    'PAYLOAD_TOO_LARGE',
    413,
    (key) => [
      '/graphql',
      { method: 'POST', headers: { ...headersOf(key), 'Content-Length': String(tooLarge.length) }, body: tooLarge },
    ],
  ],
  [
    'a method that there is not',
    'METHOD_NOT_ALLOWED',
    405,
    (key) => ['/graphql', { method: 'DELETE', headers: headersOf(key) }],
  ],
  [
    'a method that the schema does not answer',
    'METHOD_NOT_ALLOWED',
    405,
    (key) => ['/schema.graphql', { method: 'POST', headers: headersOf(key) }],
  ],
  ['the key in the URL', 'CREDENTIALS_IN_URL', 400, (key) => [`/graphql?query={a}&api_key=${key}`, {}]],
  [
    'the key in the URL, encoded, of a page in a browser',
    'CREDENTIALS_IN_URL',
    400,
    (key) => [`/graphql?key=${key.replaceAll('_', '%5F')}`, { headers: { Accept: 'text/html' } }],
  ],
  [
    'a type of answer that there is not',
    'NOT_ACCEPTABLE',
    406,
    (key) => [
      '/graphql',
      { method: 'POST', headers: { ...headersOf(key), Accept: 'image/png' }, body: JSON.stringify({ query }) },
    ],
  ],
];
/** One that the pipeline refuses, to show that it makes no difference. */
const malformed: (typeof refusals)[number] = [
  'a body that is no JSON',
  'BAD_REQUEST',
  400,
  (key) => ['/graphql', { method: 'POST', headers: headersOf(key), body: '{"query": oops' }],
];

describe('a request that names a known key and is refused before the first step', () => {
  it.each([...refusals, malformed])('is in its usage and in the request log: %s', async (_, code, status, request) => {
    const response = await test.fetch(...request(issued.key));
    expect(response.status).toBe(status);
    expect((await response.json()).errors[0].extensions.code).toBe(code);
    expect(await logged(response.headers.get('x-request-id'))).toEqual([
      {
        surface: 'API',
        outcome: 'INVALID',
        errorCode: code,
        operationName: null,
        apiKey: { id: issued.id },
        application: { ownerName: 'Ada' },
      },
    ]);
    const { groups } = await counted(issued.id);
    expect(groups).toEqual([{ outcome: 'INVALID', numbers: { requests: 1, errors: 1, actualQueryCost: 0 } }]);
  });

  it.each(refusals)('is no use of the key, which it need not prove: %s', async (_, code, __, request) => {
    const response = await test.fetch(...request(withAnotherSecret(issued.key)));
    expect((await response.json()).errors[0].extensions.code).toBe(code);
    const { groups, lastUsedAt } = await counted(issued.id);
    expect(groups).toMatchObject([{ outcome: 'INVALID', numbers: { requests: 1 } }]);
    expect(lastUsedAt).toBeNull();
  });

  it.each(refusals)('is a metric, and a line without the key: %s', async (_, code, status, request) => {
    const before = await metrics();
    const lines = test.log.length;
    await test.fetch(...request(issued.key));
    const after = await metrics();
    const name = 'fieldpass_requests_total{surface="API",operation_type="none",outcome="INVALID"}';
    expect((after.get(name) ?? 0) - (before.get(name) ?? 0)).toBe(1);
    const [line, ...more] = test.log.slice(lines).filter((text) => text.includes('"msg":"request"'));
    expect(more).toEqual([]);
    expect(JSON.parse(line ?? '')).toMatchObject({ status, surface: 'API', outcome: 'INVALID', errorCode: code });
    expect(line).not.toContain(issued.key.slice(-38));
  });

  it('is that of the key in the URL, when another stands in the header', async () => {
    const other = await test.createKey(['read:Query']);
    const response = await test.fetch(`/graphql?key=${issued.key}`, { headers: headersOf(other.key) });
    expect(await logged(response.headers.get('x-request-id'))).toMatchObject([{ apiKey: { id: issued.id } }]);
    const unknown = `/graphql?key=${withAnotherId(issued.key)}`;
    const next = await test.fetch(unknown, { headers: headersOf(other.key) });
    expect(await logged(next.headers.get('x-request-id'))).toMatchObject([{ apiKey: { id: other.id } }]);
  });

  it('is known by an imported key of another format too', async () => {
    const hash = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(imported))).toString('hex');
    const { apiKey } = await manage('query ($id: ID!) { apiKey(id: $id) { application { id } } }', { id: issued.id });
    const { importApiKeys } = await manage(
      'mutation ($input: ImportApiKeysInput!) { importApiKeys(input: $input) { results { apiKey { id } } } }',
      {
        input: {
          applicationId: apiKey.application.id,
          privileges: ['read:Query'],
          keys: [{ hash, prefix: 'legacy_', name: 'old' }],
        },
      },
    );
    const response = await test.fetch(`/graphql?key=${imported}`);
    expect(await logged(response.headers.get('x-request-id'))).toMatchObject([
      { errorCode: 'CREDENTIALS_IN_URL', apiKey: { id: importApiKeys.results[0].apiKey.id } },
    ]);
  });

  it('spends nothing: neither the requests of its window nor attempts of its address', async () => {
    const narrow = await test.createKey(['read:Query'], { throttle: { requests: { max: 2, window: 'PT1M' } } });
    for (const [, , , request] of refusals) await test.fetch(...request(narrow.key));
    expect((await test.graphql(narrow.key, query)).codes).toEqual([]);
    const wrong = withAnotherSecret(issued.key);
    for (let round = 0; round < 30; round++)
      await test.fetch('/graphql', { method: 'DELETE', headers: headersOf(wrong) });
    expect((await test.graphql(wrong, query)).codes).toEqual(['API_KEY_INVALID']);
  });

  it('belongs to the API at its path', async () => {
    const response = await test.fetch('/admin/graphql', { method: 'PUT', headers: headersOf(test.adminKey) });
    expect(await logged(response.headers.get('x-request-id'))).toMatchObject([
      { surface: 'MANAGEMENT', errorCode: 'METHOD_NOT_ALLOWED' },
    ]);
  });
});

function withAnotherId(key: string): string {
  const parsed = parseToken(key, 'fieldpass');
  if (!parsed) throw new Error('not a key');
  return formatToken({ ...parsed, publicId: 'unknown00000' });
}

describe('a request that names no key', () => {
  it.each(refusals)('fills no table, and is a metric: %s', async (_, code, __, request) => {
    const before = await metrics();
    for (const key of ['nonsense', withAnotherId(issued.key)]) {
      const [path, init] = request(key);
      const isUrl = code === 'CREDENTIALS_IN_URL';
      const response = await test.fetch(isUrl ? path.replace('nonsense', withAnotherId(issued.key)) : path, init);
      expect((await response.json()).errors[0].extensions.code).toBe(code);
      expect(await logged(response.headers.get('x-request-id'))).toEqual([]);
    }
    const after = await metrics();
    const of = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    expect(of('fieldpass_requests_total{surface="API",operation_type="none",outcome="INVALID"}')).toBe(2);
    if (code !== 'NOT_ACCEPTABLE') expect(of(`fieldpass_edge_refusals_total{code="${code}"}`)).toBe(2);
  });
});

describe('a path of no API', () => {
  it.each([
    ['ROUTE_NOT_FOUND', '/graphql/'],
    ['ROUTE_NOT_FOUND', '/wp-login.php'],
    ['CREDENTIALS_IN_URL', '/v1/<key>/cities'],
    ['METHOD_NOT_ALLOWED', '/livez'],
  ])('is in no usage, and a metric by its code: %s for %s', async (code, path) => {
    const before = await metrics();
    const response = await test.fetch(path.replace('<key>', issued.key), {
      method: 'POST',
      headers: headersOf(issued.key),
    });
    expect((await response.json()).errors[0].extensions.code).toBe(code);
    const name = `fieldpass_edge_refusals_total{code="${code}"}`;
    expect(((await metrics()).get(name) ?? 0) - (before.get(name) ?? 0)).toBe(1);
    expect((await counted(issued.id)).groups).toEqual([]);
    expect(await logged(response.headers.get('x-request-id'))).toEqual([]);
  });
});
