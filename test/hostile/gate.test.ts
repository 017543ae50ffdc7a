import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
let weak: string;
beforeAll(async () => {
  test = await openTestApp({ places: true });
  weak = (await test.createKey(['read:Query', 'read:Subscription', 'read:CityChange', 'read:City.name', 'read:City.id'])).key;
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

describe('documents made to confuse', () => {
  it('keeps a fragment whose name is the name of a rewritten one', async () => {
    const query = `{ __schema { queryType { name } } ...A cities(first: 1) { nodes { ...A__onRoot } } }
      fragment A on Query { viewer { __typename } } fragment A__onRoot on City { name }`;
    const { body } = await test.graphql(weak, query);
    console.log(JSON.stringify(body).slice(0, 400));
    expect(body.data.cities.nodes[0]).toHaveProperty('name');
  });

  it.each(['text/event-streaming', 'TEXT/EVENT-STREAM', 'text/event-stream;q=0', 'application/json, text/*;q=0', 'multipart/mixed, text/event-streams'])(
    'opens no source that it cannot answer: Accept %s',
    async (accept) => {
      const query = 'subscription { cityChanged { __typename } }';
      const answer = await test.fetch('/graphql', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Accept: accept, Authorization: `Bearer ${weak}` },
        body: JSON.stringify({ query }),
      });
      const type = answer.headers.get('content-type') ?? '';
      console.log(accept, answer.status, type);
      if (answer.status === 406) console.log(await answer.text(), 'log:', test.log.at(-1));
      else await answer.body?.cancel();
      expect(answer.status === 406 ? test.log.at(-1) : type).toMatch(/NOT_ACCEPTABLE|INVALID|event-stream|multipart/);
    },
  );

  it.each([
    ['a single value for a list', 'query { cities(first:1, filter:{ or: { population: {gte:1} } }) { nodes { name } } }', {}],
    ['__proto__ in variables', 'query($f: CityFilter) { cities(first:1, filter:$f) { nodes { name } } }', { f: JSON.parse('{"__proto__":{"population":{"gte":1}}}') }],
    ['nested lists', 'query($f: CityFilter) { cities(first:1, filter:$f) { nodes { name } } }', { f: { not: { or: [{ and: [{ population: { gte: 1 } }] }] } } }],
    ['interface field', '{ searchPlaces(text:"B") { location { latitude } } }', {}],
    ['inline fragment on Node', '{ node(id:"Q2l0eTox") { ... on Place { location { latitude } } } }', {}],
    ['huge page', '{ cities(first: 2147483647) { nodes { name } } }', {}],
    ['negative page', '{ cities(first: -1) { nodes { name } } }', {}],
    ['null page', '{ cities(first: null, last: null) { nodes { name } } }', {}],
    ['operation name of another', 'query A { viewer { __typename } } query B { cities(first:1) { nodes { population } } }', {}],
  ])('refuses or answers within its rules: %s', async (name, query, variables) => {
    const { status, body, codes } = await test.graphql(weak, query, variables, { operationName: name.startsWith('operation') ? 'B' : '' });
    console.log(name, status, codes, JSON.stringify(body).slice(0, 300));
    expect(status).not.toBe(500);
  });

  it('names no field in a validation message that the caller may not know', async () => {
    const { body } = await test.graphql(weak, 'mutation { createCity(input: {}) { __typename } }');
    console.log('required', JSON.stringify(body));
    const other = await test.graphql(weak, '{ cities(first:1) { nodes { country contributorEmail { x } } } citiesNear { name } }');
    console.log('types', JSON.stringify(other.body));
  });
});

describe('invalid documents and the requests window', () => {
  it('an invalid document over the window is THROTTLED, on the management surface too', async () => {
    const { body } = await test.management(test.adminKey, '{ viewer { application { id } } }');
    const created = await test.management(test.adminKey, 'mutation($i: CreateApiKeyInput!){createApiKey(input:$i){key}}', {
      i: { applicationId: body.data.viewer.application.id, name: 'm', type: 'MANAGEMENT', privileges: ['read:Query'], throttle: { requests: { max: 1, window: 'PT60S' } } },
    });
    console.log(JSON.stringify(created.body).slice(0, 300));
    const key = created.body.data.createApiKey.key;
    await test.management(key, '{ viewer { __typename } }');
    expect((await test.management(key, '{ viewer { __typename } }')).codes).toEqual(['THROTTLED']);
    const invalid = await test.management(key, '{ nothing }');
    expect(invalid.codes).toEqual(['THROTTLED']);
  });
});

describe('limits of a key', () => {
  it('no management key lifts its own throttle beyond what it was given', async () => {
    const { body } = await test.management(test.adminKey, '{ viewer { application { id } } }');
    const created = await test.management(test.adminKey, 'mutation($i: CreateApiKeyInput!){createApiKey(input:$i){key apiKey{id}}}', {
      i: { applicationId: body.data.viewer.application.id, name: 'm', type: 'MANAGEMENT', plan: 'FREE', privileges: ['update:Mutation.updateApiKey', 'update:ApiKey', 'read:ApiKey', 'write:Mutation.createApiKey', 'write:ApiKey'], grantable: ['read:City'] },
    });
    console.log(JSON.stringify(created.body).slice(0, 300));
    const { key, apiKey } = created.body.data.createApiKey;
    const raised = await test.management(key, 'mutation($i: UpdateApiKeyInput!){updateApiKey(input:$i){apiKey{plan throttle{maximumAvailable}}}}', {
      i: { id: apiKey.id, plan: 'ENTERPRISE', throttle: { maximumAvailable: 1_000_000_000, restoreRate: 1_000_000_000, maximumCost: 1_000_000_000, inFlight: 1_000_000_000, requests: { max: 1_000_000_000, window: 'PT1S' } } },
    });
    console.log('raised', JSON.stringify(raised.body).slice(0, 400));
    expect(raised.codes).toEqual(['PRIVILEGE_ESCALATION']);
  });
});
