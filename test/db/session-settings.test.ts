import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { auditEvent, instanceSetting } from '../../src/db/schema/index.ts';
import { settingsStatement } from '../../src/db/session-settings.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { hostileSettings, makeHostile } from '../support/hostile-settings.ts';
import { openTestApp } from '../support/test-app.ts';
import { onServer, urlOf } from '../support/test-templates.ts';

const server = process.env['TEST_DATABASE_URL'];
const logger = createLogger('silent');

/** Needs TEST_DATABASE_URL. */
describe.skipIf(server === undefined)('sessions on a server that is set up in another way', () => {
  const name = `fieldpass_test_settings_${process.pid}`;
  const url = urlOf(server ?? 'postgres://none', name);
  let open: Database[] = [];

  beforeAll(async () => {
    await onServer(server ?? '', (admin) => admin.unsafe(`CREATE DATABASE ${name}`));
    await onServer(server ?? '', (admin) => admin.unsafe(makeHostile(name)));
  });
  afterEach(async () => {
    for (const database of open.splice(0)) await database.close();
  });
  afterAll(() => onServer(server ?? '', (admin) => admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)));

  async function opened(address: string): Promise<Database> {
    const database = await openDatabase({ url: address, logger });
    open.push(database);
    return database;
  }

  async function settingsOf(database: Database): Promise<Record<string, string>> {
    const rows = await database.rows<{ name: string; value: string }>(
      sql`SELECT name, current_setting(name) AS value FROM unnest(${sql.param(Object.keys(hostileSettings))}::text[]) AS name`,
    );
    return Object.fromEntries(rows.map((row) => [row.name, row.value]));
  }

  const expected = {
    datestyle: 'ISO, MDY',
    timezone: 'UTC',
    intervalstyle: 'postgres',
    bytea_output: 'hex',
    extra_float_digits: '1',
    standard_conforming_strings: 'on',
    array_nulls: 'on',
    transform_null_equals: 'off',
    quote_all_identifiers: 'off',
    gin_fuzzy_search_limit: '0',
    row_security: 'on',
    default_transaction_read_only: 'off',
    default_transaction_isolation: 'read committed',
    default_transaction_deferrable: 'off',
    synchronous_commit: 'on',
    statement_timeout: '4500ms',
    lock_timeout: '4s',
    idle_in_transaction_session_timeout: '1min',
    idle_session_timeout: '0',
    plan_cache_mode: 'force_custom_plan',
    client_min_messages: 'warning',
  };

  const role = 'current_user';
  const inUrl = Object.entries(hostileSettings).map(
    ([setting, value]) => [setting, value.replaceAll("'", '')] as const,
  );
  /** To libpq a plus is a plus. */
  const encoded = (pairs: readonly (readonly [string, string])[]): string =>
    pairs.map(([setting, value]) => `${setting}=${encodeURIComponent(value)}`).join('&');
  const whole = encoded(inUrl);
  const options = inUrl.map(([setting, value]) => `-c ${setting}=${value.replaceAll(' ', '\\ ')}`).join(' ');
  it.each([
    ['its database', '', undefined],
    ['the role in its database', '', role],
    ['the parameters of the URL', `?${whole}`, undefined],
    ['options in the URL', `?${encoded([['options', options]])}`, undefined],
    ['the encoding in the URL', '?client_encoding=LATIN1', undefined],
  ])('set what they rely on, whatever %s says', async (_, parameters, of) => {
    if (of !== undefined) await onServer(server ?? '', (admin) => admin.unsafe(makeHostile(name, of)));
    const database = await opened(`${url}${parameters}`);
    expect(await settingsOf(database)).toEqual(expected);
    expect(await database.rows(sql`SHOW client_encoding`)).toEqual([{ client_encoding: 'UTF8' }]);
    expect(await database.rows(sql`SELECT 'é😀' AS text`)).toEqual([{ text: 'é😀' }]);
  });

  it('leave a stronger promise of commits than ours as it is', async () => {
    const strong = await opened(`${url}?synchronous_commit=remote_apply`);
    expect(await strong.rows(sql`SHOW synchronous_commit`)).toEqual([{ synchronous_commit: 'remote_apply' }]);
  });

  it('read and write times, bytes and numbers as anywhere', async () => {
    const database = await opened(url);
    const at = Date.UTC(2027, 2, 5, 6, 7, 8, 9);
    const bytes = Buffer.alloc(32, "\x00\x01\\'ÿ", 'latin1');
    const event = {
      at,
      action: 'test',
      targetType: 'Test',
      targetId: 'x',
      prevHash: bytes,
      hash: Buffer.from(bytes).reverse(),
    };
    const [stored] = await database.queries
      .insert(auditEvent)
      .values({ ...event, before: null, after: 0.1 })
      .returning();
    expect(stored).toMatchObject({ ...event, after: 0.1 });
    const [row] = await database.rows(sql`
      SELECT ${at}::timestamptz AS given, '2027-03-05 06:07:08.009Z'::timestamptz AS instant, 0.1::float8 + 0.2::float8 AS sum,
        ARRAY[NULL, 'NULL', '\\'] AS texts, '{NULL}'::text[] AS nothing`);
    expect(row).toEqual({ given: at, instant: at, sum: 0.1 + 0.2, texts: [null, 'NULL', '\\'], nothing: [null] });
  });

  it('carry an expiry through the management API unchanged, and let keys in', async () => {
    const database = await opened(url);
    const app = await openTestApp({ overrides: { database } });
    open = [];
    const expiresAt = '2027-01-05T06:07:08.000Z';
    const { id, key } = await app.createKey(['read:Query'], { expiresAt });
    const { body } = await app.management(app.adminKey, `{ apiKey(id: "${id}") { expiresAt } }`);
    expect(body.data).toEqual({ apiKey: { expiresAt } });
    expect((await app.graphql(key, '{ __typename }')).codes).toEqual([]);
    await app.close();
  });

  it('commit beside each other what a serializable transaction would refuse', async () => {
    const database = await opened(url);
    const count = async (): Promise<number> => (await database.queries.select().from(instanceSetting)).length;
    const before = await count();
    await Promise.all(
      Array.from({ length: 8 }, () =>
        database.transaction(async (queries) => {
          await queries.select().from(instanceSetting);
          await queries.insert(instanceSetting).values({ name: randomUUID(), value: 1, updatedAt: 1 });
        }),
      ),
    );
    expect(await count()).toBe(before + 8);
  });
});

describe('the first statement of a session', () => {
  it('keeps statements for data, and no others, in one process', async () => {
    const limits = { statementTimeoutMs: 1, lockTimeoutMs: 0 };
    expect(settingsStatement({ ...limits, inOneProcess: true })).toContain(
      `('max_parallel_workers_per_gather', '0', NULL)`,
    );
    expect(settingsStatement(limits)).not.toContain('parallel');
  });

  it('names each setting once, and no value that could end its quotes', () => {
    const names = [
      ...settingsStatement({ statementTimeoutMs: 1, lockTimeoutMs: 0 }).matchAll(/\('(\w+)', '[\w ,]*',/g),
    ];
    expect(names.length).toBe(new Set(names.map(([, name]) => name)).size);
    expect(names.length).toBeGreaterThan(20);
  });
});
