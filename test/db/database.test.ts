import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { DatabaseError, isUnavailable, uniqueViolation } from '../../src/db/database-error.ts';
import { application, auditEvent, instanceSetting } from '../../src/db/schema/index.ts';
import { DeadlineExceeded } from '../../src/kernel/deadline.ts';
import { openTestDatabase } from '../support/test-database.ts';

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase({ queryTimeoutMs: 1000, transactionTimeoutMs: 1500 });
});

afterAll(() => database.close());

function anApplication(name: string): typeof application.$inferInsert {
  return { id: randomUUID(), name, ownerName: 'Owner', ownerEmail: 'o@example.org', createdAt: 1, updatedAt: 2 };
}

async function namesLike(prefix: string): Promise<string[]> {
  const found = await database.rows<{ name: string }>(
    sql`SELECT name FROM application WHERE name LIKE ${`${prefix}%`} ORDER BY name`,
  );
  return found.map(({ name }) => name);
}

describe('values', () => {
  it('come out of raw statements as the same JavaScript values on both engines', async () => {
    const [row] = await database.rows(sql`
      SELECT 9007199254740991::int8 AS big, 7::int4 AS small, 1.5::float8 AS real, 1.50::numeric AS exact,
        true AS yes, NULL::text AS nothing, 'é😀'::text AS text, '\\x00ff'::bytea AS bytes,
        '{"a":[1,null]}'::jsonb AS json, 'null'::jsonb AS json_null, ARRAY['a','b,"c'] AS texts,
        ARRAY[]::text[] AS no_texts, '2026-01-02 03:04:05.678+01'::timestamptz AS instant,
        ARRAY['1970-01-01 00:00:01Z'::timestamptz] AS instants, date '2026-01-02' AS day,
        '67656f6e-616d-8573-8000-0000002e5fbb'::uuid AS id, (SELECT count(*) FROM generate_series(1, 3)) AS count`);
    expect(row).toEqual({
      big: 9007199254740991,
      small: 7,
      real: 1.5,
      exact: '1.50',
      yes: true,
      nothing: null,
      text: 'é😀',
      bytes: Buffer.from([0, 255]),
      json: { a: [1, null] },
      json_null: null,
      texts: ['a', 'b,"c'],
      no_texts: [],
      instant: Date.UTC(2026, 0, 2, 2, 4, 5, 678),
      instants: [1000],
      day: '2026-01-02',
      id: '67656f6e-616d-8573-8000-0000002e5fbb',
      count: 3,
    });
  });

  it('go into raw statements alike: times as numbers and Dates, bytes, JSON, arrays', async () => {
    const time = Date.UTC(2026, 0, 2, 2, 4, 5, 678);
    const [row] = await database.rows(sql`
      SELECT ${time}::timestamptz AS number, ${new Date(time)}::timestamptz AS date, ${Buffer.from('ab')}::bytea AS bytes,
        ${sql.param({ a: 1 })}::jsonb AS json, ${'{"a":1}'}::jsonb AS json_text, ${sql.param(['x', null, 'y"'])}::text[] AS texts,
        ${sql.param([1, 2])}::int8[] AS numbers, ${sql.param([true, false])}::bool[] AS booleans,
        ${sql.param([new Date(time)])}::timestamptz[] AS dates, ${sql.param([['a'], ['b,']])}::text[] AS nested,
        ${null}::text AS nothing, ${true}::bool AS yes`);
    expect(row).toEqual({
      number: time,
      date: time,
      bytes: Buffer.from('ab'),
      json: { a: 1 },
      json_text: { a: 1 },
      texts: ['x', null, 'y"'],
      numbers: [1, 2],
      booleans: [true, false],
      dates: [time],
      nested: [['a'], ['b,']],
      nothing: null,
      yes: true,
    });
  });

  it('survive the query builder: bytes, JSON, instants, identity', async () => {
    const bytes = Buffer.alloc(32, 7);
    const event = { at: 1234, action: 'test', targetType: 'Test', targetId: 'x', prevHash: bytes, hash: bytes };
    const [stored] = await database.queries
      .insert(auditEvent)
      .values({ ...event, before: null, after: { a: ['b', 1.5, null] } })
      .returning();
    expect(stored).toMatchObject({ ...event, before: null, after: { a: ['b', 1.5, null] }, seq: expect.any(Number) });
  });

  it('refuses an integer that a number cannot hold instead of rounding it', async () => {
    await expect(database.rows(sql`SELECT 9007199254740993::int8 AS big`)).rejects.toThrow(RangeError);
    expect(await database.rows(sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
  });

  it('orders text by code point, whatever the server prefers', async () => {
    const names = ['order B', 'order a', 'order Ä', 'order-x'];
    await database.queries.insert(application).values(names.map(anApplication));
    expect(await namesLike('order')).toEqual(['order B', 'order a', 'order Ä', 'order-x']);
  });
});

describe('errors', () => {
  it('name the unique constraint that refused a row', async () => {
    const setting = { name: 'twice', value: 1, updatedAt: 1 };
    await database.queries.insert(instanceSetting).values(setting);
    const error = await database.queries
      .insert(instanceSetting)
      .values(setting)
      .catch((reason: unknown) => reason);
    expect(uniqueViolation(error)).toBe('instance_setting_pkey');
    expect(isUnavailable(error)).toBe(false);
  });

  it('never repeat what was sent or stored', async () => {
    const name = 'secret-value-1';
    const insert = (): PromiseLike<unknown> =>
      database.queries.insert(instanceSetting).values({ name, value: { deep: 'secret-value-2' }, updatedAt: 1 });
    await insert();
    const error: unknown = await insert().then(undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(DatabaseError);
    const everything = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error);
    expect(everything).not.toContain('secret-value');
  });

  it('tell a check from a missing table, and leave the database usable', async () => {
    const broken = { ...anApplication('broken'), status: 'ODD' as 'ACTIVE' };
    await expect(database.queries.insert(application).values(broken)).rejects.toMatchObject({
      sqlState: '23514',
      constraint: 'application_status_check',
    });
    await expect(database.rows(sql`SELECT * FROM no_such_table`)).rejects.toMatchObject({ sqlState: '42P01' });
    expect(await database.ready()).toBe(true);
  });
});

describe('transactions', () => {
  it('commit what the work did, and answer its value', async () => {
    const value = await database.transaction(async (queries) => {
      await queries.insert(application).values(anApplication('commit 1'));
      return 42;
    });
    expect(value).toBe(42);
    expect(await namesLike('commit')).toEqual(['commit 1']);
  });

  it('roll back when the work rejects, with its own error', async () => {
    const failing = database.transaction(async (queries) => {
      await queries.insert(application).values(anApplication('rollback 1'));
      throw new TypeError('changed my mind');
    });
    await expect(failing).rejects.toThrow(new TypeError('changed my mind'));
    expect(await namesLike('rollback')).toEqual([]);
  });

  it('reject when the work swallowed the error of a statement: nothing was committed', async () => {
    const failing = database.transaction(async (queries) => {
      await queries.insert(application).values(anApplication('swallow 1'));
      await queries.execute(sql`SELECT 1 / 0`).then(undefined, () => 'swallowed');
    });
    await expect(failing).rejects.toMatchObject({ sqlState: '22012' });
    expect(await namesLike('swallow')).toEqual([]);
  });

  it('see their own writes, through rows() too', async () => {
    await database.transaction(async (queries) => {
      const mine = anApplication('inside 1');
      await queries.insert(application).values(mine);
      expect(await database.rows(sql`SELECT name FROM application WHERE id = ${mine.id}`, queries)).toHaveLength(1);
      expect(await queries.select().from(application).where(eq(application.id, mine.id))).toHaveLength(1);
    });
  });

  it('refuse statements after their end', async () => {
    const kept = await database.transaction(async (queries) => queries);
    await expect(kept.select().from(application)).rejects.toThrow('a transaction that is over');
  });

  it('that run beside other queries delay them, and nobody waits for ever', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `beside ${String(index).padStart(2, '0')}`);
    await Promise.all(
      names.flatMap((name) => [
        database.transaction(async (queries) => {
          await queries.insert(application).values(anApplication(name));
          await queries.execute(sql`SELECT 1`);
        }),
        database.queries.select().from(application).limit(1),
      ]),
    );
    expect(await namesLike('beside')).toEqual(names);
  });

  it('end at their deadline when the work never does, and give their locks back', async () => {
    await expect(
      database.transaction(async (queries) => {
        await queries.insert(application).values(anApplication('stuck 1'));
        await new Promise(() => {});
      }),
    ).rejects.toThrow(DeadlineExceeded);
    expect(await namesLike('stuck')).toEqual([]);
  });
});

