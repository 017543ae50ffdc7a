import { expect, test } from 'vitest';
import { createApplication } from '../../src/administration/applications/create-application.ts';
import { rotateApiKey } from '../../src/administration/rotation/rotate-api-key.ts';
import type { Caller } from '../../src/administration/services.ts';
import { day, outcome, useWorld, type World } from './support.ts';

let world: World;
useWorld((opened) => {
  ({ world } = opened);
});

/** A management key whose request has come in, and has changed nothing yet. */
async function arrived(): Promise<Caller> {
  const { key = '' } = await world.key({ type: 'MANAGEMENT', privileges: ['*'], applicationScope: 'ALL' });
  const resolution = await world.resolver.resolve(key);
  if (resolution.kind !== 'ACTIVE') throw new Error('the key does not work');
  return { ...world.as(resolution.key), secretId: resolution.secret.id };
}

const change = (caller: Caller) =>
  outcome(createApplication(world.services, caller, { name: 'A', ownerName: 'B', ownerEmail: 'c@example.com' }));
const rotate = (id: string, gracePeriodMs: number) =>
  rotateApiKey(world.services, world.root, { id, gracePeriodMs, activation: 'IMMEDIATE' });

test('a request changes nothing any more once the secret that it came with has ended', async () => {
  const caller = await arrived();
  expect(await change(caller)).toBe('DONE');
  await rotate(caller.key.id, 0);
  expect(await change(caller)).toBe('API_KEY_EXPIRED');
});

test('a request goes on while the secret that it came with has its grace', async () => {
  const caller = await arrived();
  await rotate(caller.key.id, day);
  expect(await change(caller)).toBe('DONE');
  world.clock.advance(day);
  expect(await change(caller)).toBe('API_KEY_EXPIRED');
});
