import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../../src/administration/api-keys/create-api-key.ts';
import { type UpdateApiKeyInput, updateApiKey } from '../../src/administration/api-keys/update-api-key.ts';
import { createApplication } from '../../src/administration/applications/create-application.ts';
import { updateApplication } from '../../src/administration/applications/update-application.ts';
import { etagOf } from '../../src/administration/etag.ts';
import { disableApiKey } from '../../src/administration/lifecycle/disable-api-key.ts';
import { enableApiKey } from '../../src/administration/lifecycle/enable-api-key.ts';
import { revokeApiKey } from '../../src/administration/lifecycle/revoke-api-key.ts';
import { verifyAudit } from '../../src/audit/verify-audit.ts';
import type { Database } from '../../src/db/database.ts';
import { apiKey, auditEvent } from '../../src/db/schema/index.ts';
import type { ApiKeyDetails } from '../../src/keys/store/api-key-details.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { day, openWorld, outcome, type World } from './support.ts';

let database: Database;
let world: World;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openWorld(database);
});
afterAll(async () => {
  const verdict = await verifyAudit(database.queries);
  await world.resolver.close();
  await database.close();
  expect(verdict.kind).toBe('INTACT');
});

const nobody = '00000000-0000-7000-8000-000000000000';

describe('creating a key', () => {
  test('gives a key that works at once, and whose text is stored nowhere', async () => {
    const { apiKey: made, key } = await world.key({ note: 'for the map' });
    const resolution = await world.resolver.resolve(key ?? '');
    expect(resolution).toMatchObject({ kind: 'ACTIVE', key: { id: made.id, privileges: ['read:City'] } });
    const secret = key?.split('_').at(-1) ?? '';
    expect(secret).toHaveLength(38);
    for (const table of ['api_key', 'api_key_secret', 'audit_event', 'idempotency', 'instance_setting']) {
      const rows = await database.queries.execute(`SELECT to_jsonb(t)::text AS row FROM ${table} t`);
      expect(JSON.stringify(rows)).not.toContain(secret.slice(0, 32));
    }
  });

  test('makes a key work that was asked for before it existed', async () => {
    const { apiKey: made, key = '' } = await world.key({});
    await database.queries.delete(apiKey).where(eq(apiKey.id, made.id));
    world.services.keyChanges.committed({ epoch: 0, keys: 'ALL', applications: [] });
    expect((await world.resolver.resolve(key)).kind).toBe('UNKNOWN');
    const { key: next = '' } = await world.key({});
    expect((await world.resolver.resolve(next)).kind).toBe('ACTIVE');
  });

  test('with one idempotency key makes one key of a hundred parallel calls', async () => {
    const application = await world.application();
    const input = {
      applicationId: application.id,
      name: 'Once',
      type: 'API',
      environment: 'LIVE',
      privileges: ['read:City'],
      idempotencyKey: 'order-1',
    } as const;
    const create = (changes = {}) => createApiKey(world.services, world.root, { ...input, ...changes });
    const results = await Promise.all(Array.from({ length: 100 }, () => create()));
    expect(new Set(results.map((result) => result.apiKey.id)).size).toBe(1);
    expect(results.filter(({ key }) => key !== undefined)).toHaveLength(1);
    expect(await outcome(create({ name: 'Other' }))).toBe('IDEMPOTENCY_KEY_REUSED');
    const other = await world.key({ type: 'MANAGEMENT', privileges: ['*'], grantable: ['*'], applicationScope: 'ALL' });
    const byOther = await createApiKey(world.services, world.as(other.apiKey), { ...input });
    expect(byOther.key).toBeDefined();
    world.clock.advance(day);
    expect((await create()).key).toBeDefined();
  });

  test('takes the default validity, and refuses what is out of bounds', async () => {
    const now = world.clock.now();
    const expiry = async (expiresAt: number | null, notBefore?: number) =>
      outcome(world.key({ expiresAt, ...(notBefore !== undefined && { notBefore }) }));
    expect((await world.key({})).apiKey.expiresAt).toBe(now + 90 * day);
    expect(await expiry(now + 366 * day)).toBe('DONE');
    expect(await expiry(now + 366 * day + 1)).toBe('VALIDITY_OUT_OF_BOUNDS');
    expect(await expiry(now)).toBe('VALIDITY_OUT_OF_BOUNDS');
    expect(await expiry(null)).toBe('VALIDITY_OUT_OF_BOUNDS');
    expect(await expiry(now + day, now + day)).toBe('VALIDITY_OUT_OF_BOUNDS');
    expect(await expiry(now + day, now + day - 1)).toBe('DONE');
    const unbounded = { ...world.services, validity: { defaultMs: day, maxMs: undefined } };
    const application = await world.application();
    const forever = await createApiKey(unbounded, world.root, {
      applicationId: application.id,
      name: 'For ever',
      type: 'API',
      environment: 'LIVE',
      privileges: [],
      expiresAt: null,
    });
    expect(forever.apiKey.expiresAt).toBeUndefined();
  });

  test.each<[string, Parameters<World['key']>[0]]>([
    ['a blank name', { name: ' ' }],
    ['a name of 201 characters', { name: 'n'.repeat(201) }],
    ['a NUL character', { name: 'a\u0000b' }],
    ['half of a surrogate pair', { note: '\ud800' }],
    ['a note that is too long', { note: 'n'.repeat(2001) }],
    ['metadata that are no object', { metadata: [1] }],
    ['metadata that are too large', { metadata: { text: 'n'.repeat(17_000) } }],
    ['an unknown plan', { plan: 'GOLD' }],
    ['a bucket of size zero', { throttle: { maximumAvailable: 0 } }],
    ['an infinite rate', { throttle: { restoreRate: Number.POSITIVE_INFINITY } }],
    ['grantable rules on an API key', { grantable: ['read:City'] }],
    ['scope ALL on an API key', { applicationScope: 'ALL' }],
    ['a blank idempotency key', { idempotencyKey: '' }],
  ])('refuses %s', async (_, input) => {
    expect(await outcome(world.key(input))).toBe('BAD_USER_INPUT');
  });

  test('keeps what it was given', async () => {
    const metadata = JSON.parse('{"b": [1, "zwei", null], "__proto__": {"a": 1}}');
    const given = { note: 'Ünï©ode 🗺', externalId: 'x-1', metadata, plan: 'PRO', throttle: { maximumAvailable: 5 } };
    const { apiKey: made } = await world.key(given);
    expect(made).toMatchObject({ note: given.note, externalId: 'x-1', plan: 'PRO', throttle: { maximumAvailable: 5 } });
    expect(JSON.stringify(made.metadata)).toBe(JSON.stringify(metadata));
  });
});

