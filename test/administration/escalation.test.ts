import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CreateApiKeyInput } from '../../src/administration/api-keys/api-key-input.ts';
import { createApiKey } from '../../src/administration/api-keys/create-api-key.ts';
import { type UpdateApiKeyInput, updateApiKey } from '../../src/administration/api-keys/update-api-key.ts';
import { deleteApiKey } from '../../src/administration/lifecycle/delete-api-key.ts';
import { disableApiKey } from '../../src/administration/lifecycle/disable-api-key.ts';
import { enableApiKey } from '../../src/administration/lifecycle/enable-api-key.ts';
import { revokeApiKey } from '../../src/administration/lifecycle/revoke-api-key.ts';
import { undeleteApiKey } from '../../src/administration/lifecycle/undelete-api-key.ts';
import { type CreateRoleInput, createRole } from '../../src/administration/roles/create-role.ts';
import { deleteRole } from '../../src/administration/roles/delete-role.ts';
import { type UpdateRoleInput, updateRole } from '../../src/administration/roles/update-role.ts';
import { rotateApiKey } from '../../src/administration/rotation/rotate-api-key.ts';
import type { Caller } from '../../src/administration/services.ts';
import type { Database } from '../../src/db/database.ts';
import type { ApiKeyDetails } from '../../src/keys/store/api-key-details.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { openWorld, outcome, type World } from './support.ts';

/**
 * No key mints a stronger one: every door through which rules come to a key, tried by a manager of all applications who
 * may give out `read:City` without `population`, and whose own rules say nothing of applications.
 */
let database: Database;
let world: World;
let weak: Caller;
let applicationId: string;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openWorld(database);
  const manager = await world.key({
    type: 'MANAGEMENT',
    privileges: ['*:Mutation', '*:ApiKey', '*:Role', '!update:ApiKey.metadata'],
    grantable: ['read:City', '!read:City.population'],
    applicationScope: 'ALL',
  });
  weak = world.as(manager.apiKey);
  applicationId = manager.apiKey.application.id;
});
afterAll(async () => {
  await world.resolver.close();
  await database.close();
});

const within = ['read:City', '!read:City.population'];
const beyond = ['read:City', 'read:Country'];
const management = ['read:ApiKey.name'];
const managementBeyond = ['read:Application'];

let made = 0;
const roleOf = (caller: Caller, privileges: readonly string[], changes: Partial<CreateRoleInput> = {}) =>
  createRole(world.services, caller, { name: `Role ${++made}`, type: 'API', privileges, ...changes });
const keyOf = async (caller: Caller, changes: Partial<CreateApiKeyInput>): Promise<ApiKeyDetails> => {
  const defaults = { applicationId, name: 'A key', type: 'API', environment: 'LIVE', privileges: within } as const;
  return (await createApiKey(world.services, caller, { ...defaults, ...changes })).apiKey;
};
const change = (id: string, changes: Partial<UpdateApiKeyInput>) =>
  updateApiKey(world.services, weak, { id, ...changes });
const changeRole = (id: string, changes: Partial<UpdateRoleInput>) =>
  updateRole(world.services, weak, { id, ...changes });

/** Things that the first key made, which may be stronger than the manager. */
const strongKey = (changes: Partial<CreateApiKeyInput> = {}) => keyOf(world.root, { privileges: beyond, ...changes });
const strongRole = (privileges = beyond) => roleOf(world.root, privileges);
const manager = { type: 'MANAGEMENT', privileges: [], grantable: null } as const;