describe('notices', () => {
  it('reach every listener of their channel, and none of another', async () => {
    const heard: string[] = [];
    const ended = signal();
    await database.listen('a "channel"', (payload) => (payload === 'end' ? ended.give() : heard.push(payload)), fail);
    const stop = await database.listen('a "channel"', (payload) => heard.push(`second ${payload}`), fail);
    await database.notify('another', 'no');
    await database.notify('a "channel"', 'é {"json":true}');
    await expect.poll(() => heard.length).toBe(2);
    await stop();
    await database.notify('a "channel"', 'end');
    await ended.given;
    expect(heard.sort()).toEqual(['second é {"json":true}', 'é {"json":true}']);
  });

  it('are sent when their transaction commits, and not when it rolls back', async () => {
    const heard: string[] = [];
    const ended = signal();
    await database.listen('committed', (payload) => (payload === 'end' ? ended.give() : heard.push(payload)), fail);
    await database
      .transaction(async (queries) => {
        await database.notify('committed', 'rolled back', queries);
        throw new Error('no');
      })
      .catch(() => undefined);
    await database.transaction(async (queries) => {
      await database.notify('committed', 'kept', queries);
      heard.push('before the end');
    });
    await database.notify('committed', 'end');
    await ended.given;
    expect(heard).toEqual(['before the end', 'kept']);
  });
});

describe('housekeeping', () => {
  it('counts every statement', async () => {
    const before = database.statements;
    await database.rows(sql`SELECT 1`);
    await database.queries.select().from(application).limit(1);
    expect(database.statements - before).toBe(2);
  });

  it('is ready while it answers, and not once it is closed', async () => {
    const other = await openTestDatabase();
    expect(await other.ready()).toBe(true);
    await other.close();
    expect(await other.ready()).toBe(false);
    const error = await other.rows(sql`SELECT 1`).catch((reason: unknown) => reason);
    expect(isUnavailable(error)).toBe(true);
  });
});

function fail(): void {
  throw new Error('a gap where there was none');
}

function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give = (): void => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}
