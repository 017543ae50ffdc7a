import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

const maximum = 60_000;
let test: TestApp;
let key: string;
beforeAll(async () => {
  test = await openTestApp({ places: true, environment: { MAX_RESPONSE_BYTES: String(maximum) } });
  key = (await test.createKey(['*:*'], { plan: 'ENTERPRISE' })).key;
});
afterAll(() => test.close());
beforeEach(() => test.clock.advance(60_000));

const many = (count: number, of: string) => Array.from({ length: count }, (_, index) => `a${index}: ${of}`).join(' ');

describe('MAX_RESPONSE_BYTES', () => {
  it.each([
    ['texts', `{ countries(first: 100) { nodes { ${many(400, 'officialName')} } } }`],
    ['names of types', `{ countries(first: 100) { nodes { ${many(400, '__typename')} } } }`],
    ['lists', `{ countries(first: 100) { nodes { ${many(400, 'languages')} } } }`],
    ['what the schema says of itself', `{ __schema { types { ${many(12, 'name')} fields { ${many(40, 'name')} } } } }`],
    ['denied fields', `{ countries(first: 100) { nodes { name ${many(400, 'region')} } } }`],
  ])('refuses a query that would answer more, and charges it: %s', async (what, query) => {
    const caller =
      what === 'denied fields'
        ? (await test.createKey(['*:*', '!read:Country.region'], { plan: 'ENTERPRISE', onDenied: 'NULL' })).key
        : key;
    const { status, body, codes } = await test.graphql(caller, query);
    expect([status, codes]).toEqual([400, ['RESPONSE_TOO_LARGE']]);
    expect(body.data).toBeUndefined();
    const { actualQueryCost, requestedQueryCost } = body.extensions.cost;
    expect(actualQueryCost).toBeGreaterThanOrEqual(requestedQueryCost);
  });

  it('leaves alone what is smaller', async () => {
    const { status, body } = await test.graphql(
      key,
      '{ countries(first: 100) { nodes { name officialName region } } }',
    );
    expect([status, body.data.countries.nodes.length]).toEqual([200, 100]);
  });

  it('gives the text of a key that was made, whatever was asked beside it', async () => {
    const application = await test.management(test.adminKey, '{ applications(first: 1) { nodes { id } } }');
    const input = {
      applicationId: application.body.data.applications.nodes[0].id,
      name: 'n'.repeat(100),
      privileges: ['read:City.name'],
    };
    const query = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id ${many(900, 'name')} } key } }`;
    const { status, body } = await test.management(test.adminKey, query, { input });
    expect(status).toBe(200);
    expect(body.errors).toMatchObject([
      { path: ['createApiKey'], extensions: { code: 'RESPONSE_TOO_LARGE', executed: true, maximumBytes: maximum } },
    ]);
    const made = body.data.createApiKey.key;
    test.clock.advance(60_000);
    const used = await test.graphql(made, '{ cities(first: 1) { nodes { name } } }');
    expect(used.codes).toEqual(['FORBIDDEN']);
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(maximum);
  });
});