describe('updating a key', () => {
  test.each<[string, Omit<UpdateApiKeyInput, 'id'>, Partial<ApiKeyDetails>]>([
    ['keeps what is left out', {}, { note: 'before', plan: 'PRO', name: 'A key', privileges: ['read:City'] }],
    ['keeps what is undefined', { note: undefined, plan: undefined }, { note: 'before', plan: 'PRO' }],
    ['clears a note', { note: null }, { note: undefined, plan: 'PRO' }],
    ['clears a plan', { plan: null }, { plan: undefined, note: 'before' }],
    ['clears a throttle', { throttle: null }, { throttle: undefined }],
    ['clears metadata', { metadata: null }, { metadata: undefined }],
    ['clears an external id', { externalId: null }, { externalId: undefined }],
    ['clears a beginning', { notBefore: null }, { notBefore: undefined }],
    ['replaces a note', { note: 'after' }, { note: 'after', plan: 'PRO' }],
    ['replaces a throttle whole', { throttle: { inFlight: 2 } }, { throttle: { inFlight: 2 } }],
    ['replaces all rules', { privileges: ['read:Country'] }, { privileges: ['read:Country'] }],
    ['replaces all rules by none', { privileges: [] }, { privileges: [] }],
    ['adds rules', { addPrivileges: ['read:Country', 'read:City'] }, { privileges: ['read:City', 'read:Country'] }],
    ['removes rules', { removePrivileges: ['read:City', 'read:Country'] }, { privileges: [] }],
    [
      'adds and removes rules',
      { addPrivileges: ['read:Country'], removePrivileges: ['read:City'] },
      { privileges: ['read:Country'] },
    ],
  ])('%s', async (_, changes, expected) => {
    const { apiKey: before } = await world.key({
      note: 'before',
      plan: 'PRO',
      externalId: 'x',
      metadata: { a: 1 },
      throttle: { maximumAvailable: 5 },
      notBefore: world.clock.now() - 1,
    });
    const after = await updateApiKey(world.services, world.root, { id: before.id, ...changes });
    for (const [name, value] of Object.entries(expected)) expect(after, name).toHaveProperty(name, value);
    expect(after.version - before.version).toBe(
      JSON.stringify({ ...after, version: 0 }) === JSON.stringify({ ...before, version: 0 }) ? 0 : 1,
    );
  });

  test.each<[string, Omit<UpdateApiKeyInput, 'id'>, string]>([
    ['a name that is cleared', { name: null }, 'BAD_USER_INPUT'],
    ['rules that are cleared', { privileges: null }, 'BAD_USER_INPUT'],
    ['two ways to change rules', { privileges: [], addPrivileges: ['read:City'] }, 'BAD_USER_INPUT'],
    ['grantable rules of an API key', { grantable: ['read:City'] }, 'BAD_USER_INPUT'],
    ['an expiry that is cleared', { expiresAt: null }, 'VALIDITY_OUT_OF_BOUNDS'],
    ['an expiry in the past', { expiresAt: 0 }, 'VALIDITY_OUT_OF_BOUNDS'],
    ['a stale etag', { etag: 'stale', note: 'after' }, 'ETAG_MISMATCH'],
  ])('refuses %s', async (_, changes, code) => {
    const { apiKey: before } = await world.key({});
    expect(await outcome(updateApiKey(world.services, world.root, { id: before.id, ...changes }))).toBe(code);
    const [row] = await database.queries.select().from(apiKey).where(eq(apiKey.id, before.id));
    expect(row?.version).toBe(before.version);
  });

  test('reaches the requests of the key at once, and forbids a second update with the same etag', async () => {
    const { apiKey: before, key = '' } = await world.key({});
    await world.resolver.resolve(key);
    const change = { id: before.id, etag: etagOf(before), privileges: ['read:Country'] };
    await updateApiKey(world.services, world.root, change);
    expect(await world.resolver.resolve(key)).toMatchObject({ key: { privileges: ['read:Country'] } });
    expect(await outcome(updateApiKey(world.services, world.root, { ...change, privileges: [] }))).toBe(
      'ETAG_MISMATCH',
    );
  });

  test('extends a key that has expired, and leaves an old expiry alone', async () => {
    const { apiKey: made, key = '' } = await world.key({ expiresAt: world.clock.now() + 1000 });
    world.clock.advance(1000);
    expect((await world.resolver.resolve(key)).kind).toBe('EXPIRED');
    expect(await outcome(updateApiKey(world.services, world.root, { id: made.id, note: 'late' }))).toBe('DONE');
    await updateApiKey(world.services, world.root, { id: made.id, expiresAt: world.clock.now() + 1000 });
    expect((await world.resolver.resolve(key)).kind).toBe('ACTIVE');
  });
});

