import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../../support/test-app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp({ places: true, environment: { KEY_ENVIRONMENTS: 'live' } });
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

interface Step {
  readonly step: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly message: string | null;
}

const readers = ['read:Query', 'read:City'];
const cities = '{ cities(first: 1) { nodes { name } } }';
const population = '{ cities(first: 1) { nodes { population } } }';

async function explain(input: object, key = test.adminKey) {
  const { body, codes } = await test.management(
    key,
    `query ($input: ExplainRequestInput!) { explainRequest(input: $input) {
      allowed steps { step outcome code message } } }`,
    { input: { document: cities, ...input } },
  );
  const steps: readonly Step[] = body.data?.explainRequest.steps ?? [];
  return {
    codes,
    allowed: body.data?.explainRequest.allowed,
    of: (name: string) => steps.find(({ step }) => step === name),
    refusals: steps.flatMap(({ step, code }) => (code === null ? [] : [`${step} ${code}`])),
  };
}

const mutate = async (name: string, input: object, fields: string, key = test.adminKey) => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const { body, codes } = await test.management(
    key,
    `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} } }`,
    { input },
  );
  expect(codes).toEqual([]);
  return body.data[name];
};

describe('explainRequest judges the environment of a key', () => {
  it('as the server does, and says what the client is not told', async () => {
    const { id, key } = await test.createKey(readers, { environment: 'TEST' });
    const { of, allowed } = await explain({ apiKeyId: id });
    expect(allowed).toBe(false);
    expect(of('FORMAT')).toMatchObject({ outcome: 'REFUSED', code: 'API_KEY_INVALID' });
    expect(of('FORMAT')?.message).toContain('environment TEST');
    const { codes, body } = await test.graphql(key, cities);
    expect(codes).toEqual(['API_KEY_INVALID']);
    expect(body.errors[0].message).not.toContain('TEST');
    const live = await test.createKey(readers);
    expect((await explain({ apiKeyId: live.id })).of('FORMAT')).toMatchObject({ outcome: 'PASSED', message: null });
  });
});

describe('explainRequest looks at the requests in the window', () => {
  const throttle = (max: number) => ({ throttle: { requests: { max, window: 'PT1M' } } });

  it('without counting one', async () => {
    const { id, key } = await test.createKey(readers, throttle(2));
    for (let times = 0; times < 3; times++) {
      expect((await explain({ apiKeyId: id })).of('REQUESTS_WINDOW')).toMatchObject({ outcome: 'PASSED' });
    }
    expect((await test.graphql(key, cities)).codes).toEqual([]);
    expect((await test.graphql(key, cities)).codes).toEqual([]);
    expect((await test.graphql(key, cities)).codes).toEqual(['THROTTLED']);
  });

  it('tells when it is full, and when that is over', async () => {
    const { id, key } = await test.createKey(readers, throttle(1));
    await test.graphql(key, cities);
    const full = await explain({ apiKeyId: id });
    expect(full.refusals).toEqual(['REQUESTS_WINDOW THROTTLED']);
    expect(full.of('REQUESTS_WINDOW')?.message).toBe((await test.graphql(key, cities)).body.errors[0].message);
    test.clock.advance(60_000);
    expect((await explain({ apiKeyId: id })).refusals).toEqual([]);
  });

  it('passes what is only measured, and what ends a key', async () => {
    const enforcement = { privileges: 'ENFORCE', throttle: 'MEASURE' };
    const measured = await test.createKey(readers, { ...throttle(1), enforcement });
    await test.graphql(measured.key, cities);
    const { of, allowed } = await explain({ apiKeyId: measured.id });
    expect([of('REQUESTS_WINDOW')?.outcome, allowed]).toEqual(['PASSED', true]);
    expect(of('REQUESTS_WINDOW')?.message).toContain('not enforced');

    const manager = await test.createKey(['*'], { type: 'MANAGEMENT', ...throttle(1) });
    await test.management(manager.key, '{ viewer { apiKey { id } } }');
    const ending = 'mutation ($id: ID!) { disableApiKey(input: { id: $id }) { apiKey { id } } }';
    const urgent = await explain({ apiKeyId: manager.id, document: ending, variables: { id: measured.id } });
    expect(urgent.of('REQUESTS_WINDOW')).toMatchObject({ outcome: 'PASSED' });
    const other = await explain({ apiKeyId: manager.id, document: '{ viewer { apiKey { id } } }' });
    expect(other.refusals).toEqual(['REQUESTS_WINDOW THROTTLED']);
  });
});

