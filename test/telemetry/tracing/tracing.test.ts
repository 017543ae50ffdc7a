import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { GraphQLError } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createStepSpans } from '../../../src/telemetry/tracing/step-spans.ts';
import { openTestApp, type TestApp } from '../../support/test-app.ts';
import { type RecordedSpans, recordSpans, treeOf } from './recorded-spans.ts';

const named = 'query Named($code: String!) { country(code: $code) { name } }';

let recorded: RecordedSpans;
let test: TestApp;
let key: string;
beforeAll(async () => {
  recorded = recordSpans();
  test = await openTestApp({ places: true });
  ({ key } = await test.createKey([
    'read:Query',
    'read:Country',
    'read:Subscription',
    'read:CityChange',
    'read:City.name',
  ]));
});
afterAll(async () => {
  await test.close();
  await recorded.stop();
});
beforeEach(() => {
  test.clock.advance(60_000);
  recorded.exporter.reset();
});

/** Once those are there that nobody waits for. */
async function finished(): Promise<readonly ReadableSpan[]> {
  await new Promise((resolve) => setImmediate(resolve));
  return recorded.exporter.getFinishedSpans();
}

async function requestSpan(): Promise<ReadableSpan> {
  const [span] = (await finished()).filter(({ parentSpanContext }) => !parentSpanContext || parentSpanContext.isRemote);
  if (!span) throw new Error('no request was traced');
  return span;
}

async function spanOf(name: string): Promise<ReadableSpan> {
  const span = (await finished()).find((one) => one.name === name);
  if (!span) throw new Error(`no span ${name}`);
  return span;
}

describe('an allowed request', () => {
  it('is a span around its steps, in their order', async () => {
    await test.graphql(key, named, { code: 'CH' });
    expect(treeOf(await requestSpan(), await finished())).toEqual([
      'POST /graphql',
      ['fieldpass key'],
      ['fieldpass client restrictions'],
      ['fieldpass requests window'],
      ['fieldpass parse'],
      ['fieldpass validate'],
      ['fieldpass plan'],
      ['fieldpass operation restrictions'],
      ['fieldpass privileges'],
      ['fieldpass cost'],
      ['fieldpass throttle'],
      ['fieldpass execute'],
      ['fieldpass settle'],
      ['fieldpass usage'],
    ]);
  });

  it('does not parse or validate again what it did before', async () => {
    await test.graphql(key, `${named} # again`, { code: 'CH' });
    recorded.exporter.reset();
    await test.graphql(key, `${named} # again`, { code: 'CH' });
    const names = (await finished()).map(({ name }) => name);
    expect(names).toContain('fieldpass execute');
    expect(names).not.toContain('fieldpass parse');
    expect(names).not.toContain('fieldpass validate');
  });

  it('says who, what and what came of it, by the names of the semantic conventions', async () => {
    const { headers } = await test.graphql(
      key,
      named,
      { code: 'CH' },
      { headers: { 'X-Request-Id': 'of-the-caller' } },
    );
    const span = await requestSpan();
    const [, publicId] = /_live_(.{12})_/.exec(key) ?? [];
    expect(headers.get('x-request-id')).toBe('of-the-caller');
    expect(span.kind).toBe(SpanKind.SERVER);
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    expect(span.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/graphql',
      'url.path': '/graphql',
      'http.response.status_code': 200,
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Named',
      'fieldpass.request.id': 'of-the-caller',
      'fieldpass.surface': 'API',
      'fieldpass.outcome': 'OK',
      'fieldpass.document.hash': expect.stringMatching(/^[0-9a-f]{64}$/),
      'fieldpass.key.public_id': publicId,
      'fieldpass.application.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'fieldpass.cost.requested': expect.any(Number),
      'fieldpass.cost.actual': expect.any(Number),
    });
  });

  it('is a part of the trace that its headers name', async () => {
    const traceId = 'a'.repeat(32);
    await test.graphql(key, named, { code: 'CH' }, { headers: { traceparent: `00-${traceId}-${'b'.repeat(16)}-01` } });
    const spans = await finished();
    expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([traceId]));
    expect((await requestSpan()).parentSpanContext?.spanId).toBe('b'.repeat(16));
  });
});

