import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { updateApplication } from '../../src/administration/applications/update-application.ts';
import { enableApiKey } from '../../src/administration/lifecycle/enable-api-key.ts';
import { verifyAudit } from '../../src/audit/verify-audit.ts';
import type { Database } from '../../src/db/database.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { openWorld, outcome, type World } from './support.ts';

let database: Database;
let world: World;
beforeAll(async () => {
  database = await openTestDatabase();
  world = await openWorld(database);
});
afterAll(async () => {
  expect((await verifyAudit(database.queries)).kind).toBe('INTACT');
  await world.resolver.close();
  await database.close();
});

describe('an application that is disabled', () => {
  test('stops all its keys at once, and lets those work again that did', async () => {
    const { services, root, resolver } = world;
    const { id } = await world.application();
    const one = await world.key({ applicationId: id });
    const other = await world.key({ applicationId: id });
    const elsewhere = await world.key({});
    const kindOf = async ({ key = '' }: { key?: string | undefined }) => (await resolver.resolve(key)).kind;
    for (const key of [one, other, elsewhere]) expect(await kindOf(key)).toBe('ACTIVE');
    const disabled = await updateApplication(services, root, { id, status: 'DISABLED' });
    expect(disabled.status).toBe('DISABLED');
    expect([await kindOf(one), await kindOf(other), await kindOf(elsewhere)]).toEqual([
      'DISABLED',
      'DISABLED',
      'ACTIVE',
    ]);
    expect(await outcome(enableApiKey(services, root, { id: one.apiKey.id }))).toBe('DONE');
    expect(await kindOf(one)).toBe('DISABLED');
    await updateApplication(services, root, { id, status: 'ACTIVE' });
    expect([await kindOf(one), await kindOf(other)]).toEqual(['ACTIVE', 'ACTIVE']);
  });

  test('cannot be enabled by who cannot grant what its keys may do, and can be disabled by everybody', async () => {
    const { services, root, resolver } = world;
    const { id } = await world.application();
    await world.key({ applicationId: id, privileges: ['read:City', 'read:Country'] });
    const manager = await world.key({
      type: 'MANAGEMENT',
      privileges: ['*'],
      grantable: ['read:City'],
      applicationScope: 'ALL',
    });
    const weak = world.as(manager.apiKey);
    expect(await outcome(updateApplication(services, weak, { id, status: 'DISABLED' }))).toBe('DONE');
    expect(await outcome(updateApplication(services, weak, { id, status: 'ACTIVE' }))).toBe('PRIVILEGE_ESCALATION');
    expect(await outcome(updateApplication(services, weak, { id, name: 'other' }))).toBe('DONE');
    await updateApplication(services, root, { id, status: 'ACTIVE' });
    expect((await resolver.resolve(manager.key ?? '')).kind).toBe('ACTIVE');
  });

  test('counts no keys that would not work', async () => {
    const { services, root } = world;
    const { id } = await world.application();
    await world.key({ applicationId: id, privileges: ['read:Country'], expiresAt: world.clock.now() + 1000 });
    const manager = await world.key({
      type: 'MANAGEMENT',
      privileges: ['*'],
      grantable: ['read:City'],
      applicationScope: 'ALL',
    });
    await updateApplication(services, root, { id, status: 'DISABLED' });
    world.clock.advance(1000);
    expect(await outcome(updateApplication(services, world.as(manager.apiKey), { id, status: 'ACTIVE' }))).toBe('DONE');
  });

  test('is deleted by deleteApplication only', async () => {
    const { id } = await world.application();
    expect(await outcome(updateApplication(world.services, world.root, { id, status: 'DELETED' }))).toBe(
      'BAD_USER_INPUT',
    );
    expect(await outcome(updateApplication(world.services, world.root, { id, status: null }))).toBe('BAD_USER_INPUT');
  });
});