describe('ending a key', () => {
  test('disables and enables it, at once and as often as one likes', async () => {
    const { apiKey: made, key = '' } = await world.key({});
    const disable = () => disableApiKey(world.services, world.root, { id: made.id, reason: 'lost' });
    const { disabledAt } = (await disable()).apiKey;
    expect(await world.resolver.resolve(key)).toMatchObject({ kind: 'DISABLED', at: disabledAt });
    world.clock.advance(5);
    expect((await disable()).apiKey.disabledAt).toBe(disabledAt);
    await enableApiKey(world.services, world.root, { id: made.id });
    expect((await world.resolver.resolve(key)).kind).toBe('ACTIVE');
    expect(await outcome(enableApiKey(world.services, world.root, { id: made.id }))).toBe('DONE');
  });

  test('revokes it for good, with a receipt', async () => {
    const { apiKey: made, key = '' } = await world.key({});
    expect((await world.resolver.resolve(key)).kind).toBe('ACTIVE');
    const revoke = () => revokeApiKey(world.services, world.root, { id: made.id, descendants: 'KEEP' });
    const { receipt, apiKey: revoked, livingDescendants } = await revoke();
    expect(receipt).toEqual({ effectiveAt: world.clock.now(), instancesAcknowledged: 1, instancesTotal: 1 });
    expect(livingDescendants).toBe(0);
    expect(await world.resolver.resolve(key)).toMatchObject({ kind: 'REVOKED', at: revoked.revokedAt });
    expect((await revoke()).apiKey.version).toBe(revoked.version);
    expect(await outcome(updateApiKey(world.services, world.root, { id: made.id, note: 'x' }))).toBe('API_KEY_ENDED');
    expect(await outcome(enableApiKey(world.services, world.root, { id: made.id }))).toBe('API_KEY_ENDED');
    expect(await outcome(disableApiKey(world.services, world.root, { id: made.id }))).toBe('API_KEY_ENDED');
  });

  test('tells of living descendants, and ends them when asked', async () => {
    const strong = { type: 'MANAGEMENT', privileges: ['*'], grantable: ['*'], applicationScope: 'ALL' } as const;
    const parent = await world.key(strong);
    const child = await world.key(strong, world.as(parent.apiKey));
    const grandchild = await world.key({}, world.as(child.apiKey));
    await revokeApiKey(world.services, world.root, { id: child.apiKey.id, descendants: 'KEEP' });
    expect((await world.resolver.resolve(grandchild.key ?? '')).kind).toBe('ACTIVE');
    const kept = await revokeApiKey(world.services, world.root, { id: parent.apiKey.id, descendants: 'KEEP' });
    expect(kept.livingDescendants).toBe(1);
    const ended = await revokeApiKey(world.services, world.root, { id: parent.apiKey.id, descendants: 'REVOKE' });
    expect(ended.livingDescendants).toBe(0);
    expect((await world.resolver.resolve(grandchild.key ?? '')).kind).toBe('REVOKED');
  });

  test('stops the key itself in the middle of its own work', async () => {
    const manager = await world.key({
      type: 'MANAGEMENT',
      privileges: ['*'],
      grantable: ['*'],
      applicationScope: 'ALL',
    });
    const caller = world.as(manager.apiKey);
    await disableApiKey(world.services, caller, { id: manager.apiKey.id });
    expect(await outcome(world.key({}, caller))).toBe('API_KEY_DISABLED');
    await revokeApiKey(world.services, world.root, { id: manager.apiKey.id, descendants: 'KEEP' });
    expect(await outcome(world.key({}, caller))).toBe('API_KEY_REVOKED');
  });
});

