import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CreateApiKeyInput } from '../../src/administration/api-keys/api-key-input.ts';
import { updateApiKey } from '../../src/administration/api-keys/update-api-key.ts';
import { disableApiKey } from '../../src/administration/lifecycle/disable-api-key.ts';
import { enableApiKey } from '../../src/administration/lifecycle/enable-api-key.ts';
import { revokeApiKey } from '../../src/administration/lifecycle/revoke-api-key.ts';
import { excessOver, type KeyStrength } from '../../src/administration/rules/ceiling.ts';
import type { Database } from '../../src/db/database.ts';
import type { ApiKeyRecord } from '../../src/keys/api-key.ts';
import { someKey } from '../keys/support.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { testSchemas } from './schemas.ts';
import { day, openWorld, outcome, useWorld, type World } from './support.ts';

const schemas = testSchemas();

const issuer = (changes: Partial<ApiKeyRecord> = {}): ApiKeyRecord =>
  someKey({
    type: 'MANAGEMENT',
    privileges: ['*:ApiKey', 'write:Mutation.createApiKey'],
    grantable: ['read:*', '!read:City.population', 'write:City.name'],
    expiresAt: 1000,
    ...changes,
  });

const apiKey = (...privileges: string[]): KeyStrength => ({
  type: 'API',
  applicationScope: 'OWN',
  privileges,
  roles: [],
  grantable: undefined,
  expiresAt: undefined,
});

const manager = (changes: Partial<KeyStrength>): KeyStrength => ({
  type: 'MANAGEMENT',
  applicationScope: 'OWN',
  privileges: [],
  roles: [],
  grantable: undefined,
  expiresAt: 1000,
  ...changes,
});

describe('what a key may mint', () => {
  test.each<[string, KeyStrength, readonly string[]]>([
    ['nothing', apiKey(), []],
    ['a rule within its grantable ones', apiKey('read:City.name', 'write:City.name'), []],
    ['a rule of another verb', apiKey('update:City.name'), ['update:City.name']],
    ['a wider rule', apiKey('write:City'), ['write:City']],
    ['a rule that it is denied', apiKey('read:City.population'), ['read:City.population']],
    ['a rule that covers what it is denied', apiKey('read:City'), ['read:City']],
    ['a rule less the same denial', apiKey('read:City', '!read:City.population'), []],
    ['an explicit field by a wildcard', apiKey('read:City.contact'), ['read:City.contact']],
    ['everything', apiKey('*'), ['*']],
    ['an API key that lives longer', { ...apiKey('read:City.name'), expiresAt: 5000 }, []],
    ['management rules within its own', manager({ privileges: ['read:ApiKey.name'] }), []],
    [
      'management rules beyond its own',
      manager({ privileges: ['read:Application', 'read:ApiKey'] }),
      ['read:Application'],
    ],
    ['what it may grant, granted on', manager({ grantable: ['write:City.name'] }), []],
    ['more to grant than it has', manager({ grantable: ['read:City.population'] }), ['read:City.population']],
    ['its own management rules as a grant', manager({ grantable: ['*:ApiKey'] }), ['*:ApiKey']],
    ['a wider scope', manager({ applicationScope: 'ALL' }), ['applicationScope: ALL']],
    ['a longer life', manager({ expiresAt: 1001 }), ['expiresAt']],
    ['a life without an end', manager({ expiresAt: undefined }), ['expiresAt']],
  ])('%s', (_, key, excess) => {
    expect(excessOver(issuer(), key, schemas)).toEqual(excess);
  });

  test('with nothing to grant, only keys that may do nothing', () => {
    const poor = issuer({ grantable: undefined });
    expect(excessOver(poor, apiKey(), schemas)).toEqual([]);
    expect(excessOver(poor, apiKey('read:City.name'), schemas)).toEqual(['read:City.name']);
  });

  test('with the lone star, explicit fields too', () => {
    const rich = issuer({ privileges: ['*'], grantable: ['*'], applicationScope: 'ALL', expiresAt: undefined });
    expect(excessOver(rich, apiKey('*', 'read:City.contact'), schemas)).toEqual([]);
    const all = manager({ privileges: ['*'], grantable: ['*'], applicationScope: 'ALL', expiresAt: undefined });
    expect(excessOver(rich, all, schemas)).toEqual([]);
    expect(excessOver(issuer({ grantable: ['*:*'] }), manager({ grantable: ['*'] }), schemas)).toEqual(['*']);
  });
});

