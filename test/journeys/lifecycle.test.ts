import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mostSecrets } from '../../src/keys/store/secret-store.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp();
});
afterAll(() => test.close());

const day = 86_400_000;
const whoAmI = '{ viewer { apiKey { name } } }';
const use = async (key: string) => (await test.graphql(key, whoAmI)).codes[0] ?? 'OK';

async function mutate(name: string, input: object, fields = 'apiKey { status purgeAt deletedAt }') {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const { codes, body } = await test.management(
    test.adminKey,
    `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} } }`,
    { input },
  );
  return { codes, payload: body.data?.[name] };
}

describe('a deleted key', () => {
  it('is revoked at once, and gone from the lists unless asked for', async () => {
    const { id, key } = await test.createKey(['read:Query'], { externalId: 'deleted-1' });
    const { payload } = await mutate('deleteApiKey', { id });
    expect(payload.apiKey).toEqual({
      status: 'DELETED',
      deletedAt: new Date(test.clock.now()).toISOString(),
      purgeAt: new Date(test.clock.now() + 30 * day).toISOString(),
    });
    expect(await use(key)).toBe('API_KEY_REVOKED');
    const list = async (filter: string) => {
      const { body } = await test.management(
        test.adminKey,
        `{ apiKeys(filter: { externalId: "deleted-1" ${filter} }) { totalCount nodes { id } } }`,
      );
      return body.data.apiKeys;
    };
    expect(await list('')).toEqual({ totalCount: 0, nodes: [] });
    expect(await list('status: DELETED')).toEqual({ totalCount: 1, nodes: [{ id }] });
    const { body } = await test.management(test.adminKey, 'query ($id: ID!) { apiKey(id: $id) { status } }', { id });
    expect(body.data.apiKey.status).toBe('DELETED');
    expect((await mutate('deleteApiKey', { id })).payload.apiKey.status).toBe('DELETED');
  });

  it('says what of its making lives on, and ends it when asked', async () => {
    const maker = await test.createKey(['*'], { type: 'MANAGEMENT', grantable: ['*'] });
    const { body } = await test.management(maker.key, '{ apiKeys(first: 1) { nodes { application { id } } } }');
    const applicationId = body.data.apiKeys.nodes[0].application.id;
    const made = await test.management(
      maker.key,
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }',
      { input: { applicationId, name: 'child', privileges: ['read:Query'] } },
    );
    const child = made.body.data.createApiKey.key;
    expect((await mutate('deleteApiKey', { id: maker.id }, 'livingDescendants')).payload.livingDescendants).toBe(1);
    expect(await use(child)).toBe('OK');
    const input = { id: maker.id, descendants: 'REVOKE' };
    expect((await mutate('deleteApiKey', input, 'livingDescendants')).payload.livingDescendants).toBe(0);
    expect(await use(child)).toBe('API_KEY_REVOKED');
  });

  it('cannot be changed but by undeleting it', async () => {
    const { id } = await test.createKey(['read:Query']);
    await mutate('deleteApiKey', { id });
    expect((await mutate('enableApiKey', { id })).codes).toEqual(['API_KEY_ENDED']);
    expect((await mutate('disableApiKey', { id })).codes).toEqual(['API_KEY_ENDED']);
    expect((await mutate('updateApiKey', { id, name: 'x' })).codes).toEqual(['API_KEY_ENDED']);
  });

  it('comes back disabled, with a new secret', async () => {
    const { id, key } = await test.createKey(['read:Query']);
    await mutate('deleteApiKey', { id });
    const input = { id, idempotencyKey: 'undelete-1' };
    const { payload } = await mutate('undeleteApiKey', input, 'key apiKey { status publicId }');
    expect(payload.apiKey.status).toBe('DISABLED');
    expect(payload.key.split('_')[2]).toBe(payload.apiKey.publicId);
    expect((await mutate('undeleteApiKey', input, 'key')).payload).toEqual({ key: null });
    expect([await use(payload.key), await use(key)]).toEqual(['API_KEY_DISABLED', 'API_KEY_REVOKED']);
    await mutate('enableApiKey', { id });
    expect([await use(payload.key), await use(key)]).toEqual(['OK', 'API_KEY_REVOKED']);
  });

  it('has no more secrets than a key may have, however often it came back', async () => {
    const { id } = await test.createKey(['read:Query']);
    let key = '';
    for (let round = 0; round < mostSecrets + 1; round++) {
      await mutate('deleteApiKey', { id });
      key = (await mutate('undeleteApiKey', { id }, 'key')).payload.key;
    }
    const query = 'query ($id: ID!) { apiKey(id: $id) { secrets { status } } }';
    const { secrets } = (await test.management(test.adminKey, query, { id })).body.data.apiKey;
    expect(secrets).toHaveLength(mostSecrets);
    expect(secrets.filter(({ status }: { status: string }) => status === 'ACTIVE')).toHaveLength(1);
    expect(await use(key)).toBe('API_KEY_DISABLED');
  });

  it('keeps its secret when that is asked for', async () => {
    const { id, key } = await test.createKey(['read:Query']);
    await mutate('deleteApiKey', { id });
    const { payload } = await mutate('undeleteApiKey', { id, keepSecret: true }, 'key apiKey { status }');
    expect(payload).toEqual({ key: null, apiKey: { status: 'DISABLED' } });
    await mutate('enableApiKey', { id });
    expect(await use(key)).toBe('OK');
  });

  it('comes back revoked when it was', async () => {
    const { id, key } = await test.createKey(['read:Query']);
    await mutate('revokeApiKey', { id });
    await mutate('deleteApiKey', { id });
    const { payload } = await mutate('undeleteApiKey', { id }, 'key apiKey { status }');
    expect(payload).toEqual({ key: null, apiKey: { status: 'REVOKED' } });
    expect(await use(key)).toBe('API_KEY_REVOKED');
  });

  it('comes back within 30 days only', async () => {
    const expiresAt = new Date(test.clock.now() + 300 * day).toISOString();
    const { id } = await test.createKey(['read:Query'], { expiresAt });
    const { id: late } = await test.createKey(['read:Query'], { expiresAt });
    await mutate('deleteApiKey', { id });
    await mutate('deleteApiKey', { id: late });
    test.clock.advance(30 * day - 1);
    expect((await mutate('undeleteApiKey', { id })).codes).toEqual([]);
    test.clock.advance(1);
    expect((await mutate('undeleteApiKey', { id: late })).codes).toEqual(['UNDELETE_WINDOW_ELAPSED']);
  });

  it('is not brought back by whoever could not make it', async () => {
    const { id } = await test.createKey(['read:Query']);
    await mutate('deleteApiKey', { id });
    const weak = await test.createKey(['*:*', 'read:*'], { type: 'MANAGEMENT', grantable: ['read:City'] });
    const undelete = 'mutation ($id: ID!) { undeleteApiKey(input: { id: $id }) { key } }';
    expect((await test.management(weak.key, undelete, { id })).codes).toEqual(['PRIVILEGE_ESCALATION']);
  });
});

