import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRedisStore, type RedisStore } from '../../../src/throttle/stores/redis-store.ts';
import { openRedisCluster, type RedisCluster } from '../../support/redis-cluster.ts';
import { bucket, reservation, type StoreHarness, storeConformance } from './store-conformance.ts';

const installed = ['redis-server', 'redis-cli'].every((name) => spawnSync(name, ['--version']).status === 0);
const why = installed ? '' : ' (skipped: there is no redis-server and redis-cli on this machine)';

describe.skipIf(!installed)(`a Redis Cluster of three nodes${why}`, () => {
  let cluster: RedisCluster;
  const stores: RedisStore[] = [];
  beforeAll(async () => {
    cluster = await openRedisCluster();
  });
  afterAll(async () => {
    for (const store of stores) await store.close();
    await cluster.close();
  });

  async function open(): Promise<RedisStore> {
    const store = createRedisStore({ url: cluster.urls.slice(0, 2).join(','), deadlineMs: 2000 });
    stores.push(store);
    expect(await store.ready(10_000)).toBe(true);
    return store;
  }

  storeConformance('Redis Cluster', async (): Promise<StoreHarness> => {
    const [store, other] = [await open(), await open()];
    return {
      store,
      other,
      passTime: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      close: async () => {},
    };
  });

  test('applications stand on all nodes, and each on one', async () => {
    const store = await open();
    for (let index = 0; index < 60; index++) {
      const partition = randomUUID();
      const buckets = [bucket({ partition }), bucket({ partition })];
      expect(await store.reserve(reservation(1, buckets))).toMatchObject({ kind: 'RESERVED' });
    }
    const keys = cluster.urls.map((url) => Number(spawnSync('redis-cli', ['-u', url, 'DBSIZE']).stdout.toString()));
    expect(keys.every((count) => count > 0)).toBe(true);
  });

  test('a node that is away takes its own applications with it, and no others', async () => {
    const store = createRedisStore({ url: cluster.urls.join(','), deadlineMs: 100 });
    stores.push(store);
    expect(await store.ready(10_000)).toBe(true);
    const buckets = Array.from({ length: 30 }, () => bucket({ partition: randomUUID() }));
    cluster.stop(2);
    const waits: number[] = [];
    const outcomes = await Promise.all(
      buckets.map(async (of) => {
        const started = performance.now();
        const { status } = await store.reserve(reservation(1, [of])).then(
          () => ({ status: 'ANSWERED' }),
          () => ({ status: 'FAILED' }),
        );
        waits.push(performance.now() - started);
        return status;
      }),
    );
    cluster.resume(2);
    expect(new Set(outcomes)).toEqual(new Set(['ANSWERED', 'FAILED']));
    expect(Math.max(...waits)).toBeLessThan(2000);
    await expect
      .poll(() => Promise.all(buckets.map((of) => store.peek([of]))).then((all) => all.length), { timeout: 10_000 })
      .toBe(30);
  });
});
