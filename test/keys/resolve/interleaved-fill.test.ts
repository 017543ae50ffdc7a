import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { revokeApiKey } from '../../../src/administration/lifecycle/revoke-api-key.ts';
import type { Database } from '../../../src/db/database.ts';
import { createLogger } from '../../../src/kernel/logger.ts';
import type { ChangeHints } from '../../../src/keys/invalidation/change-hints.ts';
import type { KeyChange } from '../../../src/keys/invalidation/key-change.ts';
import { type KeyResolver, startKeyResolver } from '../../../src/keys/resolve/key-resolver.ts';
import { openWorld, type World } from '../../administration/support.ts';
import { openTestDatabase } from '../../support/test-database.ts';

let database: Database;
let world: World;
beforeAll(async () => {
  database = await openTestDatabase();
  world = await openWorld(database);
});
const opened: KeyResolver[] = [];
afterEach(async () => {
  for (const resolver of opened.splice(0)) await resolver.close();
});
afterAll(async () => {
  await world.resolver.close();
  await database.close();
});

/** Rows that have come back from the database wait here before anything is made of them. */
function barrier() {
  let arrived = 0;
  let closed: Promise<void> | undefined;
  let open = () => {};
  const pass = async <Rows>(rows: Rows): Promise<Rows> => {
    arrived++;
    await closed;
    return rows;
  };
  /** What builds a statement, or is one: what it comes to passes the barrier. */
  const guard = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(real, name) {
        const value = Reflect.get(real, name);
        if (typeof value !== 'function') return value;
        if (name === 'then') {
          const settled = () => (real as unknown as Promise<unknown>).then(pass);
          return (...given: Parameters<Promise<unknown>['then']>) => settled().then(...given);
        }
        return (...given: unknown[]) => {
          const made: unknown = value.apply(real, given);
          return typeof made === 'object' && made !== null ? guard(made) : made;
        };
      },
    });
  return {
    guard,
    arrived: () => arrived,
    close: () => {
      closed = new Promise((resolve) => {
        open = resolve;
      });
    },
    open: () => open(),
  };
}

/** An instance that takes its database for a server, leases and all. A deaf one hears no notification. */
async function openInstance({ deaf = false, hints }: { deaf?: boolean; hints?: ChangeHints } = {}) {
  const reads = barrier();
  const resolver = await startKeyResolver({
    database: {
      ...database,
      kind: 'POSTGRES',
      lookups: reads.guard(database.lookups),
      ...(deaf ? { listen: async () => async () => {} } : {}),
    },
    clock: world.clock,
    logger: createLogger('silent'),
    instanceId: randomUUID(),
    hints,
    peppers: world.services.peppers,
    prefix: 'fieldpass',
    environments: ['LIVE', 'TEST'],
  });
  opened.push(resolver);
  return { resolver, reads };
}

type Instance = Awaited<ReturnType<typeof openInstance>>;

const revokeBy = ({ resolver }: Instance, id: string) =>
  revokeApiKey({ ...world.services, keyChanges: resolver }, world.root, { id, descendants: 'KEEP' });

describe('a read that came back from the database before a revocation, and is used after its receipt,', () => {
  test.each([
    ['heard of it', false],
    ['found it out by the renewal of its lease', true],
  ])('brings nobody in on an instance that %s', async (_, deaf) => {
    const [revoking, other] = [await openInstance(), await openInstance({ deaf })];
    const { apiKey, key = '' } = await world.key({});
    other.reads.close();
    const resolving = other.resolver.resolve(key);
    await expect.poll(other.reads.arrived).toBe(1);
    const { receipt } = await revokeBy(revoking, apiKey.id);
    expect(receipt.instancesAcknowledged).toBe(receipt.instancesTotal);
    expect(receipt.instancesTotal).toBeGreaterThanOrEqual(2);
    other.reads.open();
    expect((await resolving).kind).toBe('REVOKED');
    expect((await other.resolver.resolve(key)).kind).toBe('REVOKED');
  });

  test('brings nobody in on the instance that made it', async () => {
    const only = await openInstance();
    const { apiKey, key = '' } = await world.key({});
    only.reads.close();
    const resolving = only.resolver.resolve(key);
    await expect.poll(only.reads.arrived).toBe(1);
    await revokeBy(only, apiKey.id);
    only.reads.open();
    expect((await resolving).kind).toBe('REVOKED');
  });
});

