import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import type { WithSession } from '../../src/db/database-over.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type Migration, readMigrations } from '../../src/db/migrations.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { StartError } from '../../src/kernel/start-error.ts';
import { openTestDatabase } from '../support/test-database.ts';

const logger = createLogger('silent');
const known = readMigrations();
let database: Database & WithSession;

beforeAll(async () => {
  database = (await openTestDatabase()) as Database & WithSession;
});

afterAll(() => database.close());

function migration(name: string, when: number, ...statements: string[]): Migration {
  return { name, when, statements, hash: name };
}

async function tables(prefix: string): Promise<string[]> {
  const found = await database.rows<{ name: string }>(
    sql`SELECT tablename AS name FROM pg_tables WHERE tablename LIKE ${`${prefix}%`} ORDER BY 1`,
  );
  return found.map(({ name }) => name);
}

describe('migrations', () => {
  it('are applied once each, in the order of the journal', async () => {
    const more = [
      migration('first', 10_001, 'CREATE TABLE order_one (id int)', 'CREATE TABLE order_two (id int)'),
      migration('second', 10_002, 'ALTER TABLE order_two RENAME TO order_three'),
    ];
    await migrate(database, [...known, ...more], logger);
    await migrate(database, [...known, ...more], logger);
    expect(await tables('order_')).toEqual(['order_one', 'order_three']);
  });

  it('are applied even when a younger one came first: two branches were merged', async () => {
    const older = migration('older', 10_000, 'CREATE TABLE merged (id int)');
    const applied = [migration('first', 10_001), migration('second', 10_002)];
    await migrate(database, [...known, older, ...applied], logger);
    expect(await tables('merged')).toEqual(['merged']);
  });

  it('that fail leave nothing behind, and stop the start in one line', async () => {
    const rest = [migration('older', 10_000), migration('first', 10_001), migration('second', 10_002)];
    const broken = migration('broken', 10_003, 'CREATE TABLE half (id int)', 'SELECT 1 /\n 0');
    const failure = migrate(database, [...known, ...rest, broken], logger);
    await expect(failure).rejects.toThrow(StartError);
    await expect(failure).rejects.toThrow('Migration broken failed and was rolled back: division by zero');
    expect(await tables('half')).toEqual([]);
    expect(await database.ready()).toBe(true);
  });

  it('of a newer build are refused', async () => {
    await expect(migrate(database, known, logger)).rejects.toThrow('newer version of Fieldpass (3 unknown migrations)');
  });

  it('come from the folder in the order of their numbers, with later times', () => {
    expect(known.length).toBeGreaterThan(0);
    expect(known.map(({ name }) => name)).toEqual(known.map(({ name }) => name).sort());
    expect(known.map(({ when }) => when)).toEqual(known.map(({ when }) => when).sort((a, b) => a - b));
  });
});
