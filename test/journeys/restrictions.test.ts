import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp({ environment: { CORS_ORIGINS: 'keys', TRUST_PROXY: '1' } });
});
afterAll(() => test.close());

const whoAmI = '{ viewer { apiKey { name } } }';
const fingerprint = 'da:39:a3:ee:5e:6b:4b:0d:32:55:bf:ef:95:60:18:90:af:d8:07:09';

async function restricted(restrictions: object, privileges = ['read:*']) {
  return test.createKey(privileges, { restrictions });
}

async function send(key: string, headers: Record<string, string>, peerAddress = '192.0.2.1', query = whoAmI) {
  const response = await test.fetch(
    '/graphql',
    {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/graphql-response+json',
        Authorization: `Bearer ${key}`,
        ...headers,
      },
      body: JSON.stringify({ query }),
    },
    { peerAddress, repeatedCredentials: false },
  );
  const body = await response.json();
  return { status: response.status, code: body.errors?.[0]?.extensions.code, headers: response.headers, body };
}

describe('a restricted key', () => {
  it('works from its addresses only, whoever forwards', async () => {
    const { key } = await restricted({ server: { allowedIps: ['198.51.100.0/24'] } });
    expect((await send(key, {}, '198.51.100.9')).status).toBe(200);
    expect((await send(key, { 'X-Forwarded-For': '198.51.100.9' })).status).toBe(200);
    const spoofed = await send(key, { 'X-Forwarded-For': '198.51.100.9, 203.0.113.1' });
    expect([spoofed.status, spoofed.code]).toEqual([403, 'API_KEY_IP_ADDRESS_BLOCKED']);
  });

  it('works for its pages and apps', async () => {
    const { key } = await restricted({
      browser: { allowedReferrers: ['app.example.com'] },
      android: { allowedApplications: [{ packageName: 'com.example.map', sha1Fingerprint: fingerprint }] },
      ios: { allowedBundleIds: ['com.example.map'] },
    });
    expect((await send(key, { Origin: 'https://app.example.com' })).status).toBe(200);
    expect((await send(key, { 'X-Ios-Bundle-Identifier': 'com.example.map' })).status).toBe(200);
    const cert = fingerprint.replaceAll(':', '').toUpperCase();
    expect((await send(key, { 'X-Android-Package': 'com.example.map', 'X-Android-Cert': cert })).status).toBe(200);
    for (const [headers, code] of [
      [{ Origin: 'https://app.example.com.evil.example' }, 'API_KEY_HTTP_REFERRER_BLOCKED'],
      [{ 'X-Ios-Bundle-Identifier': 'com.evil' }, 'API_KEY_IOS_APP_BLOCKED'],
      [{ 'X-Android-Package': 'com.example.map', 'X-Android-Cert': '00' }, 'API_KEY_ANDROID_APP_BLOCKED'],
    ] as const) {
      const blocked = await send(key, headers);
      expect([blocked.status, blocked.code]).toEqual([403, code]);
    }
  });

  it('is blocked at the SDL too', async () => {
    const { key } = await restricted({ browser: { allowedReferrers: ['app.example.com'] } });
    const headers = { Authorization: `Bearer ${key}` };
    expect((await test.fetch('/schema.graphql', { headers })).status).toBe(403);
    const page = { ...headers, Origin: 'https://app.example.com' };
    expect((await test.fetch('/schema.graphql', { headers: page })).status).toBe(200);
  });

  it('is used for its operations only', async () => {
    const { key } = await restricted({ api: { operationTypes: ['QUERY'], rootFields: ['viewer', 'countr*'] } });
    const ask = async (query: string) => (await send(key, {}, undefined, query)).code;
    expect(await ask(`{ __typename ${whoAmI.slice(1)}`)).toBeUndefined();
    expect(await ask('{ countries(first: 1) { totalCount } }')).toBeUndefined();
    expect(await ask('{ country: cities(first: 1) { totalCount } }')).toBe('API_KEY_SERVICE_BLOCKED');
    expect(await ask('query { viewer { apiKey { id } } ...F } fragment F on Query { rateLimit { restoreRate } }')).toBe(
      'API_KEY_SERVICE_BLOCKED',
    );
    expect(await ask('{ __schema { queryType { name } } }')).toBe('API_KEY_SERVICE_BLOCKED');
    expect(await ask('mutation { deleteCity(input: { id: "x" }) { deletedCityId } }')).toBe('API_KEY_SERVICE_BLOCKED');
    const sdl = await test.fetch('/schema.graphql', { headers: { Authorization: `Bearer ${key}` } });
    expect(sdl.status).toBe(403);
  });

  it('tells nothing of what it allows', async () => {
    const { key } = await restricted({ server: { allowedIps: ['198.51.100.77'] } });
    expect(JSON.stringify((await send(key, {})).body)).not.toContain('198.51');
  });

  it('is restricted anew by the next request after a change', async () => {
    const { id, key } = await restricted({ server: { allowedIps: ['192.0.2.1'] } });
    expect((await send(key, {})).status).toBe(200);
    const update = (restrictions: object | null) =>
      test.management(
        test.adminKey,
        `mutation ($input: UpdateApiKeyInput!) { updateApiKey(input: $input) { apiKey {
          restrictions { server { allowedIps deniedIps } ios { allowedBundleIds } } } } }`,
        { input: { id, restrictions } },
      );
    const both = await update({ ios: { allowedBundleIds: ['com.example.map'] } });
    expect(both.body.data.updateApiKey.apiKey.restrictions).toEqual({
      server: { allowedIps: ['192.0.2.1'], deniedIps: null },
      ios: { allowedBundleIds: ['com.example.map'] },
    });
    expect((await send(key, {})).code).toBe('API_KEY_IOS_APP_BLOCKED');
    await update({ ios: null, server: { deniedIps: ['192.0.2.1'] } });
    expect((await send(key, {})).code).toBe('API_KEY_IP_ADDRESS_BLOCKED');
    const cleared = await update(null);
    expect(cleared.body.data.updateApiKey.apiKey.restrictions).toBeNull();
    expect((await send(key, {})).status).toBe(200);
  });

  it('is not made with what cannot be enforced', async () => {
    const { body } = await test.management(test.adminKey, '{ apiKeys(first: 1) { nodes { application { id } } } }');
    const applicationId = body.data.apiKeys.nodes[0].application.id;
    for (const restrictions of [
      { server: { allowedIps: [] } },
      { server: { allowedIps: ['192.0.2.1/8'] } },
      { browser: { allowedReferrers: ['*'] } },
      { api: { rootFields: ['citties'] } },
      { api: {} },
    ]) {
      const answer = await test.management(
        test.adminKey,
        'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }',
        { input: { applicationId, name: 'x', privileges: [], restrictions } },
      );
      expect(answer.codes).toEqual(['BAD_USER_INPUT']);
      expect(answer.body.errors[0].message).toContain('restrictions.');
    }
  });
});

