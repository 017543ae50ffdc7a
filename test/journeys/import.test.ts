import { createHash, createHmac } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { formatToken, generateToken } from '../../src/keys/token/key-token.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { openTestDatabase } from '../support/test-database.ts';

const pepper = '07'.repeat(32);
let database: Database;
let test: TestApp;
let applicationId: string;

beforeAll(async () => {
  database = await openTestDatabase({ places: true });
  test = await openTestApp({
    environment: { KEY_PEPPER: pepper, KEY_IMPORT_PREFIXES: 'sk_live_,acme.', MAX_BODY_BYTES: '400000' },
    overrides: { database },
  });
  const { body } = await test.management(
    test.adminKey,
    'mutation { createApplication(input: { name: "Old", ownerName: "Ada", ownerEmail: "ada@example.com" }) { application { id } } }',
  );
  applicationId = body.data.createApplication.application.id;
});
afterAll(() => test.close());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const foreign = (name: string, prefix = 'sk_live_') => `${prefix}${sha256(name).slice(0, 24)}`;

const document = `mutation ($input: ImportApiKeysInput!) {
  importApiKeys(input: $input) { results { index outcome code reason apiKey { id publicId environment } } }
}`;

async function importKeys(keys: readonly object[], common: object = {}, key = test.adminKey) {
  const input = { applicationId, privileges: ['read:Query', 'read:Country'], keys, ...common };
  const answer = await test.management(key, document, { input });
  return { ...answer, results: answer.body.data?.importApiKeys?.results ?? [] };
}

const row = (token: string, more: object = {}) => ({
  hash: sha256(token),
  prefix: 'sk_live_',
  name: 'imported',
  ...more,
});
const country = (key: string) => test.graphql(key, '{ country(code: "CH") { name } }');
const mutate = (field: string, id: string, selection: string, more = '') =>
  test.management(test.adminKey, `mutation ($id: ID!) { ${field}(input: { id: $id ${more} }) { ${selection} } }`, {
    id,
  });

describe('a key of another format', () => {
  it('goes on working from its import to its rotation, and ends like every key', async () => {
    const token = foreign('walk');
    expect((await country(token)).codes).toEqual(['API_KEY_INVALID']);
    const { results } = await importKeys([row(token)]);
    expect(results).toMatchObject([{ index: 0, outcome: 'IMPORTED', code: null }]);
    const { id } = results[0].apiKey;
    expect((await country(token)).body.data).toEqual({ country: { name: 'Switzerland' } });
    expect((await test.graphql(token, '{ city(id: "Q2l0eTox") { name } }')).codes).toEqual(['FORBIDDEN']);

    for (const by of [{ key: token }, { sha256: sha256(token) }]) {
      const { body } = await test.management(
        test.adminKey,
        'query ($by: ApiKeyLookup!) { lookupApiKey(by: $by) { id secrets { redacted } } }',
        { by },
      );
      expect(body.data.lookupApiKey).toEqual({ id, secrets: [{ redacted: 'sk_live_…' }] });
    }

    const rotated = await mutate('rotateApiKey', id, 'key', 'gracePeriod: "PT1H"');
    const { key } = rotated.body.data.rotateApiKey;
    expect(key).toMatch(/^fieldpass_live_/);
    for (const working of [token, key]) expect((await country(working)).codes, working).toEqual([]);
    test.clock.advance(3_600_000);
    expect((await country(token)).codes).toEqual(['API_KEY_EXPIRED']);

    expect((await mutate('revokeApiKey', id, 'livingDescendants')).codes).toEqual([]);
    for (const ended of [token, key]) expect((await country(ended)).codes, ended).toEqual(['API_KEY_REVOKED']);
  });

  it('is disabled at once, while it is in use', async () => {
    const token = foreign('disabled');
    const { results } = await importKeys([row(token)]);
    expect((await country(token)).codes).toEqual([]);
    await mutate('disableApiKey', results[0].apiKey.id, 'apiKey { id }');
    expect((await country(token)).codes).toEqual(['API_KEY_DISABLED']);
  });

  it('is not looked for when it does not begin as the settings say, or is too short to be one', async () => {
    for (const token of [foreign('other', 'pk_live_'), foreign('x').slice(0, -4), 'sk_live_']) {
      const before = database.statements;
      expect((await country(token)).codes, token).toEqual(['API_KEY_INVALID']);
      expect(database.statements - before, token).toBe(0);
    }
  });

  it('is refused in a URL', async () => {
    const response = await test.fetch(`/graphql?key=${foreign('url', 'acme.')}`);
    expect([response.status, (await response.json()).errors[0].extensions.code]).toEqual([400, 'CREDENTIALS_IN_URL']);
  });

  it('is stored under the pepper, and its hash stands nowhere', async () => {
    const token = foreign('stored');
    await importKeys([row(token)]);
    const rows = await database.rows<{ hash: string }>(sql`SELECT encode(hash, 'hex') AS hash FROM api_key_secret`);
    const hmac = createHmac('sha256', Buffer.from(pepper, 'hex')).update(Buffer.from(sha256(token), 'hex'));
    const hashes = rows.map(({ hash }) => hash);
    expect(hashes).toContain(hmac.digest('hex'));
    expect(hashes).not.toContain(sha256(token));
    const events = await database.rows(sql`SELECT * FROM audit_event WHERE action = 'api_key.imported'`);
    expect(events.length).toBeGreaterThan(0);
    expect(JSON.stringify(events)).not.toContain(sha256(token));
  });
});

