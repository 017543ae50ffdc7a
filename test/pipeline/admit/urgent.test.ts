import { isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildManagementSchema } from '../../../src/apis/management/schema.ts';
import { urgentMutations } from '../../../src/compose/build-surfaces.ts';
import { type GraphqlAnswer, openTestApp, type TestApp } from '../../support/test-app.ts';
import { testClock } from '../../support/test-clock.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { watchedStore } from '../watched-store.ts';

const clock = testClock();
const store = watchedStore(clock);
let test: TestApp;
/** Of a management key that may do everything, and has nothing left. */
let spent: string;
/** Of a key that was disabled long ago. */
let id: string;
beforeAll(async () => {
  test = await openTestApp({ overrides: { clock, database: await openTestDatabase(), throttle: store } });
  id = (await test.createKey(['read:Query'])).id;
  await test.management(test.adminKey, 'mutation ($id: ID!) { disableApiKey(input: { id: $id }) { __typename } }', {
    id,
  });
  const throttle = { maximumAvailable: 12, restoreRate: 0.001, maximumCost: 2, inFlight: 1 };
  const input = { type: 'MANAGEMENT', grantable: ['*'], applicationScope: 'ALL', throttle };
  spent = (await test.createKey(['*'], input)).key;
  for (let left = 12; left > 0; left--) await test.management(spent, '{ viewer { __typename } }');
});
afterAll(() => test.close());

const ending = 'input: { id: $id }';
const receipt = 'receipt { effectiveAt instancesAcknowledged instancesTotal }';

const padded = (document: string, bytes: number) => `${document}#${'x'.repeat(bytes - document.length - 1)}`;

async function ask(document: string, variables: object = {}): Promise<GraphqlAnswer> {
  const declared = document.startsWith('mutation') ? document : `mutation ($id: ID!) { ${document} }`;
  return test.management(spent, declared, { id, ...variables });
}

async function events(): Promise<number> {
  const { body } = await test.management(test.adminKey, '{ auditEvents { totalCount } }');
  return body.data.auditEvents.totalCount;
}