describe('a weaker management key', () => {
  let database: Database;
  let world: World;
  let weak: Awaited<ReturnType<World['key']>>['apiKey'];

  beforeAll(async () => {
    database = await openTestDatabase();
    world = await openWorld(database);
    const made = await world.key({
      type: 'MANAGEMENT',
      privileges: ['*:Mutation', '*:ApiKey'],
      grantable: ['read:City'],
      expiresAt: world.clock.now() + 30 * day,
    });
    weak = made.apiKey;
  });
  afterAll(async () => {
    await world.resolver.close();
    await database.close();
  });

  const own = (input: Partial<CreateApiKeyInput>) =>
    world.key({ applicationId: weak.application.id, ...input }, world.as(weak));

  test('is refused by name of the rules that it wrote', async () => {
    const refusal = await own({ privileges: ['read:City.name', 'read:Country', '!read:City.id'] }).catch(
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({ extensions: { code: 'PRIVILEGE_ESCALATION', rules: ['read:Country'] } });
  });

  test('makes managers that end when it does, and none that live longer', async () => {
    const { apiKey: made } = await own({ type: 'MANAGEMENT', privileges: [] });
    expect(made.expiresAt).toBe(weak.expiresAt);
    const longer = { type: 'MANAGEMENT', privileges: [], expiresAt: world.clock.now() + 31 * day } as const;
    expect(await outcome(own(longer))).toBe('PRIVILEGE_ESCALATION');
  });

  test('cannot make itself stronger', async () => {
    const change = (changes: object) =>
      outcome(updateApiKey(world.services, world.as(weak), { id: weak.id, ...changes }));
    expect(await change({ grantable: ['*'] })).toBe('PRIVILEGE_ESCALATION');
    expect(await change({ addPrivileges: ['*'] })).toBe('PRIVILEGE_ESCALATION');
    expect(await change({ applicationScope: 'ALL' })).toBe('PRIVILEGE_ESCALATION');
    expect(await change({ expiresAt: world.clock.now() + 31 * day })).toBe('PRIVILEGE_ESCALATION');
    expect(await change({ note: 'only a note' })).toBe('DONE');
  });

  test('may stop a stronger key, and neither change nor start it, nor learn what it may do', async () => {
    const strong = await world.key({ applicationId: weak.application.id, privileges: ['read:Country', 'read:City'] });
    const { services } = world;
    const id = strong.apiKey.id;
    const caller = world.as(weak);
    const refusal = await updateApiKey(services, caller, { id, addPrivileges: ['read:City.name'] }).catch(
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({ extensions: { code: 'PRIVILEGE_ESCALATION', rules: [] } });
    expect(await outcome(updateApiKey(services, caller, { id, privileges: ['read:City'] }))).toBe('DONE');
    await updateApiKey(services, world.root, { id, privileges: ['read:Country', '!read:Country.code'] });
    expect(await outcome(updateApiKey(services, caller, { id, removePrivileges: ['!read:Country.code'] }))).toBe(
      'PRIVILEGE_ESCALATION',
    );
    expect(await outcome(disableApiKey(services, caller, { id }))).toBe('DONE');
    expect(await outcome(enableApiKey(services, caller, { id }))).toBe('PRIVILEGE_ESCALATION');
    expect(await outcome(revokeApiKey(services, caller, { id, descendants: 'KEEP' }))).toBe('DONE');
  });

  test('is judged by what it may do now, not by what it could when the request came', async () => {
    const { apiKey: manager } = await world.key({ type: 'MANAGEMENT', privileges: ['*'], grantable: ['*'] });
    await updateApiKey(world.services, world.root, { id: manager.id, grantable: null });
    const late = world.key({ applicationId: manager.application.id }, world.as(manager));
    expect(await outcome(late)).toBe('PRIVILEGE_ESCALATION');
  });
});

describe('rules', () => {
  let world: World;
  useWorld((opened) => {
    ({ world } = opened);
  });

  test.each<[string, Partial<CreateApiKeyInput>, RegExp]>([
    ['no form', { privileges: ['City.name'] }, /verb:Type\.field/],
    ['a misspelt type', { privileges: ['read:Citty'] }, /did you mean "City"/],
    ['a misspelt field', { privileges: ['read:City.nmae'] }, /did you mean "name"/],
    ['a field of the other API', { privileges: ['read:ApiKey'] }, /ApiKey/],
    ['grants of the management API', { type: 'MANAGEMENT', privileges: [], grantable: ['read:ApiKey'] }, /ApiKey/],
  ])('with %s are refused with a hint', async (_, input, message) => {
    const refusal = await world.key(input).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      message: expect.stringMatching(message),
      extensions: { code: 'PRIVILEGE_INVALID' },
    });
  });

  test('are kept in one form, each once', async () => {
    const { apiKey: made } = await world.key({ privileges: ['read:Country.*', 'read:City', 'read:Country'] });
    expect(made.privileges).toEqual(['read:City', 'read:Country']);
    const changed = await updateApiKey(world.services, world.root, { id: made.id, removePrivileges: ['read:City.*'] });
    expect(changed.privileges).toEqual(['read:Country']);
  });
});
