import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { demoKey } from '../../src/administration/first-start/demo-key.ts';
import { firstManagementKey } from '../../src/administration/first-start/first-management-key.ts';
import { writeKeyFile } from '../../src/administration/first-start/write-key-file.ts';
import { revokeApiKey } from '../../src/administration/lifecycle/revoke-api-key.ts';
import type { Database } from '../../src/db/database.ts';
import { apiKey } from '../../src/db/schema/index.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { formatToken, generateToken } from '../../src/keys/token/key-token.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { useWorld, type World } from './support.ts';

let database: Database;
let world: World;
useWorld((opened) => {
  ({ database, world } = opened);
});

const deliver = async () => {};

describe('the first management key', () => {
  test('may do everything, for ever, and is made once', async () => {
    expect(world.root.key).toMatchObject({
      type: 'MANAGEMENT',
      privileges: ['*'],
      grantable: ['*'],
      applicationScope: 'ALL',
      expiresAt: undefined,
    });
    expect(await firstManagementKey(world.services, { given: undefined, deliver })).toEqual({ kind: 'PRESENT' });
  });

  test('is the given one, once: no start revives it, not even after its row is gone', async () => {
    const given = formatToken(generateToken('fieldpass', 'LIVE', systemRandom));
    const start = () => firstManagementKey(world.services, { given, deliver });
    expect(await start()).toEqual({ kind: 'ADOPTED' });
    const resolution = await world.resolver.resolve(given);
    if (resolution.kind !== 'ACTIVE') throw new Error('the given key does not work');
    await revokeApiKey(world.services, world.root, { id: resolution.key.id, descendants: 'KEEP' });
    expect(await start()).toEqual({ kind: 'PRESENT' });
    expect((await world.resolver.resolve(given)).kind).toBe('REVOKED');
    await database.queries.delete(apiKey).where(eq(apiKey.id, resolution.key.id));
    expect(await start()).toEqual({ kind: 'PRESENT' });
    world.services.keyChanges.committed({ epoch: 0, keys: 'ALL', applications: [] });
    expect((await world.resolver.resolve(given)).kind).toBe('UNKNOWN');
  });

  test.each([
    ['of no format', () => 'secret'],
    ['with a wrong checksum', () => `${formatToken(generateToken('fieldpass', 'LIVE', systemRandom)).slice(0, -1)}!`],
    ['of another prefix', () => formatToken(generateToken('acme', 'LIVE', systemRandom))],
    [
      'with the id of a key of this server and another secret',
      () => {
        const token = generateToken('fieldpass', 'LIVE', systemRandom);
        return formatToken({ ...token, publicId: world.root.key.publicId });
      },
    ],
  ])('that is given %s stops the start, and is not echoed', async (_, given) => {
    const text = given();
    const error = await firstManagementKey(world.services, { given: text, deliver }).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ name: 'StartError', message: expect.stringContaining('FIELDPASS_ADMIN_KEY') });
    expect(String(error)).not.toContain(text);
  });
});

describe('the demo key', () => {
  test('reads countries and cities, and is made once', async () => {
    const key = await demoKey(world.services, { deliver });
    const resolution = await world.resolver.resolve(key ?? '');
    expect(resolution).toMatchObject({
      kind: 'ACTIVE',
      key: {
        environment: 'TEST',
        type: 'API',
        privileges: ['read:Query', 'read:Country', 'read:City', 'read:Location'],
      },
    });
    expect(await demoKey(world.services, { deliver })).toBeUndefined();
  });

  test('is not made when it cannot be delivered', async () => {
    const other = await openTestDatabase();
    const services = { ...world.services, database: other };
    const failing = async () => {
      throw new Error('no room on the disk');
    };
    await expect(demoKey(services, { deliver: failing })).rejects.toThrow('no room');
    expect(await other.queries.$count(apiKey)).toBe(0);
    expect(await demoKey(services, { deliver })).toBeDefined();
    await other.close();
  });
});

test('a key file is for its owner alone, and is replaced whole', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'key-file-'));
  const path = join(folder, 'new', 'admin.key');
  await writeKeyFile(path, 'first');
  await writeKeyFile(path, 'second');
  expect(await readFile(path, 'utf8')).toBe('second\n');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await rm(folder, { recursive: true });
});