describe('what ends a key', () => {
  it.each([
    ['its id and status', `disableApiKey(${ending}) { apiKey { id status } }`],
    ['the receipt', `disableApiKey(${ending}) { ${receipt} }`],
    [
      'nothing but names of types',
      `disableApiKey(${ending}) { __typename apiKey { __typename } receipt { __typename } }`,
    ],
    ['all of it', `deleteApiKey(${ending}) { apiKey { id status __typename } ${receipt} }`],
    [
      'the same in fragments',
      `revokeApiKey(${ending}) { ... { apiKey { id } } apiKey { ...on ApiKey { id status } } }`,
    ],
    [
      'what a variable leaves of it',
      `mutation ($id: ID!, $no: Boolean = false) { disableApiKey(${ending}) {
        apiKey { id name @include(if: $no) application @include(if: $no) { name } } } }`,
    ],
    [
      'ten at once',
      Array.from({ length: 10 }, (_, index) => `d${index}: disableApiKey(${ending}) { apiKey { status } }`).join(' '),
    ],
  ])('runs without a point and asks the throttle for nothing: %s', async (_, document) => {
    const made = await test.createKey([]);
    store.forget();
    const { codes, body } = await ask(document, { id: made.id });
    expect(codes).toEqual([]);
    expect(body.extensions.cost).toMatchObject({ requestedQueryCost: 0, actualQueryCost: 0 });
    expect(body.extensions.cost.throttleStatus).toMatchObject({ maximumAvailable: 12 });
    expect(store.reserved).toEqual([]);
  });

  it.each([
    ['that would have to wait for its points', 8_001],
    ['whose points the budget never holds', 19_990],
  ])('runs however long it is, up to a bound: one %s', async (_, bytes) => {
    const made = await test.createKey([]);
    store.forget();
    const document = padded(`mutation ($id: ID!) { disableApiKey(${ending}) { apiKey { id status } } }`, bytes);
    const { codes, body } = await ask(document, { id: made.id });
    expect(codes).toEqual([]);
    expect(body.extensions.cost).toMatchObject({ requestedQueryCost: 0, actualQueryCost: 0 });
    expect(store.reserved).toEqual([]);
  });

  it.each([
    ['longer than the bound', 20_001, `disableApiKey(${ending}) { apiKey { id } }`],
    ['with another field', 8_001, `disableApiKey(${ending}) { apiKey { id name } }`],
    [
      'with another mutation',
      8_001,
      `disableApiKey(${ending}) { apiKey { id } } enableApiKey(${ending}) { __typename }`,
    ],
    ['that does not fit the schema', 8_001, `disableApiKey(${ending}) { nothing }`],
    ['that asks for nothing urgent, and does not fit', 8_001, '...on Mutation { nothing }'],
    ['with a variable that cannot be used', 8_001, `disableApiKey(input: { id: $id, note: 1 }) { apiKey { id } }`],
  ])('is refused by the charge for reading when it is not: one %s', async (_, bytes, fields) => {
    const { codes } = await ask(padded(`mutation ($id: ID!) { ${fields} }`, bytes));
    expect(codes).toEqual([bytes > 12_000 ? 'COST_LIMIT_EXCEEDED' : 'THROTTLED']);
  });

  const elsewhere = (fields: string) => `disableApiKey(${ending}) { apiKey { id ${fields} } }`;
  it.each([
    ['another leaf', elsewhere('name')],
    ['rules', elsewhere('effectivePrivileges')],
    ['the application', elsewhere('application { name }')],
    ['its keys', elsewhere('application { apiKeys(first: 50) { nodes { name } } }')],
    ['who made it', elsewhere('createdBy { id status }')],
    ['another leaf under the name of one that is free', elsewhere('status: name')],
    ['a leaf twice', elsewhere('again: id')],
    ['the name of the type twice', elsewhere('a: __typename b: __typename')],
    ['the key twice', `disableApiKey(${ending}) { apiKey { id } again: apiKey { id } }`],
    ['another field of the payload', `revokeApiKey(${ending}) { livingDescendants apiKey { id } }`],
    ['more in a fragment', `disableApiKey(${ending}) { apiKey { ...on Node { ...on ApiKey { name } } } }`],
    [
      'more in a field that is merged',
      `mutation ($id: ID!) { disableApiKey(${ending}) { apiKey { id } ...F } }
       fragment F on DisableApiKeyPayload { apiKey { name } }`,
    ],
    [
      'more, by a variable',
      `mutation ($id: ID!, $yes: Boolean = true) { disableApiKey(${ending}) { apiKey { id name @include(if: $yes) } } }`,
    ],
    ['another mutation', `disableApiKey(${ending}) { apiKey { id } } enableApiKey(${ending}) { apiKey { id } }`],
    ['the name of the root type', `__typename disableApiKey(${ending}) { apiKey { id } }`],
    [
      'eleven at once',
      Array.from({ length: 11 }, (_, index) => `d${index}: disableApiKey(${ending}) { apiKey { status } }`).join(' '),
    ],
    ['a report twice in its answer', 'mutation { reportLeakedApiKeys(input: { keys: [] }) { status again: status } }'],
  ])('is priced and throttled like any other with %s', async (_, document) => {
    const { codes, body } = await ask(document);
    expect(codes).toEqual(['COST_LIMIT_EXCEEDED']);
    expect(body.extensions.cost.requestedQueryCost).toBeGreaterThan(10);
  });

  it('of what ended changes and audits nothing, and answers with a receipt', async () => {
    const made = await test.createKey([]);
    const field = `apiKey { etag } ${receipt}`;
    for (const name of ['disableApiKey', 'revokeApiKey', 'deleteApiKey']) {
      const once = `mutation ($id: ID!) { ${name}(${ending}) { ${field} } }`;
      const first = (await test.management(test.adminKey, once, { id: made.id })).body.data[name];
      const before = await events();
      clock.advance(1000);
      const second = (await test.management(test.adminKey, once, { id: made.id })).body.data[name];
      expect(second.apiKey).toEqual(first.apiKey);
      expect(await events()).toBe(before);
      expect(second.receipt).toEqual({
        effectiveAt: new Date(clock.now()).toISOString(),
        instancesAcknowledged: 1,
        instancesTotal: 1,
      });
    }
  });

  it('says what it would cost: nothing', async () => {
    const document = `mutation ($id: ID!) { disableApiKey(${ending}) { apiKey { id } } }`;
    const options = { headers: { 'GraphQL-Cost': 'validate' } };
    const { body } = await test.management(spent, document, { id }, options);
    expect(body.extensions.cost).toMatchObject({
      requestedQueryCost: 0,
      actualQueryCost: null,
      wouldBeThrottled: false,
      retryAfterMs: 0,
    });
  });

  it('needs its privileges', async () => {
    const throttle = { maximumAvailable: 1, restoreRate: 0.001 };
    const { key } = await test.createKey(['update:Mutation.disableApiKey'], { type: 'MANAGEMENT', throttle });
    const { codes } = await test.management(key, `mutation ($id: ID!) { disableApiKey(${ending}) { apiKey { id } } }`, {
      id,
    });
    expect(codes).toEqual(['FORBIDDEN']);
  });
});

