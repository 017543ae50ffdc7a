import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type UpdateApiKeyInput, updateApiKey } from '../../src/administration/api-keys/update-api-key.ts';
import { updateApplication } from '../../src/administration/applications/update-application.ts';
import { enableApiKey } from '../../src/administration/lifecycle/enable-api-key.ts';
import { createRole } from '../../src/administration/roles/create-role.ts';
import { updateRole } from '../../src/administration/roles/update-role.ts';
import type { Caller } from '../../src/administration/services.ts';
import type { Database } from '../../src/db/database.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { day, openWorld, type World } from './support.ts';

/** All that a caller learns: that it is done, or everything about the refusal. */
async function told(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => 'DONE',
    ({ message, extensions }: { message: string; extensions: object }) => ({ message, ...extensions }),
  );
}

describe('an editor that could not make a key', () => {
  let database: Database;
  let world: World;
  let applicationId: string;
  let weak: Caller;
  /** Two that differ in everything that can be set. */
  const targets: { readonly API: string[]; readonly MANAGEMENT: string[] } = { API: [], MANAGEMENT: [] };

  beforeAll(async () => {
    database = await openTestDatabase();
    world = await openWorld(database);
    const now = world.clock.now();
    const maker = await world.key({
      type: 'MANAGEMENT',
      privileges: ['*:Mutation', '*:ApiKey'],
      grantable: ['read:City.id'],
      expiresAt: now + 30 * day,
      restrictions: { server: { allowedIps: ['192.0.2.0/24'] } },
      throttle: { maximumCost: 100 },
    });
    applicationId = maker.apiKey.application.id;
    weak = world.as(maker.apiKey);
    const mine = { applicationId } as const;
    const make = async (input: Parameters<World['key']>[0]) => (await world.key({ ...mine, ...input })).apiKey.id;
    targets.API.push(
      await make({
        privileges: ['read:City', '!read:City.name', 'read:Country.code'],
        name: 'One',
        onDenied: 'NULL',
        enforcement: { privileges: 'MEASURE', throttle: 'ENFORCE' },
        plan: 'PRO',
        throttle: { maximumCost: 700 },
        restrictions: { server: { allowedIps: ['198.51.100.0/24'] } },
        expiresAt: now + 50 * day,
        notBefore: now + day,
        note: 'noted',
        externalId: 'x-1',
        metadata: { a: 1 },
      }),
      await make({ privileges: ['read:Country', 'read:City.population'], name: 'Two', expiresAt: now + 40 * day }),
    );
    const strong = { type: 'MANAGEMENT', privileges: ['*'], grantable: ['read:City', 'read:Country.code'] } as const;
    targets.MANAGEMENT.push(
      await make({ ...strong, applicationScope: 'OWN', expiresAt: now + 50 * day, name: 'One' }),
      await make({ ...strong, privileges: ['*:Query', '!read:ApiKey.name'], grantable: ['read:Country'], name: 'Two' }),
    );
  });
  afterAll(async () => {
    await world.resolver.close();
    await database.close();
  });

  const days = (count: number) => () => world.clock.now() + count * day;
  type Guess = Omit<UpdateApiKeyInput, 'id' | 'expiresAt' | 'notBefore'>;
  const guesses: (Guess & { readonly expiresAt?: () => number; readonly notBefore?: () => number })[] = [
    {},
    ...['One', 'Two', 'Three'].map((name) => ({ name })),
    ...['read:City', '!read:City.name', 'read:Country.code', 'read:City.population', 'read:City.id', '*'].flatMap(
      (rule) => [{ addPrivileges: [rule] }, { addPrivileges: [rule, 'read:City.id'] }],
    ),
    { removePrivileges: ['!read:City.name'] },
    { removePrivileges: ['read:Country.name'] },
    ...[{ privileges: 'MEASURE', throttle: 'ENFORCE' }, { privileges: 'ENFORCE', throttle: 'MEASURE' }, null].map(
      (enforcement) => ({ enforcement }) as Pick<Guess, 'enforcement'>,
    ),
    { onDenied: 'NULL' },
    { onDenied: 'REJECT' },
    { plan: 'PRO' },
    { plan: null },
    { throttle: { maximumCost: 700 } },
    { restrictions: { server: { allowedIps: ['198.51.100.0/24'] } } },
    { restrictions: null },
    { expiresAt: days(50) },
    { expiresAt: days(40) },
    { expiresAt: days(4000) },
    { notBefore: days(1) },
    { notBefore: days(45) },
    { note: 'noted' },
    { externalId: 'x-1' },
    { metadata: { a: 1 } },
    { roleIds: [] },
  ];

  const refusal = (guess: (typeof guesses)[number], id: string) =>
    told(
      updateApiKey(world.services, weak, {
        ...guess,
        id,
        expiresAt: guess.expiresAt?.(),
        notBefore: guess.notBefore?.(),
      } as UpdateApiKeyInput),
    );

  test.each(guesses.map((guess) => [JSON.stringify(guess), guess] as const))(
    'is told the same of two different API keys: %s',
    async (_text, guess) => {
      const [first, second] = [await refusal(guess, targets.API[0] ?? ''), await refusal(guess, targets.API[1] ?? '')];
      expect(first).toEqual(second);
      expect(first).toMatchObject({ code: 'PRIVILEGE_ESCALATION' });
    },
  );

  test.each([
    {},
    { name: 'One' },
    { addPrivileges: ['*:ApiKey'] },
    { addPrivileges: ['*'] },
    { addPrivileges: ['!read:ApiKey.name'] },
    { applicationScope: 'ALL' as const },
    { applicationScope: 'OWN' as const },
    { grantable: ['read:City', 'read:Country.code'] },
    { grantable: ['read:Country'] },
    { restrictions: null },
    { restrictions: { server: { allowedIps: ['192.0.2.0/24'] } } },
    { expiresAt: days(50) },
    { expiresAt: days(20) },
  ])('is told the same of two different management keys: %j', async (guess) => {
    const [one = '', two = ''] = targets.MANAGEMENT;
    const first = await refusal(guess, one);
    expect(first).toEqual(await refusal(guess, two));
    expect(first).toMatchObject({ code: 'PRIVILEGE_ESCALATION' });
  });

  test('is told of its own words which it cannot give, whether the key has them or not', async () => {
    const guess = { addPrivileges: ['read:City', 'read:Country.code', 'read:City.id', '!read:City.name'] };
    for (const id of targets.API) {
      expect(await refusal(guess, id)).toMatchObject({ rules: ['read:City', 'read:Country.code'] });
    }
    const settings = { applicationScope: 'ALL', expiresAt: days(50), restrictions: null } as const;
    for (const id of targets.MANAGEMENT) {
      expect(await refusal(settings, id)).toMatchObject({
        rules: ['applicationScope: ALL', 'expiresAt', 'restrictions'],
      });
      expect(await refusal({ note: 'x' }, id)).toMatchObject({ rules: [] });
    }
  });

  test('is told nothing by enabling a key that is enabled', async () => {
    const [enabled = ''] = targets.API;
    expect(await told(enableApiKey(world.services, weak, { id: enabled }))).toMatchObject({
      code: 'PRIVILEGE_ESCALATION',
    });
  });

  test('is told nothing by enabling an application, enabled or not', async () => {
    const rules = { privileges: ['*'], grantable: ['read:City.id'], applicationScope: 'ALL' } as const;
    const caller = world.as((await world.key({ type: 'MANAGEMENT', ...rules })).apiKey);
    const enable = () => told(updateApplication(world.services, caller, { id: applicationId, status: 'ACTIVE' }));
    const enabled = await enable();
    await updateApplication(world.services, world.root, { id: applicationId, status: 'DISABLED' });
    expect(await enable()).toEqual(enabled);
    await updateApplication(world.services, world.root, { id: applicationId, status: 'ACTIVE' });
    expect(enabled).toMatchObject({ code: 'PRIVILEGE_ESCALATION' });
  });

  test('is told nothing by the rules of a role that stronger keys have', async () => {
    const editor = await world.key({
      type: 'MANAGEMENT',
      privileges: ['*'],
      grantable: ['read:City'],
      applicationScope: 'ALL',
    });
    const caller = world.as(editor.apiKey);
    const role = await createRole(world.services, world.root, {
      name: 'Shared',
      type: 'API',
      privileges: ['read:City.id', '!read:City.population'],
    });
    await world.key({ applicationId, privileges: ['read:Country'], roleIds: [role.id] });
    const change = (input: object) => told(updateRole(world.services, caller, { id: role.id, ...input }));
    const has = await change({ addPrivileges: ['read:City.id'] });
    expect(has).toEqual(await change({ addPrivileges: ['read:City.name'] }));
    expect(has).toMatchObject({ code: 'PRIVILEGE_ESCALATION' });
    const denied = await change({ removePrivileges: ['!read:City.population'] });
    expect(denied).toEqual(await change({ removePrivileges: ['!read:City.name'] }));
    expect(denied).toMatchObject({ code: 'PRIVILEGE_ESCALATION' });
    expect(await change({ removePrivileges: ['read:City.name'] })).toBe('DONE');
    // One that it could not make is told alike whatever it has.
    await updateRole(world.services, world.root, { id: role.id, addPrivileges: ['read:Country.code'] });
    const beyond = await change({ addPrivileges: ['read:Country.code'] });
    expect(beyond).toEqual(await change({ addPrivileges: ['read:Country.code'], note: 'x' }));
    expect(beyond).toMatchObject({ rules: ['read:Country.code'] });
    expect(await change({ note: 'x' })).toMatchObject({ rules: [] });
  });
});