describe('applications', () => {
  test('are changed field by field, and their keys obey at once', async () => {
    const { apiKey: made, key = '' } = await world.key({});
    await world.resolver.resolve(key);
    const id = made.application.id;
    const changed = await updateApplication(world.services, world.root, { id, plan: 'PRO', note: 'new' });
    expect(changed).toMatchObject({ plan: 'PRO', note: 'new', name: 'Atlas', ownerEmail: 'ada@example.com' });
    expect(await world.resolver.resolve(key)).toMatchObject({ key: { application: { plan: 'PRO' } } });
    expect(await outcome(updateApplication(world.services, world.root, { id, name: null }))).toBe('BAD_USER_INPUT');
    expect(await outcome(updateApplication(world.services, world.root, { id, ownerEmail: 'ada' }))).toBe(
      'BAD_USER_INPUT',
    );
    expect(await outcome(updateApplication(world.services, world.root, { id, etag: 'old' }))).toBe('ETAG_MISMATCH');
    expect(await outcome(updateApplication(world.services, world.root, { id: nobody, note: 'x' }))).toBe('NOT_FOUND');
  });

  test('are made once for one idempotency key', async () => {
    const input = { name: 'Atlas', ownerName: 'Ada', ownerEmail: 'ada@example.com', idempotencyKey: 'app-1' };
    const [first, second] = await Promise.all([
      createApplication(world.services, world.root, { ...input }),
      createApplication(world.services, world.root, { ...input }),
    ]);
    expect(first.id).toBe(second.id);
  });
});

