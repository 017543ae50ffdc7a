import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { updateApiKey } from '../../src/administration/api-keys/update-api-key.ts';
import { createRole } from '../../src/administration/roles/create-role.ts';
import { deleteRole } from '../../src/administration/roles/delete-role.ts';
import { updateRole } from '../../src/administration/roles/update-role.ts';
import type { Database } from '../../src/db/database.ts';
import { auditEvent } from '../../src/db/schema/index.ts';
import { effectiveRules } from '../../src/keys/effective-rules.ts';
import { findByPublicId } from '../../src/keys/store/find-by-public-id.ts';
import { findRole } from '../../src/keys/store/role-store.ts';
import { outcome, useWorld, type World } from './support.ts';

const nobody = '00000000-0000-0000-0000-000000000000';

let database: Database;
let world: World;
useWorld((opened) => {
  ({ database, world } = opened);
});

let made = 0;
const role = (privileges: readonly string[], type: 'API' | 'MANAGEMENT' = 'API') =>
  createRole(world.services, world.root, { name: `Role ${++made}`, type, privileges });

/** What the key may do for the next request that carries it. */
async function rulesNow(text: string | undefined): Promise<readonly string[]> {
  const resolution = await world.resolver.resolve(text ?? '');
  if (resolution.kind !== 'ACTIVE') throw new Error(resolution.kind);
  return effectiveRules(resolution.key);
}

