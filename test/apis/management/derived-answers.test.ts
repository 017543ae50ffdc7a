import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../../support/test-app.ts';

let test: TestApp;
/** Of a key with addresses, rules and an end of its own, of which nobody below may read a thing. */
let apiKeyId: string;
beforeAll(async () => {
  test = await openTestApp();
  const restrictions = { server: { allowedIps: ['192.0.2.0/24'] } };
  apiKeyId = (await test.createKey(['read:Query.countries'], { restrictions })).id;
});
afterAll(() => test.close());

const ask = async (rules: readonly string[], document: string, variables: object = {}) => {
  const { key } = await test.createKey(rules, { type: 'MANAGEMENT', grantable: ['*'], applicationScope: 'ALL' });
  const { body } = await test.management(key, document, variables);
  const errors: { extensions: { code: string; required?: string[] } }[] = body.errors ?? [];
  return {
    codes: [...new Set(errors.map(({ extensions }) => extensions.code))],
    required: errors.flatMap(({ extensions }) => extensions.required ?? []).sort(),
  };
};
const withoutKeys = ['read:*', 'update:*', '!read:ApiKey', '!read:ApiKeySecret'];

describe('an answer that shows something of a key needs read on what it shows', () => {
  const explain = 'query ($input: ExplainRequestInput!) { explainRequest(input: $input) { steps { step message } } }';
  const document = '{ countries(first: 1) { nodes { name } } }';

  it.each([
    ['where a request comes from', { clientAddress: '203.0.113.1' }],
    ['what it may', {}],
    ['which secret it carries', { secretId: Buffer.from('ApiKeySecret:x').toString('base64') }],
  ])('explainRequest tells nobody else: %s', async (_, more) => {
    const input = { apiKeyId, document, ...more };
    const { codes, required } = await ask(withoutKeys, explain, { input });
    expect(codes).toEqual(['FORBIDDEN']);
    const looked = ['read:ApiKey.effectivePrivileges', 'read:ApiKey.restrictions', 'read:ApiKey.status'];
    expect(required).toEqual(expect.arrayContaining(looked));
  });

  it('explainRequest answers whoever may read status, rules and restrictions', async () => {
    const rules = ['read:Query', 'read:RequestExplanation', 'read:ExplainedRequestStep', 'read:Role.privileges'];
    const looked = ['read:ApiKey.effectivePrivileges', 'read:ApiKey.privileges', 'read:ApiKey.restrictions'];
    const input = { apiKeyId, document };
    expect(await ask([...rules, ...looked, 'read:ApiKey.status'], explain, { input })).toEqual({
      codes: [],
      required: [],
    });
    expect((await ask([...rules, ...looked], explain, { input })).required).toEqual(['read:ApiKey.status']);
  });

  it.each([
    ['hygiene { edges { cursor } }', 'read:ApiKey.status'],
    ['hygiene { nodes { apiKey { id } } }', 'read:ApiKey.restrictions'],
    ['hygiene { nodes { kind } }', 'read:ApiKey.restrictions'],
    ['hygiene { nodes { message } }', 'read:ApiKey.expiresAt'],
    ['hygiene { nodes { since } }', 'read:ApiKey.lastUsedAt'],
    ['hygiene { nodes { rules } }', 'read:ApiKey.privileges'],
    ['hygiene(kinds: [IDLE]) { totalCount }', 'read:ApiKey.lastUsedAt'],
    ['unusedPrivileges(apiKeyId: $id, since: "2026-01-01T00:00:00Z")', 'read:ApiKey.privileges'],
    ['apiKeys(filter: { status: DISABLED }) { totalCount }', 'read:ApiKey.status'],
    ['apiKeys(filter: { createdBy: $id }) { totalCount }', 'read:ApiKey.createdBy'],
    ['apiKeys(orderBy: { field: NAME }) { totalCount }', 'read:ApiKey.name'],
    ['applications(filter: { ownerEmail: "a" }) { totalCount }', 'read:Application.ownerEmail', '!read:Application'],
    ['lookupApiKey(by: { publicId: "x" }) { __typename }', 'read:ApiKey.publicId'],
    [
      'node(id: $id) { ... on ApiKey { secrets { redacted } } }',
      'read:ApiKey.publicId',
      'read:ApiKey.secrets',
      'read:ApiKeySecret.redacted',
    ],
    ['auditEvents { nodes { after } }', 'read:ApiKey.publicId'],
    ['auditEvents { nodes { before } }', 'read:ApiKey.createdBy'],
    ['auditEvents { nodes { after } }', 'read:ApiKey.environment'],
    ['node(id: $id) { ... on ApiKey { redactedKey } }', 'read:ApiKey.publicId', 'read:ApiKey.redactedKey'],
  ])('%s', async (field, needed, ...rules: string[]) => {
    const document = field.includes('$id') ? `query ($id: ID!) { ${field} }` : `{ ${field} }`;
    const { codes, required } = await ask([...withoutKeys, ...rules], document, { id: apiKeyId });
    expect(codes).toEqual(['FORBIDDEN']);
    expect(required).toContain(needed);
  });

  it.each(['revokeApiKey', 'deleteApiKey'])('%s counts descendants for nobody else', async (name) => {
    const document = `mutation ($id: ID!) { ${name}(input: { id: $id }) { livingDescendants } }`;
    const { required } = await ask(withoutKeys, document, { id: apiKeyId });
    expect(required).toEqual(expect.arrayContaining(['read:ApiKey.createdBy', 'read:ApiKey.status']));
  });
});

describe('a management key of its own application', () => {
  const mint = async (input: object) => {
    const { key } = await test.createKey(['*'], { type: 'MANAGEMENT', grantable: ['read:*'] });
    const { body } = await test.management(key, '{ viewer { application { id } } }');
    const created = await test.management(
      key,
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { plan } } }',
      { input: { applicationId: body.data.viewer.application.id, name: 'n', privileges: ['read:City'], ...input } },
    );
    return created.codes[0] ?? 'OK';
  };

  it.each([
    [{}, 'OK'],
    [{ plan: 'FREE' }, 'OK'],
    [{ plan: 'PRO' }, 'PRIVILEGE_ESCALATION'],
    [{ plan: 'ENTERPRISE' }, 'PRIVILEGE_ESCALATION'],
    [{ throttle: { restoreRate: 51 } }, 'PRIVILEGE_ESCALATION'],
    [{ throttle: { restoreRate: 50 } }, 'OK'],
    [{ type: 'MANAGEMENT', privileges: ['*'] }, 'OK'],
    [{ type: 'MANAGEMENT', privileges: ['*'], plan: 'ENTERPRISE' }, 'PRIVILEGE_ESCALATION'],
  ])('hands out %j: %s', async (input, outcome) => {
    expect(await mint(input)).toBe(outcome);
  });
});