const doors: readonly [string, () => Promise<unknown>][] = [
  ['create: own rules', () => keyOf(weak, { privileges: beyond })],
  ['create: a rule without the denial that it is bound to', () => keyOf(weak, { privileges: ['read:City'] })],
  ['create: a stronger role', async () => keyOf(weak, { roleIds: [(await strongRole()).id] })],
  [
    'create: two roles that are too much together only',
    async () => {
      const denying = await strongRole(['!read:City.population', 'read:Country']);
      return keyOf(weak, { privileges: [], roleIds: [denying.id, (await strongRole(['read:City'])).id] });
    },
  ],
  ['create: management rules', () => keyOf(weak, { ...manager, privileges: managementBeyond })],
  [
    'create: management rules through a role',
    async () =>
      keyOf(weak, { ...manager, roleIds: [(await roleOf(world.root, managementBeyond, { type: 'MANAGEMENT' })).id] }),
  ],
  ['create: grantable', () => keyOf(weak, { ...manager, grantable: beyond })],
  ['update: privileges', async () => change((await keyOf(weak, {})).id, { privileges: beyond })],
  ['update: addPrivileges', async () => change((await keyOf(weak, {})).id, { addPrivileges: ['read:Country'] })],
  [
    'update: removePrivileges of a denial',
    async () => change((await keyOf(weak, {})).id, { removePrivileges: ['!read:City.population'] }),
  ],
  ['update: roleIds', async () => change((await keyOf(weak, {})).id, { roleIds: [(await strongRole()).id] })],
  [
    'update: roleIds without the role that denies',
    async () => {
      const denying = await strongRole(['!read:City.population']);
      return change((await keyOf(weak, { privileges: ['read:City'], roleIds: [denying.id] })).id, { roleIds: null });
    },
  ],
  ['update: anything of a stronger key', async () => change((await strongKey()).id, { note: 'x' })],
  [
    'update: anything of a key that is stronger through a role',
    async () => change((await strongKey({ privileges: [], roleIds: [(await strongRole()).id] })).id, { note: 'x' }),
  ],
  ['update: its own rules', () => change(weak.key.id, { addPrivileges: managementBeyond })],
  ['update: the denial in its own rules', () => change(weak.key.id, { removePrivileges: ['!update:ApiKey.metadata'] })],
  ['update: its own grantable', () => change(weak.key.id, { grantable: ['read:City'] })],
  [
    'update: its own roles',
    async () =>
      change(weak.key.id, { roleIds: [(await roleOf(world.root, managementBeyond, { type: 'MANAGEMENT' })).id] }),
  ],
  ['createRole: rules', () => roleOf(weak, beyond)],
  ['createRole: management rules', () => roleOf(weak, managementBeyond, { type: 'MANAGEMENT' })],
  ['updateRole: privileges', async () => changeRole((await roleOf(weak, within)).id, { privileges: beyond })],
  [
    'updateRole: addPrivileges',
    async () => changeRole((await roleOf(weak, within)).id, { addPrivileges: ['read:Country'] }),
  ],
  [
    'updateRole: removePrivileges of a denial',
    async () => changeRole((await roleOf(weak, within)).id, { removePrivileges: ['!read:City.population'] }),
  ],
  ['updateRole: the name of a stronger role', async () => changeRole((await strongRole()).id, { name: 'Mine' })],
  [
    'updateRole: a denial of a stronger key',
    async () => {
      const denying = await roleOf(weak, ['!read:Country']);
      await strongKey({ roleIds: [denying.id] });
      return changeRole(denying.id, { privileges: [] });
    },
  ],
  [
    'updateRole: a rule for a stronger key',
    async () => {
      const empty = await roleOf(weak, []);
      await strongKey({ roleIds: [empty.id] });
      return changeRole(empty.id, { privileges: ['read:City.name'] });
    },
  ],
  [
    'deleteRole: one that denies something to a stronger key',
    async () => {
      const denying = await roleOf(weak, ['!read:Country']);
      await strongKey({ roleIds: [denying.id] });
      return deleteRole(world.services, weak, { id: denying.id });
    },
  ],
  [
    'enable: a stronger key',
    async () => {
      const { id } = await strongKey();
      await disableApiKey(world.services, weak, { id });
      return enableApiKey(world.services, weak, { id });
    },
  ],
  [
    'enable: a key that is stronger through a role',
    async () => {
      const { id } = await strongKey({ privileges: [], roleIds: [(await strongRole()).id] });
      await disableApiKey(world.services, weak, { id });
      return enableApiKey(world.services, weak, { id });
    },
  ],
  [
    'rotate: a key that is stronger through a role',
    async () => {
      const { id } = await strongKey({ privileges: [], roleIds: [(await strongRole()).id] });
      return rotateApiKey(world.services, weak, { id, gracePeriodMs: 0, activation: 'IMMEDIATE' });
    },
  ],
  [
    'undelete: a key that is stronger through a role',
    async () => {
      const { id } = await strongKey({ privileges: [], roleIds: [(await strongRole()).id] });
      await deleteApiKey(world.services, weak, { id });
      return undeleteApiKey(world.services, weak, { id, keepSecret: true });
    },
  ],
];