describe('CORS_ORIGINS=keys', () => {
  const origin = 'https://app.example.com';
  const allowed = (headers: Headers) => headers.get('Access-Control-Allow-Origin');

  it('answers preflights and unknown keys for every origin, without credentials', async () => {
    const preflight = await test.fetch('/graphql', {
      method: 'OPTIONS',
      headers: { Origin: 'https://any.example', 'Access-Control-Request-Method': 'POST' },
    });
    expect([preflight.status, allowed(preflight.headers)]).toEqual([204, '*']);
    const unknown = await send('nonsense', { Origin: 'https://any.example' });
    expect([unknown.status, allowed(unknown.headers)]).toEqual([401, '*']);
    expect(unknown.headers.get('Access-Control-Allow-Credentials')).toBeNull();
  });

  it('answers a key for the origins that it lists', async () => {
    const { key } = await restricted({
      browser: { allowedReferrers: ['app.example.com'] },
      ios: { allowedBundleIds: ['com.example.map'] },
    });
    expect(allowed((await send(key, { Origin: origin })).headers)).toBe(origin);
    const other = await send(key, { Origin: 'https://any.example', 'X-Ios-Bundle-Identifier': 'com.example.map' });
    expect([other.status, allowed(other.headers)]).toEqual([200, null]);
    const { key: unrestricted } = await test.createKey(['read:*']);
    const open = await send(unrestricted, { Origin: origin });
    expect([open.status, allowed(open.headers)]).toEqual([200, null]);
  });
});
