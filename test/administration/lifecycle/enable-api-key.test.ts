import { expect, test } from 'vitest';
import { updateApplication } from '../../../src/administration/applications/update-application.ts';
import { reportLeakedApiKeys } from '../../../src/administration/exposure/report-leaked-api-keys.ts';
import { disableApiKey } from '../../../src/administration/lifecycle/disable-api-key.ts';
import { enableApiKey } from '../../../src/administration/lifecycle/enable-api-key.ts';
import { rotateApiKey } from '../../../src/administration/rotation/rotate-api-key.ts';
import { day, outcome, useWorld, type World } from '../support.ts';

let world: World;
useWorld((opened) => {
  ({ world } = opened);
});

const report = (text: string | undefined) => reportLeakedApiKeys(world.services, world.root, { keys: [text ?? ''] });
const rotate = (id: string, gracePeriodMs: number) =>
  rotateApiKey(world.services, world.root, { id, gracePeriodMs, activation: 'IMMEDIATE' });
const enable = (id: string, keepExposedSecret = false) =>
  outcome(enableApiKey(world.services, world.root, { id, keepExposedSecret }));
const use = async (text: string | undefined) => (await world.resolver.resolve(text ?? '')).kind;

test('a secret that was found in the open does not work again unawares', async () => {
  const { apiKey, key } = await world.key({});
  await report(key);
  expect([await enable(apiKey.id), await use(key)]).toEqual(['SECRET_EXPOSED', 'DISABLED']);
  expect([await enable(apiKey.id, true), await use(key)]).toEqual(['DONE', 'ACTIVE']);
});

test('nor when the key was disabled before it was found', async () => {
  const { apiKey, key } = await world.key({});
  await disableApiKey(world.services, world.root, { id: apiKey.id });
  await report(key);
  expect([await enable(apiKey.id), await use(key)]).toEqual(['SECRET_EXPOSED', 'DISABLED']);
});

test('a rotation without grace is enough, and one with grace is when that is over', async () => {
  const { apiKey, key } = await world.key({});
  await report(key);
  const { key: next } = await rotate(apiKey.id, day);
  expect(await enable(apiKey.id)).toBe('SECRET_EXPOSED');
  world.clock.advance(day);
  expect([await enable(apiKey.id), await use(key), await use(next)]).toEqual(['DONE', 'EXPIRED', 'ACTIVE']);
  await report(next);
  const { key: last } = await rotate(apiKey.id, 0);
  expect([await enable(apiKey.id), await use(next), await use(last)]).toEqual(['DONE', 'EXPIRED', 'ACTIVE']);
});

test('enabling an enabled key says nothing of its secret', async () => {
  const { apiKey, key } = await world.key({});
  await updateApplication(world.services, world.root, { id: apiKey.application.id, leakPolicy: 'ALERT' });
  await report(key);
  expect([await enable(apiKey.id), await use(key)]).toEqual(['DONE', 'ACTIVE']);
});
