import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSeeded, seedPlaces } from '../../src/apis/places/seed/seed-places.ts';
import type { Database } from '../../src/db/database.ts';
import { readMigrations } from '../../src/db/migrations.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { placesSample, sampleClock } from '../support/places-sample.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { onServer, urlOf } from '../support/test-templates.ts';

const server = process.env['TEST_DATABASE_URL'];
const logger = createLogger('silent');
const instances = 10;
const never = (): never => {
  throw new Error('nobody else is there');
};

describe('what is done alone', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  it('answers and fails as the work does', async () => {
    expect(await database.alone('test', async () => 42, never)).toBe(42);
    const failing = database.alone('test', () => Promise.reject(new TypeError('no')), never);
    await expect(failing).rejects.toThrow(TypeError);
    expect(await database.alone('test', async () => 43, never)).toBe(43);
  });

  it.skipIf(server === undefined)('waits for others of its name, says so, and for nobody else', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const order: string[] = [];
    const first = database.alone(
      'one',
      async () => {
        order.push('first');
        await held;
        order.push('first ends');
      },
      never,
    );
    await expect.poll(() => order).toEqual(['first']);
    await database.alone('another', async () => order.push('other'), never);
    let told = 0;
    const second = database.alone(
      'one',
      async () => order.push('second'),
      () => {
        told++;
      },
    );
    await expect.poll(() => told).toBe(1);
    expect(order).toEqual(['first', 'other']);
    release();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'other', 'first ends', 'second']);
  });

  it.skipIf(server === undefined)(
    'is taken over when the connection of the first one is lost, whose work fails',
    async () => {
      let begun = (): void => {};
      const started = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const first = database.alone(
        'lost',
        async (patient) => {
          const [own] = await patient.rows<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
          begun();
          await database.rows(sql`SELECT pg_terminate_backend(${own?.pid ?? 0}::int)`);
          await patient.rows(sql`SELECT 1`);
        },
        never,
      );
      const failed = expect(first).rejects.toThrow();
      await started;
      expect(
        await database.alone(
          'lost',
          async () => 'taken over',
          () => {},
        ),
      ).toBe('taken over');
      await failed;
    },
  );
});

/** Needs TEST_DATABASE_URL. */
describe.skipIf(server === undefined)(`${instances} instances that start at once on an empty database`, () => {
  const name = `fieldpass_test_many_${process.pid}`;
  const url = urlOf(server ?? 'postgres://none', name);
  beforeAll(() => onServer(server ?? '', (admin) => admin.unsafe(`CREATE DATABASE ${name}`)));
  afterAll(() => onServer(server ?? '', (admin) => admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)));

  it('all come up: one migrates, and one seeds', async () => {
    let seeded = 0;
    const open = async () => {
      const database = await openDatabase({ url, logger, maxConnections: 2 });
      if (await seedPlaces(database, { clock: sampleClock, source: placesSample })) seeded++;
      return database;
    };
    const databases = await Promise.all(Array.from({ length: instances }, open));
    expect(seeded).toBe(1);
    const [first] = databases;
    if (!first) throw new Error('no database');
    expect(await isSeeded(first.queries)).toBe(true);
    const migrations = await first.rows(sql`SELECT created_at FROM drizzle.__drizzle_migrations`);
    expect(migrations).toHaveLength(readMigrations().length);
    const [cities] = await first.rows(sql`SELECT count(*) AS count FROM city`);
    expect(cities).toEqual({ count: placesSample.cities().length });
    for (const database of databases) await database.close();
  }, 120_000);
});