describe('a key that was resolved', () => {
  test('may not be acted on any more after the receipt of its revocation, nor without a lease', async () => {
    const [revoking, other] = [await openInstance(), await openInstance()];
    const { apiKey, key = '' } = await world.key({});
    const resolution = await other.resolver.resolve(key);
    if (resolution.kind !== 'ACTIVE') throw new Error('the key does not work');
    expect(other.resolver.isCurrent(resolution.key)).toBe(true);
    world.clock.advance(900);
    expect(other.resolver.isCurrent(resolution.key)).toBe(false);
    await other.resolver.resolve(key);
    expect(other.resolver.isCurrent(resolution.key)).toBe(true);
    await revokeBy(revoking, apiKey.id);
    expect(other.resolver.isCurrent(resolution.key)).toBe(false);
    expect((await other.resolver.recheck(resolution.key, resolution.secret)).kind).toBe('REVOKED');
  });

  test('is told to whoever acts for it when it may have changed, and nobody else', async () => {
    const [revoking, other] = [await openInstance(), await openInstance()];
    const [changed, unchanged] = [await world.key({}), await world.key({})];
    const told: string[] = [];
    for (const { apiKey } of [changed, unchanged]) other.resolver.watch(apiKey, () => told.push(apiKey.id));
    const leave = other.resolver.watch(changed.apiKey, () => told.push('who has left'));
    leave();
    await revokeBy(revoking, changed.apiKey.id);
    expect(told).toEqual([changed.apiKey.id]);
  });
});

describe('a hint of a change, which anybody may have sent,', () => {
  /** Instances that hear each other, and what the test makes up. */
  function tellingHints() {
    const hearing: ((change: KeyChange) => void)[] = [];
    const tell = (change: KeyChange) => hearing.forEach((hear) => void hear(change));
    const hints: ChangeHints = { listen: async (onChange) => void hearing.push(onChange), tell, close: () => {} };
    return { hints, tell };
  }

  test('reaches an instance that hears nothing from the database, which then says so', async () => {
    const { hints } = tellingHints();
    const [revoking, deaf] = [await openInstance({ hints }), await openInstance({ deaf: true, hints })];
    const { apiKey, key = '' } = await world.key({});
    expect((await deaf.resolver.resolve(key)).kind).toBe('ACTIVE');
    const { receipt } = await revokeBy(revoking, apiKey.id);
    expect(receipt.instancesAcknowledged).toBe(receipt.instancesTotal);
    expect((await deaf.resolver.resolve(key)).kind).toBe('REVOKED');
  });

  test('makes the key be read again, and the change that it announces be missed by nobody', async () => {
    const { hints, tell } = tellingHints();
    const instance = await openInstance({ hints });
    const { apiKey, key = '' } = await world.key({});
    const resolution = await instance.resolver.resolve(key);
    if (resolution.kind !== 'ACTIVE') throw new Error('the key does not work');
    for (let epoch = 0; epoch < 100; epoch++) tell({ epoch, keys: [apiKey.publicId], applications: [] });
    expect(instance.resolver.isCurrent(resolution.key)).toBe(false);
    expect((await instance.resolver.resolve(key)).kind).toBe('ACTIVE');
    await revokeBy(await openInstance(), apiKey.id);
    expect((await instance.resolver.resolve(key)).kind).toBe('REVOKED');
  });
});

describe('without a lease, although the database answers,', () => {
  test('every key is read anew, and is believed for a short time only', async () => {
    const store = database.reserved;
    const instance = await startKeyResolver({
      database: {
        ...database,
        kind: 'POSTGRES',
        reserved: new Proxy(store, {
          get: (real, name) =>
            name === 'insert'
              ? () => {
                  throw new Error('the table is read-only');
                }
              : Reflect.get(real, name).bind?.(real),
        }),
      },
      clock: world.clock,
      logger: createLogger('silent'),
      instanceId: randomUUID(),
      peppers: world.services.peppers,
      prefix: 'fieldpass',
      environments: ['LIVE', 'TEST'],
    });
    opened.push(instance);
    const { apiKey, key = '' } = await world.key({});
    const resolution = await instance.resolve(key);
    if (resolution.kind !== 'ACTIVE') throw new Error('the key does not work');
    expect(instance.isCurrent(resolution.key)).toBe(true);
    world.clock.advance(500);
    expect(instance.isCurrent(resolution.key)).toBe(false);
    await revokeApiKey(world.services, world.root, { id: apiKey.id, descendants: 'KEEP' });
    expect((await instance.resolve(key)).kind).toBe('REVOKED');
  });
});
