import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { createPartitions, dropPartition, listPartitions, partitionAt } from '../../src/usage/partitions.ts';
import { openTestDatabase } from '../support/test-database.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
}, 60_000);
afterAll(() => database.close());

const at = Date.UTC(2026, 11, 31, 23, 59);

describe('partitions', () => {
  it('are days and months in UTC that touch each other', () => {
    const [day, next] = [partitionAt('usage_minute', at), partitionAt('usage_minute', at + 60_000)];
    expect([day.name, next.name]).toEqual(['usage_minute_20261231', 'usage_minute_20270101']);
    expect(day.until).toBe(next.from);
    const month = partitionAt('usage_day', at);
    expect(month).toMatchObject({ name: 'usage_day_202612', from: Date.UTC(2026, 11), until: Date.UTC(2027, 0) });
  });

  it('are made once, whoever asks first, and no more questions are asked then', async () => {
    const instances = [createPartitions(database), createPartitions(database), createPartitions(database)];
    await Promise.all(instances.map((instance) => instance.ensure([at, at + 60_000])));
    const names = (await listPartitions(database)).map(({ name }) => name);
    expect(names).toContain('request_log_20261231');
    expect(names).toContain('usage_field_day_202701');
    expect(new Set(names).size).toBe(names.length);
    const before = database.statements;
    await instances[0]?.ensure([at]);
    expect(database.statements).toBe(before);
  });

  it('have the indexes of their table, and can be dropped', async () => {
    const indexes = await database.rows(
      sql`SELECT indexname FROM pg_indexes WHERE tablename = 'usage_minute_20261231'`,
    );
    expect(indexes).toHaveLength(3);
    const [partition] = (await listPartitions(database)).filter(({ name }) => name === 'usage_minute_20261231');
    expect(partition).toMatchObject({ from: Date.UTC(2026, 11, 31), until: Date.UTC(2027, 0) });
    expect(partition && (await dropPartition(database, partition))).toBe(true);
    expect((await listPartitions(database)).some(({ name }) => name === 'usage_minute_20261231')).toBe(false);
  });
});
