import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../../src/db/database.ts';
import { DatabaseUnavailable } from '../../../src/db/database-error.ts';
import { apiKey } from '../../../src/db/schema/index.ts';
import { createLogger } from '../../../src/kernel/logger.ts';
import { systemRandom } from '../../../src/kernel/random.ts';
import { announceKeyChange, parseKeyChange } from '../../../src/keys/invalidation/key-change.ts';
import { raiseKeyEpoch } from '../../../src/keys/invalidation/key-epoch.ts';
import { startKeyResolver } from '../../../src/keys/resolve/key-resolver.ts';
import { formatToken, generateToken, parseToken } from '../../../src/keys/token/key-token.ts';
import { onePepper } from '../../../src/keys/token/secret-hash.ts';
import { useWorld, type World } from '../../administration/support.ts';

let database: Database;
let world: World;
useWorld((opened) => {
  ({ database, world } = opened);
});

/** Statements that the work sends, once the resolver trusts its cache: the clock stands, so it goes on trusting. */
async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  await world.resolver.resolve(world.rootText);
  const before = database.statements;
  await work();
  return database.statements - before;
}

const options = () => ({
  database,
  clock: world.clock,
  logger: createLogger('silent'),
  instanceId: randomUUID(),
  peppers: world.services.peppers,
  prefix: 'fieldpass',
  environments: ['LIVE', 'TEST'] as const,
});

describe('resolving a key', () => {
  test('takes one statement the first time, however many ask, and none after that', async () => {
    const { key = '' } = await world.key({});
    const all = () => Promise.all(Array.from({ length: 20 }, () => world.resolver.resolve(key)));
    expect(await statementsOf(all)).toBe(1);
    expect(await statementsOf(all)).toBe(0);
  });

  test('takes one statement for an unknown id, and one for a wrong secret', async () => {
    const { key = '' } = await world.key({});
    const token = parseToken(key, 'fieldpass');
    if (!token) throw new Error('the key has no format');
    const wrong = formatToken({ ...token, secret: generateToken('fieldpass', 'LIVE', systemRandom).secret });
    const unknown = formatToken(generateToken('fieldpass', 'LIVE', systemRandom));
    const kinds: string[] = [];
    const resolve = (text: string) => async () => void kinds.push((await world.resolver.resolve(text)).kind);
    expect(await statementsOf(resolve(wrong))).toBe(1);
    expect(await statementsOf(resolve(unknown))).toBe(1);
    expect(await statementsOf(resolve(wrong))).toBe(0);
    expect(await statementsOf(resolve(unknown))).toBe(0);
    expect(kinds).toEqual(['WRONG_SECRET', 'UNKNOWN', 'WRONG_SECRET', 'UNKNOWN']);
  });

  test('takes no statement for what is malformed, or of an environment that is not accepted', async () => {
    const live = await startKeyResolver({ ...options(), environments: ['LIVE'] });
    const { key = '' } = await world.key({ environment: 'TEST' });
    const resolveAll = async () => {
      for (const text of ['', 'x', `${key}x`, key.replace('_test_', '_live_'), key]) {
        expect((await live.resolve(text)).kind, text).toBe('MALFORMED');
      }
    };
    expect(await statementsOf(resolveAll)).toBe(0);
    expect((await world.resolver.resolve(key)).kind).toBe('ACTIVE');
    await live.close();
  });

  test('judges the time on every request, cached or not', async () => {
    const start = world.clock.now();
    const { key = '' } = await world.key({ notBefore: start + 10, expiresAt: start + 20 });
    const kinds: string[] = [];
    for (const step of [0, 10, 9, 1]) {
      world.clock.advance(step);
      kinds.push((await world.resolver.resolve(key)).kind);
    }
    expect(kinds).toEqual(['NOT_YET_VALID', 'ACTIVE', 'ACTIVE', 'EXPIRED']);
  });

  test('hears of a change that another instance made', async () => {
    const other = await startKeyResolver(options());
    const { apiKey: made, key = '' } = await world.key({});
    expect((await other.resolve(key)).kind).toBe('ACTIVE');
    await database.queries.update(apiKey).set({ revokedAt: 1 }).where(eq(apiKey.id, made.id));
    await database.transaction((within) =>
      announceKeyChange(database, { keys: [made.publicId], applications: [] }, within),
    );
    await expect.poll(async () => (await other.resolve(key)).kind).toBe('REVOKED');
    await other.close();
  });

  test('is not fooled by another pepper', async () => {
    const other = await startKeyResolver({ ...options(), peppers: onePepper(new Uint8Array(32)) });
    const { key = '' } = await world.key({});
    expect((await other.resolve(key)).kind).toBe('WRONG_SECRET');
    await other.close();
  });

  test('lets nobody in while the database does not answer', async () => {
    const failing = () => {
      throw new DatabaseUnavailable('gone');
    };
    const lookups = new Proxy(database.lookups, { get: () => failing });
    const other = await startKeyResolver({ ...options(), database: { ...database, lookups } });
    const { key = '' } = await world.key({});
    await expect(other.resolve(key)).rejects.toMatchObject({ extensions: { code: 'DATABASE_UNAVAILABLE' } });
    await other.close();
  });

  test('on a server answers from its cache while it has a lease, and finds what it missed when it takes another', async () => {
    const asServer = await startKeyResolver({ ...options(), database: { ...database, kind: 'POSTGRES' } });
    const { apiKey: made, key = '' } = await world.key({});
    const resolution = await asServer.resolve(key);
    if (resolution.kind !== 'ACTIVE') throw new Error('the key does not work');
    expect(asServer.isCurrent(resolution.key)).toBe(true);
    // A change whose notification is lost.
    await database.queries.update(apiKey).set({ revokedAt: 1 }).where(eq(apiKey.id, made.id));
    await database.transaction((within) => raiseKeyEpoch(within));
    world.clock.advance(1000);
    expect(asServer.isCurrent(resolution.key)).toBe(false);
    expect((await asServer.resolve(key)).kind).toBe('REVOKED');
    await asServer.close();
  });

  test('is done anew for what outlives its request', async () => {
    const { key = '', apiKey: made } = await world.key({});
    const resolution = await world.resolver.resolve(key);
    if (resolution.kind !== 'ACTIVE') throw new Error('the key does not work');
    expect((await world.resolver.recheck(resolution.key, resolution.secret)).kind).toBe('ACTIVE');
    await database.queries.update(apiKey).set({ disabledAt: 5 }).where(eq(apiKey.id, made.id));
    world.resolver.committed({ epoch: 0, keys: [made.publicId], applications: [] });
    expect(await world.resolver.recheck(resolution.key, resolution.secret)).toMatchObject({ kind: 'DISABLED', at: 5 });
  });
});

test.each(['', 'null', '{}', '{"epoch":1,"keys":5,"applications":[]}'])(
  'a strange notification (%s) forgets all',
  (payload) => {
    expect(parseKeyChange(payload).keys).toBe('ALL');
  },
);