test.each(doors)('%s', async (_, door) => {
  expect(await outcome(door())).toBe('PRIVILEGE_ESCALATION');
});

const allowed: readonly [string, () => Promise<unknown>][] = [
  ['keys within what it can grant', () => keyOf(weak, {})],
  [
    'roles that are within it with the own rules',
    async () => keyOf(weak, { privileges: ['!read:City.population'], roleIds: [(await strongRole(['read:City'])).id] }),
  ],
  ['management keys within its own', () => keyOf(weak, { ...manager, privileges: management, grantable: within })],
  ['its own note', () => change(weak.key.id, { note: 'mine' })],
  ['roles within what it can grant', async () => changeRole((await roleOf(weak, within)).id, { privileges: [] })],
  [
    'less for a stronger key, through its role',
    async () => {
      const shared = await roleOf(weak, ['read:City.name']);
      await strongKey({ roleIds: [shared.id] });
      return changeRole(shared.id, { privileges: ['!read:Country'] });
    },
  ],
  [
    'the end of a role that only allows, on stronger keys too',
    async () => {
      const shared = await strongRole();
      await strongKey({ roleIds: [shared.id] });
      return deleteRole(world.services, weak, { id: shared.id });
    },
  ],
  [
    'a role of a key that was revoked',
    async () => {
      const denying = await roleOf(weak, ['!read:Country']);
      const { id } = await strongKey({ roleIds: [denying.id] });
      await revokeApiKey(world.services, weak, { id, descendants: 'KEEP' });
      return changeRole(denying.id, { privileges: [] });
    },
  ],
];

test.each(allowed)('may change: %s', async (_, act) => {
  expect(await outcome(act())).toBe('DONE');
});

describe('roles', () => {
  test('are beyond a key of one application', async () => {
    const own = await world.key({ applicationId, type: 'MANAGEMENT', privileges: ['*'], grantable: ['*'] });
    const caller = world.as(own.apiKey);
    const { id } = await strongRole([]);
    expect(await outcome(roleOf(caller, []))).toBe('PRIVILEGE_ESCALATION');
    expect(await outcome(updateRole(world.services, caller, { id, note: 'x' }))).toBe('PRIVILEGE_ESCALATION');
    expect(await outcome(deleteRole(world.services, caller, { id }))).toBe('PRIVILEGE_ESCALATION');
    expect(await outcome(keyOf(caller, { roleIds: [id] }))).toBe('DONE');
  });

  test('are for keys with restrictions too', async () => {
    const restrictions = { server: { allowedIps: ['192.0.2.0/24'] } };
    const rules = { privileges: ['*'], grantable: ['*'], applicationScope: 'ALL', restrictions } as const;
    const caller = world.as(await keyOf(world.root, { ...manager, ...rules }));
    expect(await outcome(roleOf(caller, management, { type: 'MANAGEMENT' }))).toBe('DONE');
  });

  test('that an actor has count among what it may mint, with their denials', async () => {
    const giving = await roleOf(world.root, ['*:Mutation', '*:ApiKey'], { type: 'MANAGEMENT' });
    const denying = await roleOf(world.root, ['!read:ApiKey.note'], { type: 'MANAGEMENT' });
    const made = await keyOf(world.root, { ...manager, roleIds: [giving.id, denying.id] });
    const caller = world.as(made);
    expect(await outcome(keyOf(caller, { ...manager, privileges: ['read:ApiKey.name'] }))).toBe('DONE');
    expect(await outcome(keyOf(caller, { ...manager, privileges: ['read:ApiKey.note'] }))).toBe('PRIVILEGE_ESCALATION');
    const less = updateApiKey(world.services, caller, { id: made.id, roleIds: [giving.id] });
    expect(await outcome(less)).toBe('PRIVILEGE_ESCALATION');
  });

  test('refuse by name of the rules that the actor wrote, and of no others', async () => {
    const shared = await roleOf(weak, ['read:City.name']);
    await strongKey({ roleIds: [shared.id] });
    const refusal = await changeRole(shared.id, { addPrivileges: ['read:Country'] }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ extensions: { rules: ['read:Country'] } });
    const other = await changeRole(shared.id, { addPrivileges: ['read:City.id'] }).catch((error: unknown) => error);
    expect(other).toMatchObject({ extensions: { rules: [] } });
  });
});
