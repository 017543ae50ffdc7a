import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../../support/test-app.ts';

const child = 'fieldpass_child_abc-DEF';
let test: TestApp;
beforeAll(async () => {
  test = await openTestApp({ environment: { KEY_IMPORT_PREFIXES: 'ab_,key_,sk_' } });
});
afterAll(() => test.close());

const create =
  'mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { application { name note } } }';
const owner = { ownerName: 'Ada', ownerEmail: 'ada@example.com' };

it('keeps what an administrator writes without what has a key’s shape', async () => {
  const { body } = await test.management(test.adminKey, create, {
    input: { ...owner, name: `App of ${child}`, note: `see ab_${'0'.repeat(22)}, ab_short and ab_` },
  });
  expect(body.data.createApplication.application).toEqual({
    name: 'App of redacted_key',
    note: 'see redacted_key, ab_short and ab_',
  });
  const literal = `mutation { createApplication(input: { name: "${child}", ownerName: "Ada", ownerEmail: "ada@example.com" }) { application { name } } }`;
  expect((await test.management(test.adminKey, literal)).body.data.createApplication.application.name).toBe(
    'redacted_key',
  );
});

it('refuses an idempotency key that has one: two of them would become one', async () => {
  const { codes } = await test.management(test.adminKey, create, {
    input: { ...owner, name: 'App', idempotencyKey: child },
  });
  expect(codes).toEqual(['BAD_USER_INPUT']);
});

const createKey = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } } }';

it('refuses what has one and decides something: it would decide something else without', async () => {
  const { body } = await test.management(test.adminKey, create, { input: { ...owner, name: 'App of rules' } });
  expect(body.errors).toBeUndefined();
  const { body: listed } = await test.management(test.adminKey, '{ applications { nodes { id } } }');
  const applicationId = listed.data.applications.nodes[0].id;
  for (const [rules, path] of [
    [{ privileges: [`read:Query.${child.replaceAll('-', '_')}`] }, ['input', 'privileges', 0]],
    [{ externalId: child }, ['input', 'externalId']],
    [{ plan: child }, ['input', 'plan']],
    [
      { restrictions: { browser: { allowedReferrers: ['https://a.example', `https://b.example/${child}/*`] } } },
      ['input', 'restrictions', 'browser', 'allowedReferrers', 1],
    ],
  ] as const) {
    const input = { applicationId, name: 'rules', privileges: ['*'], ...rules };
    const answer = await test.management(test.adminKey, createKey, { input });
    expect(answer.codes).toEqual(['BAD_USER_INPUT']);
    expect(answer.body.errors[0].extensions.argument).toEqual(path);
    expect(JSON.stringify(answer.body)).not.toContain(child);
  }
  const etag = 'mutation ($input: DisableApiKeyInput!) { disableApiKey(input: $input) { apiKey { id } } }';
  const ended = await test.management(test.adminKey, etag, { input: { id: applicationId, etag: child } });
  expect(ended.codes).toEqual(['BAD_USER_INPUT']);
});

it('keeps restrictions, privileges and names as they are in which words only end with an import prefix', async () => {
  const { id } = await test.createKey(['read:Country.name'], {
    name: 'risk_assessment_of_department and monkey_of_customer_records_v2',
    restrictions: { browser: { allowedReferrers: ['https://example.com/risk_assessment_of_department/*'] } },
    metadata: { task_description_of_some_thing: 'primary_key_of_customer_records_v2' },
  });
  const { body } = await test.management(
    test.adminKey,
    'query ($id: ID!) { apiKey(id: $id) { name metadata restrictions { browser { allowedReferrers } } } }',
    { id },
  );
  expect(body.data.apiKey).toEqual({
    name: 'risk_assessment_of_department and monkey_of_customer_records_v2',
    metadata: { task_description_of_some_thing: 'primary_key_of_customer_records_v2' },
    restrictions: { browser: { allowedReferrers: ['https://example.com/risk_assessment_of_department/*'] } },
  });
});
