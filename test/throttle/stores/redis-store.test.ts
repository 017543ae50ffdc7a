import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { periodAt } from '../../../src/throttle/quota-period.ts';
import { periodFunction } from '../../../src/throttle/stores/redis-scripts.ts';
import { createRedisStore } from '../../../src/throttle/stores/redis-store.ts';
import { instants } from './instants.ts';
import { bucket, reservation, storeConformance } from './store-conformance.ts';

const url = process.env['TEST_REDIS_URL'];
const point = 1_000_000;

describe.skipIf(!url)('on TEST_REDIS_URL', () => {
  if (!url) return;
  const keyPrefix = `fieldpass-test:${randomUUID()}:`;
  const client = new Redis(url);
  const passTime = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const keysOfRun = () => client.keys(`${keyPrefix}*`);

  async function open() {
    const store = createRedisStore({ url: url ?? '', keyPrefix, deadlineMs: 1000 });
    expect(await store.ready(2000)).toBe(true);
    return store;
  }

  afterAll(async () => {
    const keys = await keysOfRun();
    if (keys.length > 0) await client.del(...keys);
    await client.quit();
  });

  storeConformance('Redis', async () => {
    const [store, other] = [await open(), await open()];
    return {
      store,
      other,
      passTime,
      close: async () => {
        await store.close();
        await other.close();
      },
    };
  });

  test('keys of one decision share a hash tag, and expire', async () => {
    const store = await open();
    const partition = randomUUID();
    const buckets = [bucket({ partition, restoreRate: 50 * point }), bucket({ partition, restoreRate: 50 * point })];
    await store.reserve(reservation(100, buckets, { ttlMs: 30_000 }));
    await store.count([{ id: 'key:1', partition, max: 3, windowMs: 60_000 }]);
    const keys = (await keysOfRun()).filter((key) => key.includes(partition));
    expect(keys).toHaveLength(5);
    for (const key of keys) {
      expect(key).toContain(`{${partition}}`);
      const ttl = await client.pttl(key);
      expect(ttl).toBeGreaterThan(0);
      expect(ttl).toBeLessThanOrEqual(60_000);
    }
    await store.close();
  });

  test.each(['DAY', 'MONTH'] as const)('knows the calendar in UTC: %s', async (period) => {
    const script = `${periodFunction}
      local found = {}
      for _, at in ipairs(ARGV) do
        local starts, ends = period('${period}', tonumber(at) * 1000)
        found[#found + 1] = string.format('%.0f', starts / 1000)
        found[#found + 1] = string.format('%.0f', ends / 1000)
      end
      return found`;
    const found = (await client.eval(script, 0, ...instants.map(String))) as string[];
    expect(found.map(Number)).toEqual(
      instants.flatMap((at) => {
        const { startsAt, endsAt } = periodAt(period, at);
        return [startsAt, endsAt];
      }),
    );
  });

  test('scripts that the server has forgotten are sent again', async () => {
    const store = await open();
    const of = bucket();
    await store.peek([of]);
    await client.script('FLUSH');
    expect(await store.reserve(reservation(10, [of]))).toMatchObject({ kind: 'RESERVED' });
    await store.close();
  });
});

describe('Redis that does not answer', () => {
  async function within(ms: number, call: () => Promise<unknown>): Promise<void> {
    const started = performance.now();
    await expect(call()).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(ms);
  }

  test('a port that nobody listens on: every call fails at once', async () => {
    const store = createRedisStore({ url: 'redis://127.0.0.1:1' });
    await within(100, () => store.reserve(reservation(1, [bucket()])));
    await within(100, () => store.count([{ id: 'key:1', partition: 'a', max: 1, windowMs: 1000 }]));
    expect(await store.ready(20)).toBe(false);
    await store.close();
  });

  test('a server that accepts and says nothing: no call waits longer than the deadline', async () => {
    const silent = createServer((socket) => socket.on('error', () => {}));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const store = createRedisStore({ url: `redis://127.0.0.1:${port}` });
    await store.ready(50);
    await within(150, () => store.peek([bucket()]));
    await within(150, () => store.settle(reservation(1, [bucket()]), 0));
    await store.close();
    silent.close();
  });
});
