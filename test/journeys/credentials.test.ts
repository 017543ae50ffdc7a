import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp();
});
afterAll(() => test.close());

const whoAmI = '{ viewer { apiKey { name type } } }';

describe('who calls', () => {
  it('is known by either header', async () => {
    for (const headers of [
      { Authorization: `Bearer ${test.demoKey}` },
      { Authorization: `bearer ${test.demoKey}` },
      { 'X-API-Key': test.demoKey },
    ]) {
      const { status, body } = await test.graphql(undefined, whoAmI, {}, { headers });
      expect([status, body.data]).toEqual([200, { viewer: { apiKey: { name: 'Demo key', type: 'API' } } }]);
    }
  });

  it('is asked for when no key was sent', async () => {
    const answer = await test.graphql(undefined, whoAmI);
    expect([answer.status, answer.codes]).toEqual([401, ['CREDENTIALS_MISSING']]);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.body).not.toHaveProperty('data');
  });

  it('is asked for under application/json with the same status', async () => {
    const answer = await test.graphql(undefined, whoAmI, {}, { headers: { Accept: 'application/json' } });
    expect([answer.status, answer.codes]).toEqual([401, ['CREDENTIALS_MISSING']]);
  });

  it('cannot be two', async () => {
    const answer = await test.graphql(test.demoKey, whoAmI, {}, { headers: { 'X-API-Key': test.adminKey } });
    expect([answer.status, answer.codes]).toEqual([400, ['OVERLOADED_CREDENTIALS']]);
    const repeated = await test.fetch(
      '/graphql',
      { headers: { 'X-API-Key': test.demoKey } },
      { peerAddress: '127.0.0.1', repeatedCredentials: true },
    );
    expect(repeated.status).toBe(400);
  });

  it('gets the same bytes for a malformed, an unknown and a wrong key', async () => {
    const [prefix, environment, publicId = '', secret = ''] = test.demoKey.split('_');
    const unknown = 'fieldpass_live_000000000000_00000000000000000000000000000000';
    const variants = [
      'nonsense',
      `${test.demoKey}x`,
      test.demoKey.toUpperCase(),
      withChecksum(unknown),
      withChecksum(`${prefix}_${environment}_${publicId}_${secret.slice(0, 31)}${secret[31] === 'a' ? 'b' : 'a'}`),
      withChecksum(`${prefix}_live_${publicId}_${secret.slice(0, 32)}`),
    ];
    const answers = await Promise.all(
      variants.map(async (key) => {
        const response = await test.fetch('/graphql', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}`, 'X-Request-Id': 'same' },
          body: JSON.stringify({ query: whoAmI }),
        });
        return JSON.stringify([response.status, [...response.headers], await response.text()]);
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('API_KEY_INVALID');
  });

  it('must be of the type of its surface', async () => {
    const onApi = await test.graphql(test.adminKey, whoAmI);
    expect([onApi.status, onApi.codes]).toEqual([403, ['API_KEY_SERVICE_BLOCKED']]);
    const onManagement = await test.management(test.demoKey, whoAmI);
    expect([onManagement.status, onManagement.codes]).toEqual([403, ['API_KEY_SERVICE_BLOCKED']]);
  });

  it('is told why a key that is right does not work', async () => {
    const { id, key } = await test.createKey(['read:Query']);
    const change = (name: string) =>
      test.management(test.adminKey, `mutation ($id: ID!) { ${name}(input: { id: $id }) { apiKey { status } } }`, {
        id,
      });
    await change('disableApiKey');
    expect((await test.graphql(key, whoAmI)).codes).toEqual(['API_KEY_DISABLED']);
    await change('enableApiKey');
    expect((await test.graphql(key, whoAmI)).codes).toEqual([]);
    await change('revokeApiKey');
    const revoked = await test.graphql(key, whoAmI);
    expect([revoked.status, revoked.codes]).toEqual([401, ['API_KEY_REVOKED']]);
    expect(revoked.body.errors[0].extensions.at).toBe('2026-11-24T12:00:00.000Z');
  });

  it('ends when the key expires', async () => {
    const expiresAt = new Date(test.clock.now() + 60_000).toISOString();
    const { key } = await test.createKey(['read:Query'], { expiresAt });
    expect((await test.graphql(key, whoAmI)).status).toBe(200);
    test.clock.advance(60_000);
    const expired = await test.graphql(key, whoAmI);
    expect([expired.status, expired.codes]).toEqual([401, ['API_KEY_EXPIRED']]);
  });

  it('may fail 500 times a minute from one address, and a valid key behind it never notices', async () => {
    const ask = async (key: string) =>
      test.fetch(
        '/graphql',
        {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'X-API-Key': key },
          body: JSON.stringify({ query: whoAmI }),
        },
        { peerAddress: '198.51.100.7', repeatedCredentials: false },
      );
    for (let attempt = 0; attempt < 500; attempt++) expect((await ask('nonsense')).status).toBe(401);
    const refused = await ask('nonsense');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '900']);
    expect((await refused.json()).errors[0].extensions.code).toBe('TOO_MANY_FAILED_ATTEMPTS');
    expect((await ask(test.demoKey)).status).toBe(200);
    expect((await test.graphql('nonsense', whoAmI)).status).toBe(401);
  });

  it('is nowhere in the log', () => {
    const text = test.log.join('');
    expect(text).toContain('"msg":"request"');
    for (const key of [test.adminKey, test.demoKey]) expect(text).not.toContain(key.slice(-38));
  });
});

/** A token that passes the format check: what stands before, and its CRC-32 in base 62. */
function withChecksum(body: string): string {
  return body + base62(crc32(body));
}

function base62(value: number): string {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let text = '';
  for (let rest = value; text.length < 6; rest = Math.floor(rest / 62)) text = alphabet.charAt(rest % 62) + text;
  return text;
}
