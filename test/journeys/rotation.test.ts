import { generateKeyPairSync } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { compactDecrypt, importPKCS8 } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { auditEvent } from '../../src/db/schema/index.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';
import { openTestDatabase } from '../support/test-database.ts';

let test: TestApp;
let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  test = await openTestApp({ overrides: { database } });
});
afterAll(() => test.close());

const hour = 3_600_000;
const day = 24 * hour;
const whoAmI = '{ viewer { apiKey { id } } }';
const use = async (key: string) => (await test.graphql(key, whoAmI)).codes[0] ?? 'OK';

async function mutate(name: string, input: object, fields: string, key = test.adminKey) {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} } }`;
  const { codes, body } = await test.management(key, document, { input });
  return { codes, payload: body.data?.[name] };
}

const state = 'key apiKey { id publicId expiresAt secrets { status expiresAt activatedAt } }';

async function rotate(id: string, input: object = {}) {
  const { codes, payload } = await mutate('rotateApiKey', { id, ...input }, state);
  expect(codes).toEqual([]);
  return payload as { key: string; apiKey: { id: string; publicId: string; expiresAt: string; secrets: object[] } };
}

async function secretsOf(id: string): Promise<string[]> {
  const { body } = await test.management(
    test.adminKey,
    'query ($id: ID!) { apiKey(id: $id) { secrets { status redacted } } }',
    { id },
  );
  return body.data.apiKey.secrets.map(({ status }: { status: string }) => status);
}

const inAYear = () => ({ expiresAt: new Date(test.clock.now() + 360 * day).toISOString() });

describe('a rotation for a public key', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

  it('answers the new text for the holder of the private key only', async () => {
    const { id } = await test.createKey(['read:Query'], inAYear());
    const { payload } = await mutate('rotateApiKey', { id, publicKey }, 'key encryptedKey');
    expect(payload.key).toBeNull();
    const { plaintext } = await compactDecrypt(payload.encryptedKey, await importPKCS8(privateKey, 'RSA-OAEP-256'));
    const text = new TextDecoder().decode(plaintext);
    expect(await use(text)).toBe('OK');
    expect(test.log.join('\n')).not.toContain(text.slice(-38));
  });

  it('rotates nothing when the public key is none', async () => {
    const { id, key } = await test.createKey(['read:Query'], inAYear());
    const { codes } = await mutate('rotateApiKey', { id, publicKey: 'none', gracePeriod: 'PT0S' }, 'key');
    expect(codes).toEqual(['BAD_USER_INPUT']);
    expect(await use(key)).toBe('OK');
  });
});

describe('a rotation that takes over at once', () => {
  it('gives the same key another secret, and the old one a day', async () => {
    const { id, key } = await test.createKey(['read:Query'], inAYear());
    const rotated = await rotate(id);
    expect(rotated.apiKey.id).toBe(id);
    expect(rotated.key.split('_')[2]).toBe(key.split('_')[2]);
    expect(rotated.key).not.toBe(key);
    expect([await use(rotated.key), await use(key)]).toEqual(['OK', 'OK']);
    expect(await secretsOf(id)).toEqual(['ACTIVE', 'RETIRING']);
    test.clock.advance(day - 1);
    expect(await use(key)).toBe('OK');
    test.clock.advance(1);
    expect([await use(rotated.key), await use(key)]).toEqual(['OK', 'API_KEY_EXPIRED']);
    expect(await secretsOf(id)).toEqual(['ACTIVE', 'EXPIRED']);
  });

  it('warns whoever uses the old one', async () => {
    const { id, key } = await test.createKey(['read:Query'], inAYear());
    const rotated = await rotate(id, { gracePeriod: 'PT2H' });
    const { apiKey } = (await test.graphql(key, whoAmI)).body.extensions;
    expect(apiKey.expiresAt).toBe(new Date(test.clock.now() + 2 * hour).toISOString());
    expect(apiKey.warning).toContain('rotated');
    expect((await test.graphql(rotated.key, whoAmI)).body.extensions.apiKey).toBeUndefined();
    expect((await test.graphql(key, '{ nonsense }')).body.extensions.apiKey).toEqual(apiKey);
  });

  it('can leave the old one no time', async () => {
    const { id, key } = await test.createKey(['read:Query'], inAYear());
    const rotated = await rotate(id, { gracePeriod: 'PT0S' });
    expect([await use(rotated.key), await use(key)]).toEqual(['OK', 'API_KEY_EXPIRED']);
  });

  it('leaves two secrets alive, however often it is done', async () => {
    const { id, key } = await test.createKey(['read:Query'], inAYear());
    const second = await rotate(id);
    const third = await rotate(id);
    expect([await use(third.key), await use(second.key), await use(key)]).toEqual(['OK', 'OK', 'API_KEY_EXPIRED']);
    for (let round = 0; round < 12; round++) {
      await rotate(id);
      test.clock.advance(1);
    }
    const secrets = await secretsOf(id);
    expect(secrets.slice(0, 2)).toEqual(['ACTIVE', 'RETIRING']);
    expect(secrets).toHaveLength(10);
    expect(new Set(secrets.slice(2))).toEqual(new Set(['EXPIRED']));
  });

  it('never moves the end of the key', async () => {
    const expiresAt = new Date(test.clock.now() + 2 * day).toISOString();
    const { id, key } = await test.createKey(['read:Query'], { expiresAt });
    const rotated = await rotate(id, { gracePeriod: 'P7D' });
    expect(rotated.apiKey.expiresAt).toBe(expiresAt);
    test.clock.advance(2 * day);
    expect([await use(rotated.key), await use(key)]).toEqual(['API_KEY_EXPIRED', 'API_KEY_EXPIRED']);
    const { codes } = await mutate('rotateApiKey', { id }, 'key');
    expect(codes).toEqual(['ROTATION_NOT_ALLOWED']);
  });

  it('is done once for one idempotency key, and a lost answer is replaced by another rotation', async () => {
    const { id } = await test.createKey(['read:Query'], inAYear());
    const input = { idempotencyKey: `rotate-${id}` };
    const answers = await Promise.all(Array.from({ length: 20 }, () => rotate(id, input)));
    expect(answers.filter(({ key }) => key !== null)).toHaveLength(1);
    expect(await secretsOf(id)).toEqual(['ACTIVE', 'RETIRING']);
    expect(await use((await rotate(id)).key)).toBe('OK');
    const other = await mutate('rotateApiKey', { id, ...input, gracePeriod: 'PT1H' }, 'key');
    expect(other.codes).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  });
});

describe('a rotation that takes over at the first use', () => {
  it('leaves the old secret as it is until then, and starts its grace then', async () => {
    const { id, key } = await test.createKey(['read:Query'], inAYear());
    const rotated = await rotate(id, { activation: 'FIRST_USE', gracePeriod: 'PT1H', deadline: 'P3D' });
    expect(await secretsOf(id)).toEqual(['PENDING', 'ACTIVE']);
    test.clock.advance(2 * day);
    expect((await test.graphql(key, whoAmI)).body.extensions.apiKey).toBeUndefined();
    expect(await secretsOf(id)).toEqual(['PENDING', 'ACTIVE']);
    expect(await use(rotated.key)).toBe('OK');
    expect(await secretsOf(id)).toEqual(['ACTIVE', 'RETIRING']);
    test.clock.advance(hour - 1);
    expect(await use(key)).toBe('OK');
    test.clock.advance(1);
    expect([await use(rotated.key), await use(key)]).toEqual(['OK', 'API_KEY_EXPIRED']);
  });

  it('takes over at its deadline when nobody uses it', async () => {
    const { id, key } = await test.createKey(['read:Query'], inAYear());
    const rotated = await rotate(id, { activation: 'FIRST_USE', gracePeriod: 'PT1H', deadline: 'P1D' });
    test.clock.advance(day);
    expect(await secretsOf(id)).toEqual(['ACTIVE', 'RETIRING']);
    expect((await test.graphql(key, whoAmI)).body.extensions.apiKey.warning).toContain('rotated');
    test.clock.advance(hour);
    expect([await use(rotated.key), await use(key)]).toEqual(['OK', 'API_KEY_EXPIRED']);
    const next = await rotate(id);
    expect(await secretsOf(id)).toEqual(['ACTIVE', 'RETIRING', 'EXPIRED']);
    expect(await use(next.key)).toBe('OK');
  });

  it('happens exactly once under a hundred first uses', async () => {
    const { id } = await test.createKey(['read:Query'], { ...inAYear(), throttle: { inFlight: 200 } });
    const rotated = await rotate(id, { activation: 'FIRST_USE', gracePeriod: 'PT1H' });
    const activations = async () => {
      const rows = await database.queries
        .select()
        .from(auditEvent)
        .where(eq(auditEvent.action, 'api_key.secret_activated'));
      return rows.length;
    };
    const before = await activations();
    const answers = await Promise.all(Array.from({ length: 100 }, () => use(rotated.key)));
    expect(new Set(answers)).toEqual(new Set(['OK']));
    expect(await secretsOf(id)).toEqual(['ACTIVE', 'RETIRING']);
    expect(await activations()).toBe(before + 1);
  });

  it('does not happen for a request that is blocked where it comes from', async () => {
    const restrictions = { ios: { allowedBundleIds: ['com.example.map'] } };
    const { id } = await test.createKey(['read:Query'], { ...inAYear(), restrictions });
    const rotated = await rotate(id, { activation: 'FIRST_USE' });
    expect(await use(rotated.key)).toBe('API_KEY_IOS_APP_BLOCKED');
    expect(await secretsOf(id)).toEqual(['PENDING', 'ACTIVE']);
  });

  it('is canceled by a second one, or by hand, until it has happened', async () => {
    const { id, key } = await test.createKey(['read:Query'], inAYear());
    const first = await rotate(id, { activation: 'FIRST_USE', deadline: 'PT1H' });
    const second = await rotate(id, { activation: 'FIRST_USE', deadline: 'PT1H' });
    expect(await use(first.key)).toBe('API_KEY_REVOKED');
    expect(await secretsOf(id)).toEqual(['PENDING', 'ACTIVE', 'REVOKED']);
    const canceled = await mutate('cancelApiKeyRotation', { id }, 'apiKey { secrets { status expiresAt } }');
    expect(canceled.payload.apiKey.secrets[0]).toEqual({ status: 'ACTIVE', expiresAt: null });
    test.clock.advance(30 * day);
    expect([await use(second.key), await use(key)]).toEqual(['API_KEY_REVOKED', 'OK']);
    const again = await mutate('cancelApiKeyRotation', { id }, 'apiKey { id }');
    expect(again.codes).toEqual(['ROTATION_NOT_ALLOWED']);
  });
});

describe('a management key', () => {
  it('rotates itself, and its former secret does nothing but end it', async () => {
    const made = await test.createKey(['*'], { type: 'MANAGEMENT', grantable: ['*'], ...inAYear() });
    const other = await test.createKey(['read:Query'], inAYear());
    const { payload, codes } = await mutate('rotateApiKey', { id: made.id }, 'key', made.key);
    expect(codes).toEqual([]);
    const ask = async (key: string, document: string, id = made.id) =>
      (await test.management(key, document, document.includes('$id') ? { id } : {})).codes;
    expect(await ask(payload.key, '{ viewer { apiKey { id } } }')).toEqual([]);
    expect(await ask(made.key, '{ viewer { apiKey { id } } }')).toEqual(['API_KEY_SERVICE_BLOCKED']);
    const rotateAgain = 'mutation ($id: ID!) { rotateApiKey(input: { id: $id }) { key } }';
    expect(await ask(made.key, rotateAgain)).toEqual(['API_KEY_SERVICE_BLOCKED']);
    const sdl = await test.fetch('/admin/schema.graphql', { headers: { Authorization: `Bearer ${made.key}` } });
    expect(sdl.status).toBe(403);
    const disable = 'mutation ($id: ID!) { disableApiKey(input: { id: $id }) { apiKey { status } } }';
    expect(await ask(made.key, disable, other.id)).toEqual(['API_KEY_SERVICE_BLOCKED']);
    expect(await ask(made.key, disable)).toEqual([]);
    expect(await ask(payload.key, '{ viewer { apiKey { id } } }')).toEqual(['API_KEY_DISABLED']);
  });
});

describe('a rotation is refused', () => {
  it.each([
    [{ gracePeriod: 'P8D' }, 'BAD_USER_INPUT'],
    [{ gracePeriod: '-PT1S' }, 'BAD_USER_INPUT'],
    [{ deadline: 'PT1H' }, 'BAD_USER_INPUT'],
    [{ activation: 'FIRST_USE', deadline: 'PT0S' }, 'BAD_USER_INPUT'],
    [{ activation: 'FIRST_USE', deadline: 'P8D' }, 'BAD_USER_INPUT'],
    [{ etag: 'stale' }, 'ETAG_MISMATCH'],
    [{ id: 'nonsense' }, 'BAD_USER_INPUT'],
  ])('for %j', async (input, code) => {
    const { id, key } = await test.createKey(['read:Query'], inAYear());
    expect((await mutate('rotateApiKey', { id, ...input }, 'key')).codes).toEqual([code]);
    expect(await use(key)).toBe('OK');
    expect(await secretsOf(id)).toEqual(['ACTIVE']);
  });

  it.each(['revokeApiKey', 'deleteApiKey'])('after %s', async (name) => {
    const { id } = await test.createKey(['read:Query'], inAYear());
    await mutate(name, { id }, 'apiKey { id }');
    expect((await mutate('rotateApiKey', { id }, 'key')).codes).toEqual(['ROTATION_NOT_ALLOWED']);
    expect((await mutate('cancelApiKeyRotation', { id }, 'apiKey { id }')).codes).toEqual(['API_KEY_ENDED']);
  });

  it.each(['rotateApiKey', 'cancelApiKeyRotation'])('%s to whoever may not', async (name) => {
    const { id } = await test.createKey(['read:Query'], inAYear());
    const document = `mutation ($id: ID!) { ${name}(input: { id: $id }) { __typename } }`;
    const as = async (key: string | undefined) => (await test.management(key, document, { id })).codes;
    expect(await as(undefined)).toEqual(['CREDENTIALS_MISSING']);
    expect(await as(test.demoKey)).toEqual(['API_KEY_SERVICE_BLOCKED']);
    const reader = await test.createKey(['read:*'], { type: 'MANAGEMENT' });
    expect(await as(reader.key)).toEqual(['FORBIDDEN']);
    if (name === 'rotateApiKey') {
      const weak = await test.createKey(['*:*'], { type: 'MANAGEMENT', grantable: ['read:City'] });
      expect(await as(weak.key)).toEqual(['PRIVILEGE_ESCALATION']);
    }
    const application = await mutate(
      'createApplication',
      { name: 'Other', ownerName: 'Bob', ownerEmail: 'bob@example.com' },
      'application { id }',
    );
    const theirs = { applicationId: application.payload.application.id, name: 'x', type: 'MANAGEMENT' };
    const outsider = await mutate('createApiKey', { ...theirs, privileges: ['*'], grantable: ['*'] }, 'key');
    expect(await as(outsider.payload.key)).toEqual(['NOT_FOUND']);
  });
});

it('warns within 14 days of the end of a key', async () => {
  const expiresAt = new Date(test.clock.now() + 15 * day).toISOString();
  const { key } = await test.createKey(['read:Query'], { expiresAt });
  const warned = async () => (await test.graphql(key, whoAmI)).body.extensions.apiKey;
  expect(await warned()).toBeUndefined();
  test.clock.advance(day);
  expect(await warned()).toEqual({ expiresAt, warning: expect.stringContaining('expires soon') });
});

it('shows no secret anywhere', async () => {
  const { id, key } = await test.createKey(['read:Query'], inAYear());
  const rotated = await rotate(id);
  const { body } = await test.management(
    test.adminKey,
    'query ($id: ID!) { apiKey(id: $id) { secrets { id redacted status createdAt lastUsedAt } } }',
    { id },
  );
  for (const text of [key, rotated.key]) {
    expect(JSON.stringify(body)).not.toContain(text.slice(-38, -6));
    expect(test.log.join('')).not.toContain(text.slice(-38, -6));
  }
});