describe('a deleted application', () => {
  it('ends its keys, and stays readable', async () => {
    const created = await mutate(
      'createApplication',
      { name: 'Gone', ownerName: 'Ada', ownerEmail: 'ada@example.com' },
      'application { id etag }',
    );
    const { id, etag } = created.payload.application;
    const made = await mutate('createApiKey', { applicationId: id, name: 'x', privileges: ['read:Query'] }, 'key');
    expect(await use(made.payload.key)).toBe('OK');
    const gone = await mutate('deleteApplication', { id, etag }, 'application { status }');
    expect(gone.payload.application.status).toBe('DELETED');
    expect(await use(made.payload.key)).toBe('API_KEY_REVOKED');
    const more = await mutate('createApiKey', { applicationId: id, name: 'x', privileges: [] }, 'key');
    expect(more.codes).toEqual(['NOT_FOUND']);
  });
});

describe('every one of these mutations', () => {
  const inputs = { deleteApiKey: {}, undeleteApiKey: {}, deleteApplication: {} };

  it.each(Object.keys(inputs))('%s is refused to whoever may not', async (name) => {
    const application = name === 'deleteApplication';
    const { id: keyId } = await test.createKey(['read:Query']);
    const { body } = await test.management(
      test.adminKey,
      'query ($id: ID!) { apiKey(id: $id) { application { id } } }',
      {
        id: keyId,
      },
    );
    const id = application ? body.data.apiKey.application.id : keyId;
    const document = `mutation ($id: ID!, $etag: String) { ${name}(input: { id: $id, etag: $etag }) { __typename } }`;
    const as = async (key: string | undefined, variables: object = { id }) =>
      (await test.management(key, document, variables)).codes;
    expect(await as(undefined)).toEqual(['CREDENTIALS_MISSING']);
    expect(await as(test.demoKey)).toEqual(['API_KEY_SERVICE_BLOCKED']);
    const reader = await test.createKey(['read:*'], { type: 'MANAGEMENT' });
    expect(new Set(await as(reader.key))).toEqual(new Set(['FORBIDDEN']));
    expect(await as(test.adminKey, { id, etag: 'stale' })).toEqual(['ETAG_MISMATCH']);
    for (const wrong of [application ? keyId : body.data.apiKey.application.id, 'nonsense', '', "'; --", '\u0000']) {
      const [code] = await as(test.adminKey, { id: wrong });
      expect(['NOT_FOUND', 'BAD_USER_INPUT']).toContain(code);
    }
    const other = await mutate(
      'createApplication',
      { name: 'Other', ownerName: 'Bob', ownerEmail: 'bob@example.com' },
      'application { id }',
    );
    const theirs = { applicationId: other.payload.application.id, name: 'x', type: 'MANAGEMENT', privileges: ['*'] };
    const outsider = await mutate('createApiKey', theirs, 'key');
    expect(await as(outsider.payload.key)).toEqual(['NOT_FOUND']);
  });
});
