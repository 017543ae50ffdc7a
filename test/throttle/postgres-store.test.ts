import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { createPostgresStore } from '../../src/throttle/postgres-store.ts';
import { bucket, reservation, storeConformance } from './store-conformance.ts';

const url = process.env['TEST_DATABASE_URL'];
const point = 1_000_000;

/** A database of its own inside the given one: a schema with the throttle's tables and functions. */
async function openSchema(databaseUrl: string) {
  const name = `throttle_${randomUUID().replaceAll('-', '')}`;
  const client = postgres(databaseUrl, { max: 8, connection: { search_path: name }, onnotice: () => {} });
  await client`CREATE SCHEMA ${client(name)}`;
  await client.unsafe(await readFile(new URL('./rate-bucket.sql', import.meta.url), 'utf8'));
  const queries = drizzle(client);
  const rows: Database['rows'] = async <Row>(statement: Parameters<typeof queries.execute>[0]) =>
    (await queries.execute(statement)) as unknown as Row[];
  return {
    client,
    store: createPostgresStore({ database: { rows }, deadlineMs: 5000 }),
    async close() {
      await client`DROP SCHEMA ${client(name)} CASCADE`;
      await client.end();
    },
  };
}

describe.skipIf(!url)('on TEST_DATABASE_URL', () => {
  if (!url) return;

  storeConformance('PostgreSQL', async () => {
    const { store, close } = await openSchema(url);
    return { store, other: store, passTime: (ms) => new Promise((resolve) => setTimeout(resolve, ms)), close };
  });

  test('forgets what is full and has ended, and nothing else', async () => {
    const { client, store, close } = await openSchema(url);
    const full = bucket({ restoreRate: 1_000_000 * point });
    const drained = bucket();
    const spent = reservation(10, [full]);
    await store.reserve(spent);
    await store.settle(spent, 10 * point);
    await store.reserve(reservation(10, [drained]));
    await store.count([{ id: 'a', partition: 'a', max: 1, windowMs: 60_000 }]);
    await store.count([{ id: 'b', partition: 'a', max: 1, windowMs: 1 }]);
    await expect
      .poll(async () => {
        await store.forgetFull();
        return [await client`SELECT id FROM rate_bucket`, await client`SELECT id FROM rate_window`];
      })
      .toEqual([[{ id: drained.id }], [{ id: 'a' }]]);
    await close();
  });

  test('two buckets in the opposite order never lock each other out', async () => {
    const { store, close } = await openSchema(url);
    const [left, right] = [bucket(), bucket()];
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        store.reserve(reservation(1, index % 2 ? [left, right] : [right, left])),
      ),
    );
    expect(answers.every(({ kind }) => kind === 'RESERVED')).toBe(true);
    expect(await store.peek([left, right])).toEqual([
      { available: 900 * point, inFlight: 100 },
      { available: 900 * point, inFlight: 100 },
    ]);
    await close();
  });
});