describe('a management key of one application', () => {
  test('sees and changes nothing of another', async () => {
    const mine = await world.application();
    const manager = await world.key({
      applicationId: mine.id,
      type: 'MANAGEMENT',
      privileges: ['*'],
      grantable: ['*'],
    });
    const caller = world.as(manager.apiKey);
    const { apiKey: theirs } = await world.key({});
    const id = theirs.id;
    const { services } = world;
    const refusals = await Promise.all([
      outcome(createApiKey(services, caller, { ...theirs, applicationId: theirs.application.id })),
      outcome(updateApiKey(services, caller, { id, note: 'x' })),
      outcome(disableApiKey(services, caller, { id })),
      outcome(enableApiKey(services, caller, { id })),
      outcome(revokeApiKey(services, caller, { id, descendants: 'REVOKE' })),
      outcome(updateApplication(services, caller, { id: theirs.application.id, note: 'x' })),
      outcome(updateApiKey(services, caller, { id: nobody, note: 'x' })),
    ]);
    expect(new Set(refusals)).toEqual(new Set(['NOT_FOUND']));
    expect(
      await outcome(createApplication(services, caller, { name: 'A', ownerName: 'A', ownerEmail: 'a@example.com' })),
    ).toBe('PRIVILEGE_ESCALATION');
    expect(await outcome(world.key({ applicationId: mine.id }, caller))).toBe('DONE');
  });
});

describe('every change', () => {
  test('has one audit entry with its actor and only what changed', async () => {
    const { apiKey: made } = await world.key({ note: 'before' });
    await updateApiKey(world.services, world.root, { id: made.id, note: 'after', name: 'A key' });
    const entries = await database.queries.select().from(auditEvent).where(eq(auditEvent.targetId, made.id));
    expect(entries.map(({ action }) => action)).toEqual(['api_key.created', 'api_key.updated']);
    expect(entries[1]).toMatchObject({
      actorKeyId: world.root.key.id,
      actorAddress: '192.0.2.1',
      requestId: 'test-request',
      before: { note: 'before' },
      after: { note: 'after' },
    });
  });

  test('is not there at all when it fails on the way', async () => {
    const before = await verifyAudit(database.queries);
    const failing = {
      ...world.services,
      database: { ...database, notify: () => Promise.reject(new Error('the channel is gone')) },
    };
    const application = await world.application();
    const count = await database.queries.$count(apiKey);
    await expect(
      createApiKey(failing, world.root, {
        applicationId: application.id,
        name: 'Half',
        type: 'API',
        environment: 'LIVE',
        privileges: [],
      }),
    ).rejects.toThrow('the channel is gone');
    expect(await database.queries.$count(apiKey)).toBe(count);
    const after = await verifyAudit(database.queries);
    expect(before.kind === 'INTACT' && after.kind === 'INTACT' && after.entries - before.entries).toBe(1);
  });
});