it('what is urgent of an answer exists in the schema, as leaves', () => {
  const schema = buildManagementSchema();
  for (const [name, { payload }] of Object.entries(urgentMutations)) {
    const answer = schema.getMutationType()?.getFields()[name]?.type.toString().replace('!', '') ?? '';
    for (const [field, leaves] of Object.entries(payload)) {
      const type = schema.getType(answer);
      if (leaves.length === 0) continue;
      const object = isObjectType(type) ? type.getFields()[field]?.type.toString().replace('!', '') : undefined;
      const named = object === undefined ? undefined : schema.getType(object);
      const known = isObjectType(named) ? Object.keys(named.getFields()) : [];
      expect(known, `${name}.${field}`).toEqual(expect.arrayContaining([...leaves]));
    }
  }
});

describe('the former secret of a management key', () => {
  const blocked = ['API_KEY_SERVICE_BLOCKED'];
  const rotated = async () => {
    const made = await test.createKey(['*'], { type: 'MANAGEMENT', grantable: ['*'], applicationScope: 'ALL' });
    await test.management(test.adminKey, 'mutation ($id: ID!) { rotateApiKey(input: { id: $id }) { __typename } }', {
      id: made.id,
    });
    return made;
  };

  it.each([
    'apiKey { name }',
    'apiKey { application { name } }',
    'apiKey { application { apiKeys(first: 100) { nodes { name privileges } } } }',
    'apiKey { createdBy { name } }',
    'apiKey { status: redactedKey }',
    'apiKey { ...on Node { ...on ApiKey { lastUsedFrom } } }',
    'apiKey { id } apiKey { secrets { id } }',
  ])('reads nothing beside the end of its own key: %s', async (fields) => {
    const { id: own, key } = await rotated();
    for (const name of ['disableApiKey', 'revokeApiKey']) {
      const { codes } = await test.management(key, `mutation ($id: ID!) { ${name}(${ending}) { ${fields} } }`, {
        id: own,
      });
      expect(codes).toEqual(blocked);
    }
  });

  it('learns nothing of another key, not even whether there is one', async () => {
    const { key } = await rotated();
    const made = await test.createKey([]);
    const unknown = Buffer.from('ApiKey:0190a1b2-0000-7000-8000-000000000009').toString('base64');
    for (const name of ['disableApiKey', 'revokeApiKey', 'deleteApiKey']) {
      for (const other of [made.id, unknown]) {
        const document = `mutation ($id: ID!) { ${name}(input: { id: $id, etag: "x" }) { apiKey { id } } }`;
        expect((await test.management(key, document, { id: other })).codes).toEqual(blocked);
      }
    }
  });

  it('ends its own key, and reads that it did', async () => {
    const { id: own, key } = await rotated();
    const document = `mutation ($id: ID!) { revokeApiKey(${ending}) { apiKey { id status } ${receipt} } }`;
    const { body } = await test.management(key, document, { id: own });
    expect(body.data.revokeApiKey).toMatchObject({
      apiKey: { id: own, status: 'REVOKED' },
      receipt: { instancesTotal: 1 },
    });
  });
});