describe('a refused request', () => {
  it('ends with the step that refused it, which says why', async () => {
    await test.graphql(key, '{ country(code: "CH") { name cities { nodes { population } } } }');
    const span = await requestSpan();
    const [, ...steps] = treeOf(span, await finished());
    expect(steps.slice(-2)).toEqual([['fieldpass privileges'], ['fieldpass usage']]);
    expect((await spanOf('fieldpass privileges')).attributes).toMatchObject({
      'fieldpass.outcome': 'FORBIDDEN',
      'error.type': 'FORBIDDEN',
    });
    expect(span.attributes).toMatchObject({ 'fieldpass.outcome': 'FORBIDDEN', 'error.type': 'FORBIDDEN' });
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('has no more than the step of its key when that is not known', async () => {
    await test.graphql('nonsense', named);
    const span = await requestSpan();
    expect(treeOf(span, await finished())).toEqual(['POST /graphql', ['fieldpass key'], ['fieldpass usage']]);
    expect(span.attributes).toMatchObject({ 'error.type': 'API_KEY_INVALID', 'http.response.status_code': 401 });
    expect(span.attributes).not.toHaveProperty('fieldpass.key.public_id');
  });

  it('is throttled in the step of the throttle', async () => {
    const { key: poor } = await test.createKey(['*'], {
      throttle: { maximumAvailable: 10, restoreRate: 1, maximumCost: 10 },
    });
    const ask = () => test.graphql(poor, '{ countries(first: 8) { nodes { name } } }');
    await ask();
    recorded.exporter.reset();
    expect((await ask()).codes).toEqual(['THROTTLED']);
    expect((await spanOf('fieldpass throttle')).attributes).toEqual({
      'fieldpass.outcome': 'THROTTLED',
      'error.type': 'THROTTLED',
    });
    expect((await requestSpan()).attributes['fieldpass.outcome']).toBe('THROTTLED');
  });
});

describe('an event of a stream', () => {
  it('is a trace of its own that points to the request which opened it', async () => {
    const { key: writer } = await test.createKey(['write:Mutation', 'write:City', 'read:City.id']);
    await finished();
    recorded.exporter.reset();
    const response = await test.fetch('/graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', 'X-API-Key': key },
      body: JSON.stringify({ query: 'subscription Watch { cityChanged { city { name } } }' }),
    });
    const opener = await requestSpan();
    expect(opener.attributes).toMatchObject({ 'graphql.operation.type': 'subscription', 'fieldpass.outcome': 'OK' });
    recorded.exporter.reset();
    const reader = response.body?.getReader();
    const input = { name: 'Secretville', countryCode: 'CH', latitude: 47, longitude: 8, population: 7 };
    await test.graphql(writer, 'mutation ($input: CreateCityInput!) { createCity(input: $input) { city { id } } }', {
      input,
    });
    let text = '';
    while (!text.includes('Secretville')) text += Buffer.from((await reader?.read())?.value ?? '').toString();
    await reader?.cancel();

    const event = await spanOf('fieldpass event');
    expect(event.parentSpanContext).toBeUndefined();
    expect(event.spanContext().traceId).not.toBe(opener.spanContext().traceId);
    expect(event.links.map(({ context }) => context.spanId)).toEqual([opener.spanContext().spanId]);
    expect(event.attributes).toEqual({ 'graphql.operation.type': 'subscription', 'fieldpass.surface': 'API' });
    expect(treeOf(event, await finished())).toEqual([
      'fieldpass event',
      ['fieldpass operation restrictions'],
      ['fieldpass privileges'],
      ['fieldpass cost'],
      ['fieldpass throttle'],
      ['fieldpass execute'],
      ['fieldpass settle'],
    ]);
    expect(written(await finished())).not.toContain('Secretville');
  });
});

describe('a fault', () => {
  const { step } = createStepSpans(trace.getTracer('test'));
  const cause = new TypeError('cannot connect with a-password');

  it.each<[string, () => unknown]>([
    ['thrown', () => Promise.reject(cause)],
    ['thrown at once', () => throwing(cause)],
    ['of a resolver', async () => ({ errors: [new GraphQLError('Unexpected error.', { originalError: cause })] })],
  ])('%s is recorded by its type, and what it says is not', async (_, work) => {
    await trace.getTracer('test').startActiveSpan('request', async (span) => {
      await Promise.resolve()
        .then(() => step('execute', work))
        .catch((thrown: unknown) => expect(thrown).toBe(cause));
      span.end();
    });
    const span = await spanOf('fieldpass execute');
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: 'TypeError' });
    expect(span.attributes).toEqual({ 'error.type': 'TypeError' });
    expect(span.events.map(({ name, attributes }) => [name, attributes])).toEqual([
      ['exception', { 'exception.type': 'TypeError' }],
    ]);
    expect(written(await finished())).not.toContain('a-password');
  });
});

describe('no span', () => {
  it('has a secret, a variable, a literal or the text of a document', async () => {
    const secret = 'hunter2-is-a-secret';
    await test.graphql(key, named, { code: secret });
    await test.graphql(key, `{ country(code: "${secret}") { name } }`);
    await test.graphql(key, 'query ($code: Int!) { country(code: $code) { name } }', { code: secret });
    await test.graphql(`${key.slice(0, -1)}x`, named, { code: secret }, { headers: { Cookie: secret } });
    await test.fetch(`/graphql?query=${encodeURIComponent(`{ country(code: "${secret}") { name } }`)}`, {
      headers: { 'X-API-Key': key },
    });
    await test.management(test.adminKey, 'query ($key: String!) { lookupApiKey(by: { key: $key }) { id } }', { key });
    const spans = await finished();
    expect(spans.filter(({ kind }) => kind === SpanKind.SERVER)).toHaveLength(6);
    for (const hidden of [secret, key, key.slice(29), test.adminKey.slice(29), '{ country', '$code']) {
      expect(written(spans)).not.toContain(hidden);
    }
  });
});

/** Everything that an exporter would send. */
function written(spans: readonly ReadableSpan[]): string {
  return JSON.stringify(
    spans.map(({ name, attributes, events, links, status }) => ({ name, attributes, events, links, status })),
  );
}

function throwing(error: Error): never {
  throw error;
}
