import { describe, expect, test } from 'vitest';
import { updateApiKey } from '../../src/administration/api-keys/update-api-key.ts';
import { rotateApiKey } from '../../src/administration/rotation/rotate-api-key.ts';
import { excessOver, type KeyStrength } from '../../src/administration/rules/ceiling.ts';
import { changedRestrictions } from '../../src/administration/rules/restrictions.ts';
import { codeOf } from '../../src/kernel/errors.ts';
import type { ApiKeyRestrictions } from '../../src/keys/api-key.ts';
import { someKey } from '../keys/support.ts';
import { testSchemas } from './schemas.ts';
import { outcome, useWorld, type World } from './support.ts';

const schemas = testSchemas();
const office = { server: { allowedIps: ['192.0.2.0/24'] } };

describe('a change of restrictions', () => {
  const before: ApiKeyRestrictions = { ...office, ios: { allowedBundleIds: ['com.example.map'] } };

  test.each([
    ['keeps what is left out', {}, before],
    [
      'replaces a kind whole',
      { server: { deniedIps: ['192.0.2.7'] } },
      { ...before, server: { deniedIps: ['192.0.2.7'] } },
    ],
    ['clears a kind', { ios: null }, office],
    ['clears the last kinds to nothing', { ios: null, server: null }, null],
    ['clears all', null, null],
  ])('%s', (_, changes, expected) => {
    expect(changedRestrictions(before, changes, schemas.API)).toEqual(expected);
  });

  test.each([
    [{ server: { allowedIps: [] } }],
    [{ server: {} }],
    [{ api: { rootFields: ['citties'] } }],
    [{ browser: { allowedReferrers: ['https://*'] } }],
  ])('is refused as %j', (changes) => {
    let code: string | undefined;
    try {
      changedRestrictions(before, changes, schemas.API);
    } catch (error) {
      code = codeOf(error);
    }
    expect(code).toBe('BAD_USER_INPUT');
  });
});

describe('a restricted management key', () => {
  let world: World;
  useWorld((opened) => {
    ({ world } = opened);
  });

  const strength = (restrictions: ApiKeyRestrictions | undefined, type: KeyStrength['type']): KeyStrength => ({
    type,
    applicationScope: 'OWN',
    privileges: [],
    roles: [],
    grantable: undefined,
    expiresAt: undefined,
    restrictions,
  });

  test('restricts the management keys that it makes, and no others', () => {
    const issuer = someKey({ type: 'MANAGEMENT', restrictions: office });
    expect(excessOver(issuer, strength(undefined, 'MANAGEMENT'), schemas)).toEqual(['restrictions']);
    expect(excessOver(issuer, strength(office, 'MANAGEMENT'), schemas)).toEqual([]);
    expect(excessOver(issuer, strength(undefined, 'API'), schemas)).toEqual([]);
  });

  test('cannot make or change one that is looser, nor loosen itself, and may rotate itself', async () => {
    const { id: applicationId } = await world.application();
    const all = { applicationId, type: 'MANAGEMENT', privileges: ['*'], grantable: ['*'] } as const;
    const issuer = await world.key({ ...all, restrictions: office });
    const caller = world.as(issuer.apiKey);
    expect(await outcome(world.key(all, caller))).toBe('PRIVILEGE_ESCALATION');
    expect(await outcome(world.key({ ...all, restrictions: { server: { allowedIps: ['0.0.0.0/0'] } } }, caller))).toBe(
      'PRIVILEGE_ESCALATION',
    );
    const child = await world.key({ ...all, restrictions: { server: { allowedIps: ['192.0.2.7'] } } }, caller);
    for (const id of [child.apiKey.id, issuer.apiKey.id]) {
      expect(await outcome(updateApiKey(world.services, caller, { id, restrictions: null }))).toBe(
        'PRIVILEGE_ESCALATION',
      );
    }
    const rotation = { id: issuer.apiKey.id, gracePeriodMs: 0, activation: 'IMMEDIATE' } as const;
    expect(await outcome(rotateApiKey(world.services, caller, rotation))).toBe('DONE');
  });
});
