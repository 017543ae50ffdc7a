import fc from 'fast-check';
import type { GraphQLSchema } from 'graphql';
import { buildSchema } from 'graphql';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { errorCodes } from '../../src/kernel/error-codes.ts';
import { type Random, randomFrom } from '../privileges/generated/random.ts';
import { plentiful } from '../support/hostile-values.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { hostileDocument, hostileValues } from './generated/hostile-document.ts';

/** *For any bytes, document and JSON*: never a fault of ours, every refusal coded, every error placed, nothing underpaid. */
const numRuns = Number(process.env['FIELDPASS_PROPERTY_RUNS'] ?? 60);
/** More runs take longer; the time is no assertion. */
vi.setConfig({ testTimeout: 60_000 + numRuns * 60 });
const seeds = fc.noBias(fc.noShrink(fc.nat()));
const largestAnswer = 10_000_000;

interface Door {
  readonly path: '/graphql' | '/admin/graphql';
  readonly schema: GraphQLSchema;
  readonly keys: readonly string[];
}

let app: TestApp;
let doors: readonly Door[];
let looked = 0;

beforeAll(async () => {
  app = await openTestApp({ places: true });
  const throttle = { ...plentiful, maximumCost: 3000 };
  const issue = async (privileges: readonly string[], input: object = {}) =>
    (await app.createKey(privileges, { throttle, ...input })).key;
  doors = [
    {
      path: '/graphql',
      schema: await schemaAt('/schema.graphql', await issue(['*'])),
      keys: [
        await issue(['*']),
        await issue([]),
        await issue(['read:Query', 'read:City.name', 'read:Country.*', '!read:Country.capital']),
        await issue(['write:Mutation.createCity', 'write:City']),
        await issue(['read:Query', 'read:City'], { onDenied: 'NULL' }),
        await issue(['read:Query.cities', 'read:City.name', 'update:*'], { onDenied: 'HIDE' }),
        await issue(['read:City.name'], { enforcement: { privileges: 'MEASURE', throttle: 'MEASURE' } }),
      ],
    },
    { path: '/admin/graphql', schema: await schemaAt('/admin/schema.graphql', app.adminKey), keys: [app.adminKey] },
  ];
});
afterAll(() => app.close());
/** What the log says of a fault is a fault, whatever the client was told. */
afterEach(() => {
  const lines = app.log.slice(looked);
  looked = app.log.length;
  expect(lines.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
});

async function schemaAt(path: string, key: string): Promise<GraphQLSchema> {
  return buildSchema(await (await app.fetch(path, { headers: { 'X-API-Key': key } })).text());
}

/** What may be said of any answer to anything. */
async function expectSane(response: Response): Promise<void> {
  const text = await response.text();
  expect(response.status).toBeLessThan(500);
  expect(text.length).toBeLessThanOrEqual(largestAnswer);
  expect(response.headers.get('x-request-id')).toMatch(/./);
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) return;
  const answer = JSON.parse(text);
  for (const error of answer.errors ?? []) {
    expect(Object.keys(errorCodes)).toContain(error.extensions?.code);
    expect(error.extensions.code).not.toBe('INTERNAL_SERVER_ERROR');
    if ('data' in answer) expect(error.path).toBeInstanceOf(Array);
  }
  const cost = answer.extensions?.cost;
  if (cost?.actualQueryCost != null) expect(cost.actualQueryCost).toBeLessThanOrEqual(cost.requestedQueryCost);
  if (!('data' in answer)) expect(answer.errors?.length).toBeGreaterThan(0);
}

function send({ path }: Door, key: string, body: BodyInit, headers: Record<string, string> = {}): Promise<Response> {
  return app.fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-API-Key': key, ...headers },
    body,
  });
}

function pickDoor(random: Random): { readonly door: Door; readonly key: string } {
  const door = random.pick([...doors, ...doors.slice(0, 1), ...doors.slice(0, 1)]);
  return { door, key: random.pick(door.keys) };
}

