import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IssuedKey, openTestApp, type TestApp } from '../../support/test-app.ts';

let test: TestApp;
let issued: IssuedKey;
beforeAll(async () => {
  test = await openTestApp();
  issued = await test.createKey(['read:Query']);
});
afterAll(() => test.close());

const document = 'query ($by: ApiKeyLookup!) { lookupApiKey(by: $by) { id } }';
const lookup = (by: object, key = test.adminKey) => test.management(key, document, { by });
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const publicIdOf = (key: string) => key.split('_')[2] ?? '';

describe('lookupApiKey', () => {
  it('finds a key by its text, its public id, and the SHA-256 of its text', async () => {
    const { key, id } = issued;
    for (const by of [
      { key },
      { publicId: publicIdOf(key) },
      { sha256: sha256(key) },
      { sha256: sha256(key).toUpperCase() },
    ]) {
      expect((await lookup(by)).body, Object.keys(by)[0]).toEqual({
        data: { lookupApiKey: { id } },
        extensions: expect.anything(),
      });
    }
  });

  it('finds a key that was revoked, for whoever found it in a leak', async () => {
    const { key, id } = await test.createKey([]);
    await test.management(test.adminKey, 'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { id } } }', {
      id,
    });
    expect((await lookup({ key })).body.data.lookupApiKey).toEqual({ id });
  });

  it('finds nothing else, and does not say why', async () => {
    const wrongSecret = `${issued.key.slice(0, -10)}0000000000`;
    for (const by of [
      { key: wrongSecret },
      { key: 'some text' },
      { publicId: 'abcdefghijkl' },
      { sha256: '0'.repeat(64) },
    ]) {
      const { body } = await lookup(by);
      expect(body.data).toEqual({ lookupApiKey: null });
      expect(body.errors).toBeUndefined();
    }
  });

  it('finds keys of the own application only, unless the scope is all', async () => {
    const { body } = await test.management(
      test.adminKey,
      'mutation { createApplication(input: { name: "B", ownerName: "B", ownerEmail: "b@example.com" }) { application { id } } }',
    );
    const { key } = await test.createKey(['*'], {
      applicationId: body.data.createApplication.application.id,
      type: 'MANAGEMENT',
    });
    for (const by of [{ key: issued.key }, { publicId: publicIdOf(issued.key) }, { sha256: sha256(issued.key) }]) {
      expect((await lookup(by, key)).body.data).toEqual({ lookupApiKey: null });
    }
    expect((await lookup({ key }, key)).body.data.lookupApiKey).not.toBeNull();
  });

  it('needs read on the public id to look by it', async () => {
    const { key } = await test.createKey(['read:Query', 'read:ApiKey.id'], { type: 'MANAGEMENT' });
    expect((await lookup({ publicId: publicIdOf(key) }, key)).body.errors[0].extensions.required).toEqual([
      'read:ApiKey.publicId',
    ]);
    expect((await lookup({ sha256: sha256(key) }, key)).status).toBe(200);
  });

  it.each<[string, () => [string, object]]>([
    ['a literal', () => [`{ lookupApiKey(by: { key: "${issued.key}" }) { id } }`, {}]],
    ['a literal of another format', () => ['{ lookupApiKey(by: { key: "ghp_0123456789" }) { id } }', {}]],
    [
      'a default of the document',
      () => [`query ($key: String! = "${issued.key}") { lookupApiKey(by: { key: $key }) { id } }`, {}],
    ],
    [
      'a default of the whole argument',
      () => [`query ($by: ApiKeyLookup! = { key: "${issued.key}" }) { lookupApiKey(by: $by) { id } }`, {}],
    ],
    ['two kinds at once', () => [document, { by: { key: issued.key, publicId: 'abcdefghijkl' } }]],
    ['a hash that is none', () => [document, { by: { sha256: issued.key } }]],
  ])('refuses %s', async (_, request) => {
    const { body, codes } = await test.management(test.adminKey, ...request());
    expect(codes).toEqual(['BAD_USER_INPUT']);
    expect(JSON.stringify(body)).not.toContain(issued.key);
  });

  it('takes no key in a URL', async () => {
    const get = (by: object) =>
      test.fetch(
        `/admin/graphql?query=${encodeURIComponent(document)}&variables=${encodeURIComponent(JSON.stringify({ by }))}`,
        { headers: { Authorization: `Bearer ${test.adminKey}`, Accept: 'application/json' } },
      );
    expect((await get({ key: issued.key })).status).toBe(400);
    // What has not the form of our keys passes the edge.
    expect(await (await get({ key: 'ghp_0123456789' })).json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' }, message: expect.stringContaining('POST') }],
    });
    expect(await (await get({ publicId: publicIdOf(issued.key) })).json()).toMatchObject({
      data: { lookupApiKey: { id: issued.id } },
    });
  });

  it('leaves no trace of a key in the log', async () => {
    await lookup({ key: issued.key });
    const secret = issued.key.split('_')[3] ?? '';
    expect(test.log.length).toBeGreaterThan(0);
    expect(test.log.join('\n')).not.toContain(secret);
    expect(test.log.join('\n')).not.toContain(sha256(issued.key));
  });
});