describe('explainRequest takes the secret that it is asked about', () => {
  const secrets = 'key apiKey { secrets { id status } }';

  it('a retiring one of a management key can only end the key itself', async () => {
    const { id, key } = await test.createKey(['*'], { type: 'MANAGEMENT' });
    const { apiKey } = await mutate('rotateApiKey', { id }, secrets);
    const idOf = (status: string) => apiKey.secrets.find((one: { status: string }) => one.status === status).id;
    const document = '{ viewer { apiKey { name } } }';
    const old = await explain({ apiKeyId: id, secretId: idOf('RETIRING'), document });
    expect(old.refusals).toEqual(['API_RESTRICTIONS API_KEY_SERVICE_BLOCKED']);
    expect((await test.management(key, document)).codes).toEqual(['API_KEY_SERVICE_BLOCKED']);
    const ending = 'mutation ($id: ID!) { disableApiKey(input: { id: $id }) { apiKey { id } } }';
    const own = { apiKeyId: id, secretId: idOf('RETIRING'), document: ending, variables: { id } };
    expect((await explain(own)).refusals).toEqual([]);
    expect((await explain({ apiKeyId: id, document })).refusals).toEqual([]);
    expect((await explain({ apiKeyId: id, secretId: idOf('ACTIVE'), document })).refusals).toEqual([]);
  });

  it('one whose grace is over has expired', async () => {
    const { id } = await test.createKey(readers);
    const { apiKey } = await mutate('rotateApiKey', { id, gracePeriod: 'PT0S' }, secrets);
    const ended = apiKey.secrets.find(({ status }: { status: string }) => status !== 'ACTIVE');
    expect((await explain({ apiKeyId: id, secretId: ended.id })).refusals).toEqual(['STATUS API_KEY_EXPIRED']);
  });

  it('and no other', async () => {
    const one = await test.createKey(readers);
    const other = await test.createKey(readers);
    const { apiKey } = await mutate('rotateApiKey', { id: other.id }, secrets);
    const { codes } = await explain({ apiKeyId: one.id, secretId: apiKey.secrets[0].id });
    expect(codes).toEqual(['NOT_FOUND']);
  });
});

describe('what a key is for comes before what it may', () => {
  const restrictions = { api: { rootFields: ['countries'] } };

  it.each<[string, string, string[]]>([
    ['REJECT', 'API_KEY_SERVICE_BLOCKED', ['API_RESTRICTIONS API_KEY_SERVICE_BLOCKED', 'PRIVILEGES FORBIDDEN']],
    ['NULL', 'API_KEY_SERVICE_BLOCKED', ['API_RESTRICTIONS API_KEY_SERVICE_BLOCKED']],
    ['HIDE', 'GRAPHQL_VALIDATION_FAILED', ['DOCUMENT GRAPHQL_VALIDATION_FAILED']],
  ])('at the gate and when explained, under %s', async (onDenied, code, refusals) => {
    const { id, key } = await test.createKey(['read:Query', 'read:City.name'], { restrictions, onDenied });
    expect((await test.graphql(key, population)).codes).toEqual([code]);
    expect((await explain({ apiKeyId: id, document: population })).refusals).toEqual(refusals);
  });

  it.each(['REJECT', 'NULL'])('also for a mutation, under %s', async (onDenied) => {
    const { id, key } = await test.createKey(['read:Query'], {
      restrictions: { api: { operationTypes: ['QUERY'] } },
      onDenied,
    });
    const document = 'mutation { deleteCity(input: { id: "x" }) { deletedCityId } }';
    expect((await test.graphql(key, document)).codes).toEqual(['API_KEY_SERVICE_BLOCKED']);
    expect((await explain({ apiKeyId: id, document })).refusals[0]).toBe('API_RESTRICTIONS API_KEY_SERVICE_BLOCKED');
  });

  it('also for a stream', async () => {
    const { key } = await test.createKey(['read:Query'], { restrictions: { api: { operationTypes: ['QUERY'] } } });
    const { codes } = await test.graphql(
      key,
      'subscription { cityChanged { action } }',
      {},
      {
        headers: { Accept: 'text/event-stream, application/json' },
      },
    );
    expect(codes).toEqual(['API_KEY_SERVICE_BLOCKED']);
  });
});

describe('explainRequest', () => {
  it('is limited by itself: each call is a little work for every room of the house', async () => {
    const { id } = await test.createKey(readers);
    const { key } = await test.createKey(['*'], { type: 'MANAGEMENT', grantable: ['*'], plan: 'ENTERPRISE' });
    const aliases = Array.from({ length: 61 }, (_, n) => `a${n}: explainRequest(input: $input) { allowed }`).join(' ');
    const document = `query ($input: ExplainRequestInput!) { ${aliases} }`;
    const { codes } = await test.management(key, document, { input: { apiKeyId: id, document: cities } });
    expect(codes).toEqual(['FIELD_THROTTLED']);
  });
});