test('any document over the schemas, with any variables', async () => {
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const random = randomFrom(seed);
      const { door, key } = pickDoor(random);
      const body = JSON.stringify(hostileDocument(random, door.schema));
      const accept = random.pick(['application/json', 'application/graphql-response+json', '*/*']);
      const mode = random.pick(['', 'report', 'validate', 'nonsense']);
      await expectSane(await send(door, key, body, { Accept: accept, ...(mode ? { 'GraphQL-Cost': mode } : {}) }));
    }),
    { numRuns },
  );
});

test('any JSON where a request is expected', async () => {
  await fc.assert(
    fc.asyncProperty(seeds, fc.json({ depthSize: 'large' }), async (seed, json) => {
      const random = randomFrom(seed);
      const { door, key } = pickDoor(random);
      await expectSane(await send(door, key, random.chance(0.3) ? json : oddRequest(random, door)));
    }),
    { numRuns },
  );
});

/** The members of a request, each with something that may or may not belong there. */
function oddRequest(random: Random, { schema }: Door): string {
  const { query, variables } = hostileDocument(random, schema);
  const odd = (value: unknown) => (random.chance(0.3) ? random.pick(hostileValues) : value);
  const members: [string, unknown][] = [
    ['query', odd(query)],
    ['variables', odd(variables)],
    ['operationName', odd(null)],
    ['extensions', odd({ persistedQuery: odd({ version: odd(1), sha256Hash: odd('a'.repeat(64)) }) })],
    ['documentId', odd(`sha256:${'0'.repeat(64)}`)],
    ['__proto__', odd({ query: '{ __typename }' })],
    ['constructor', odd(1)],
  ];
  const chosen = random.some(members, 0.5);
  return `{${chosen.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
}

test('any bytes, and any tokens, as a document and as a body', async () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .array(
        fc.constantFrom(
          '{',
          '}',
          '(',
          ')',
          '...',
          'on',
          'fragment',
          'query',
          '$a',
          ':',
          '!',
          '@skip',
          '"',
          '"""',
          '#',
          '1',
          'x',
          ' ',
        ),
        {
          maxLength: 60,
        },
      )
      .map((tokens) => tokens.join(' ')),
  );
  await fc.assert(
    fc.asyncProperty(seeds, anyText, fc.uint8Array({ maxLength: 300 }), async (seed, text, bytes) => {
      const { door, key } = pickDoor(randomFrom(seed));
      await expectSane(await send(door, key, JSON.stringify({ query: text })));
      await expectSane(await send(door, key, Buffer.from(bytes)));
      const parameters = new URLSearchParams({ query: text, variables: text.slice(0, 20) });
      await expectSane(await app.fetch(`${door.path}?${parameters}`, { headers: { 'X-API-Key': key } }));
    }),
    { numRuns },
  );
});

test('any headers', async () => {
  const names = [
    'Accept',
    'Content-Type',
    'Origin',
    'Referer',
    'X-Request-Id',
    'GraphQL-Cost',
    'graphql-client-name',
    'X-Forwarded-For',
    'Authorization',
    'traceparent',
    'Content-Encoding',
    'Accept-Encoding',
    'X-Android-Package',
    'If-None-Match',
    'Range',
    'Expect',
  ];
  const parts = [
    'application/json',
    'text/event-stream',
    'multipart/mixed',
    '*/*',
    'text/html',
    ';q=0',
    ';q=1.5',
    ';charset=utf-8',
    ';charset="x',
    ',',
    ' ',
    '"',
    '\\',
    'gzip',
    'Bearer ',
    'null',
    '::1',
    '127.0.0.1',
    'https://x.example',
    '=',
    ';;',
    'a'.repeat(300),
    'ÿ',
  ];
  const value = fc.array(fc.constantFrom(...parts), { maxLength: 4 }).map((chosen) => chosen.join(''));
  const headers = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 5 });
  await fc.assert(
    fc.asyncProperty(seeds, headers, async (seed, given) => {
      const random = randomFrom(seed);
      const { door, key } = pickDoor(random);
      const body = JSON.stringify(hostileDocument(random, door.schema));
      await expectSane(await send(door, key, body, given));
    }),
    { numRuns },
  );
});