describe('a role', () => {
  test('joins the own rules of a key, each rule once', async () => {
    const reader = await role(['read:City', '!read:City.population']);
    world.clock.advance(1);
    const writer = await role(['write:City.name', 'read:City']);
    const { key, apiKey } = await world.key({ privileges: ['read:Country'], roleIds: [writer.id, reader.id] });
    expect(apiKey.privileges).toEqual(['read:Country']);
    expect(apiKey.roles.map(({ id }) => id)).toEqual([reader.id, writer.id]);
    expect(await rulesNow(key)).toEqual(['!read:City.population', 'read:City', 'read:Country', 'write:City.name']);
  });

  test('is read with its key, in one statement', async () => {
    const one = await role(['read:City']);
    const { apiKey } = await world.key({ roleIds: [one.id, (await role([])).id] });
    const before = database.statements;
    const stored = await findByPublicId(database.queries, apiKey.publicId);
    expect(database.statements - before).toBe(1);
    expect(stored?.key.roles).toEqual(apiKey.roles);
    expect(stored?.secrets).toHaveLength(1);
  });

  test('reaches every key that has it with the change, and no other', async () => {
    const shared = await role(['read:City']);
    const first = await world.key({ roleIds: [shared.id], privileges: [] });
    const second = await world.key({ roleIds: [shared.id], privileges: [] });
    const other = await world.key({ privileges: ['read:City'] });
    // All are cached now.
    for (const { key } of [first, second, other]) expect(await rulesNow(key)).toEqual(['read:City']);
    const changed = await updateRole(world.services, world.root, { id: shared.id, addPrivileges: ['!read:City.name'] });
    expect(changed).toMatchObject({ version: 2, privileges: ['!read:City.name', 'read:City'] });
    for (const { key } of [first, second]) expect(await rulesNow(key)).toEqual(['!read:City.name', 'read:City']);
    expect(await rulesNow(other.key)).toEqual(['read:City']);
    const deleted = await deleteRole(world.services, world.root, { id: shared.id });
    expect(deleted.affectedApiKeys).toBe(2);
    for (const { key } of [first, second]) expect(await rulesNow(key)).toEqual([]);
    expect(await findRole(database.queries, shared.id)).toBeUndefined();
  });

  test('raises the version of its keys, so that an older reading is never kept over a newer one', async () => {
    const shared = await role([]);
    const { apiKey } = await world.key({ roleIds: [shared.id] });
    await updateRole(world.services, world.root, { id: shared.id, privileges: ['read:City'] });
    const after = await findByPublicId(database.queries, apiKey.publicId);
    expect(after?.key.version).toBe(apiKey.version + 1);
    await updateRole(world.services, world.root, { id: shared.id, note: 'a note changes no key' });
    expect((await findByPublicId(database.queries, apiKey.publicId))?.key.version).toBe(apiKey.version + 1);
  });

  test('is given and taken as a whole list', async () => {
    const [one, two] = [await role(['read:City']), await role(['read:Country'])];
    const { apiKey, key } = await world.key({ privileges: [], roleIds: [one.id] });
    await rulesNow(key);
    const set = (roleIds: readonly string[] | null) =>
      updateApiKey(world.services, world.root, { id: apiKey.id, roleIds });
    await set([two.id]);
    expect(await rulesNow(key)).toEqual(['read:Country']);
    const unchanged = await set([two.id]);
    expect((await set([two.id, two.id])).version).toBe(unchanged.version);
    await set(null);
    expect(await rulesNow(key)).toEqual([]);
    await set([one.id]);
    await updateApiKey(world.services, world.root, { id: apiKey.id, note: 'keeps them' });
    expect(await rulesNow(key)).toEqual(['read:City']);
    const entries = await database.queries.select().from(auditEvent).where(eq(auditEvent.targetId, apiKey.id));
    expect(entries.at(1)).toMatchObject({ before: { roleIds: [one.id] }, after: { roleIds: [two.id] } });
  });

  test.each<[string, () => Promise<unknown>, string]>([
    ['of the other type', async () => world.key({ roleIds: [(await role([], 'MANAGEMENT')).id] }), 'BAD_USER_INPUT'],
    ['that does not exist', () => world.key({ roleIds: [nobody] }), 'NOT_FOUND'],
    [
      'too many',
      () => world.key({ roleIds: Array.from({ length: 17 }, (_, n) => nobody.slice(0, -2) + (10 + n)) }),
      'BAD_USER_INPUT',
    ],
  ])('%s is refused on a key', async (_, act, code) => {
    expect(await outcome(act())).toBe(code);
  });

  test.each<[string, () => Promise<unknown>, string]>([
    [
      'with a name that is taken',
      async () => {
        const { name } = await role([]);
        return createRole(world.services, world.root, { name, type: 'API', privileges: [] });
      },
      'BAD_USER_INPUT',
    ],
    [
      'renamed to a name that is taken',
      async () => {
        const { name } = await role([]);
        return updateRole(world.services, world.root, { id: (await role([])).id, name });
      },
      'BAD_USER_INPUT',
    ],
    ['with a misspelt rule', () => role(['read:Citty']), 'PRIVILEGE_INVALID'],
    ['with a rule of the other API', () => role(['read:City'], 'MANAGEMENT'), 'PRIVILEGE_INVALID'],
    [
      'with an old etag',
      async () => updateRole(world.services, world.root, { id: (await role([])).id, etag: 'x', note: 'x' }),
      'ETAG_MISMATCH',
    ],
    ['that is not there', () => updateRole(world.services, world.root, { id: nobody, note: 'x' }), 'NOT_FOUND'],
    ['that is not there, deleted', () => deleteRole(world.services, world.root, { id: nobody }), 'NOT_FOUND'],
  ])('%s is refused', async (_, act, code) => {
    expect(await outcome(act())).toBe(code);
  });

  test('is made once for one idempotency key', async () => {
    const input = { name: 'Once', type: 'API', privileges: [], idempotencyKey: 'role-1' } as const;
    const [first, second] = await Promise.all([
      createRole(world.services, world.root, { ...input }),
      createRole(world.services, world.root, { ...input }),
    ]);
    expect(first.id).toBe(second.id);
  });

  test('has an audit entry for what became of it', async () => {
    const one = await role(['read:City']);
    await updateRole(world.services, world.root, { id: one.id, privileges: ['read:Country'] });
    await deleteRole(world.services, world.root, { id: one.id });
    const entries = await database.queries.select().from(auditEvent).where(eq(auditEvent.targetId, one.id));
    expect(entries.map(({ action }) => action)).toEqual(['role.created', 'role.updated', 'role.deleted']);
    expect(entries[1]).toMatchObject({
      targetType: 'Role',
      actorKeyId: world.root.key.id,
      before: { privileges: ['read:City'] },
      after: { privileges: ['read:Country'] },
    });
  });
});