describe('a key of our format, of another server', () => {
  it.each([
    ['by its SHA-256', 'SHA256', (token: string) => sha256(token)],
    [
      'by the hash that a server with the same pepper stores',
      'FIELDPASS_HMAC',
      (token: string) =>
        createHmac('sha256', Buffer.from(pepper, 'hex'))
          .update(Buffer.from(sha256(token), 'hex'))
          .digest('hex'),
    ],
  ])('is found by its own public id, %s', async (_, algorithm, hash) => {
    const token = generateToken('fieldpass', 'TEST', systemRandom);
    const text = formatToken(token);
    // Known here as a key that there is not.
    expect((await country(text)).codes).toEqual(['API_KEY_INVALID']);
    const given = { hash: hash(text), algorithm, publicId: token.publicId, name: 'moved' };
    const { results } = await importKeys([given], { environment: 'TEST' });
    expect(results).toMatchObject([{ outcome: 'IMPORTED', apiKey: { publicId: token.publicId, environment: 'TEST' } }]);
    expect((await country(text)).codes).toEqual([]);
  });
});

describe('importApiKeys', () => {
  it('judges row by row, and imports nothing twice', async () => {
    const good = row(foreign('good'));
    const keys = [
      good,
      row(foreign('good'), { name: 'again' }),
      { ...good, hash: 'abc' },
      row(foreign('prefix'), { prefix: 'zz_' }),
      row(foreign('rules'), { privileges: ['read:Nothing'] }),
      row(foreign('late'), { expiresAt: '2000-01-01T00:00:00Z' }),
      row(foreign('blank'), { name: ' ' }),
      { ...row(foreign('id')), publicId: 'short' },
    ];
    const { results } = await importKeys(keys);
    expect(results.map(({ outcome, code }: { outcome: string; code: string }) => `${outcome} ${code}`)).toEqual([
      'IMPORTED null',
      'DUPLICATE null',
      'INVALID BAD_USER_INPUT',
      'INVALID BAD_USER_INPUT',
      'INVALID PRIVILEGE_INVALID',
      'INVALID VALIDITY_OUT_OF_BOUNDS',
      'INVALID BAD_USER_INPUT',
      'INVALID BAD_USER_INPUT',
    ]);
    expect(results[1].apiKey.id).toBe(results[0].apiKey.id);
    expect(results[3].reason).toContain('sk_live_, acme.');
    const again = await importKeys(keys.slice(0, 1));
    expect(again.results).toMatchObject([{ outcome: 'DUPLICATE', apiKey: { id: results[0].apiKey.id } }]);
  });

  it('makes no stronger keys than the calling key can grant', async () => {
    const { key } = await test.createKey(['*'], {
      type: 'MANAGEMENT',
      grantable: ['read:Query', 'read:Country'],
      applicationId,
      plan: 'ENTERPRISE',
    });
    const { results } = await importKeys(
      [row(foreign('weak')), row(foreign('strong'), { privileges: ['read:City'] })],
      {},
      key,
    );
    expect(results).toMatchObject([{ outcome: 'IMPORTED' }, { outcome: 'INVALID', code: 'PRIVILEGE_ESCALATION' }]);
  });

  it('costs a point for each key beside what it costs anyway', async () => {
    const priceOf = async (count: number) => {
      const keys = Array.from({ length: count }, (_, index) => ({ hash: sha256(`priced ${index}`), name: 'k' }));
      const { body } = await test.management(
        test.adminKey,
        'mutation ($input: ImportApiKeysInput!) { importApiKeys(input: $input) { __typename } }',
        { input: { applicationId, privileges: ['read:Query'], keys } },
        { headers: { 'GraphQL-Cost': 'validate' } },
      );
      return body.extensions.cost.requestedQueryCost;
    };
    expect((await priceOf(800)) - (await priceOf(1))).toBe(799);
  });

  it('takes a thousand keys, in one call and in a few statements', async () => {
    test.clock.advance(600_000);
    const keys = Array.from({ length: 1000 }, (_, index) => ({ hash: sha256(`many ${index}`), name: `k${index}` }));
    const input = { applicationId, privileges: ['read:Query'], keys: keys.map((one) => ({ ...one, prefix: 'acme.' })) };
    const before = database.statements;
    const selection = 'mutation ($input: ImportApiKeysInput!) { importApiKeys(input: $input) { results { outcome } } }';
    const { codes } = await test.management(test.adminKey, selection, {
      input: { ...input, keys: [...input.keys, keys[0]] },
    });
    expect(codes).toEqual(['BAD_USER_INPUT']);
    const { body } = await test.management(test.adminKey, selection, { input });
    expect(new Set(body.data?.importApiKeys.results.map(({ outcome }: { outcome: string }) => outcome))).toEqual(
      new Set(['IMPORTED']),
    );
    expect(database.statements - before).toBeLessThan(120);
  });
});
