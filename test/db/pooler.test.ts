import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/open-database.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { StartError } from '../../src/kernel/start-error.ts';
import { hasPgBouncer, type PgBouncer, type PgBouncerOptions, startPgBouncer } from '../support/pgbouncer.ts';
import { openTestApp } from '../support/test-app.ts';
import { onServer, urlOf } from '../support/test-templates.ts';

const server = process.env['TEST_DATABASE_URL'];
const logger = createLogger('silent');

/** Needs TEST_DATABASE_URL and PgBouncer, of Debian's package `pgbouncer`. */
describe.skipIf(server === undefined || !hasPgBouncer)('behind PgBouncer', () => {
  const name = `fieldpass_test_pooler_${process.pid}`;
  const direct = urlOf(server ?? 'postgres://none', name);
  let pooler: PgBouncer | undefined;

  beforeAll(() => onServer(server ?? '', (admin) => admin.unsafe(`CREATE DATABASE ${name}`)));
  afterEach(() => pooler?.close());
  afterAll(() => onServer(server ?? '', (admin) => admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)));

  const refusal = /^DATABASE_URL leads to a pooler that shares connections .* pool_mode = session/;

  const sharing: readonly PgBouncerOptions[] = [
    { mode: 'statement' },
    { mode: 'transaction' },
    { mode: 'transaction', roundRobin: true },
    { mode: 'transaction', poolSize: 1 },
    { mode: 'transaction', poolSize: 2 },
  ];
  it.each(sharing)('%j is refused at the start', async (options) => {
    pooler = await startPgBouncer(direct, options);
    const opening = openDatabase({ url: pooler.url, logger });
    await expect(opening).rejects.toThrow(StartError);
    await expect(opening).rejects.toThrow(refusal);
  });

  it('a mode for transactions is refused beside clients that keep all of its servers moving', async () => {
    pooler = await startPgBouncer(direct, { mode: 'transaction', poolSize: 5 });
    const { url } = pooler;
    let stopped = false;
    const busy = Array.from({ length: 6 }, () =>
      onServer(url, async (client) => {
        while (!stopped) await client.unsafe('SELECT 1').simple();
      }),
    );
    const outcomes: unknown[] = [];
    for (let attempt = 0; attempt < 5; attempt++) {
      outcomes.push(await openDatabase({ url, logger }).catch((error: Error) => error.message));
    }
    stopped = true;
    await Promise.all(busy);
    for (const outcome of outcomes) expect(outcome).toMatch(refusal);
  });

  it('a mode for sessions works: keys, changes, notices, transactions, and settings of the database are overridden', async () => {
    await onServer(server ?? '', (admin) => admin.unsafe(`ALTER DATABASE ${name} SET datestyle = 'SQL, DMY'`));
    pooler = await startPgBouncer(direct, { mode: 'session' });
    const database = await openDatabase({ url: pooler.url, logger });
    const heard: string[] = [];
    await database.listen(
      'pooled',
      (payload) => heard.push(payload),
      () => {},
    );
    await database.transaction((queries) => database.notify('pooled', 'there', queries));
    await expect.poll(() => heard).toEqual(['there']);
    expect(await database.rows(sql`SHOW datestyle`)).toEqual([{ DateStyle: 'ISO, MDY' }]);

    const app = await openTestApp({ overrides: { database } });
    const expiresAt = '2027-01-05T06:07:08.000Z';
    const { id, key } = await app.createKey(['read:Query'], { expiresAt });
    const { body } = await app.management(app.adminKey, `{ apiKey(id: "${id}") { expiresAt } }`);
    expect(body.data).toEqual({ apiKey: { expiresAt } });
    expect((await app.graphql(key, '{ __typename }')).codes).toEqual([]);
    await app.management(app.adminKey, `mutation { revokeApiKey(input: { id: "${id}" }) { apiKey { id } } }`);
    expect((await app.graphql(key, '{ __typename }')).codes).toEqual(['API_KEY_REVOKED']);
    await app.close();
  });
});

/** Needs TEST_DATABASE_URL. */
describe.skipIf(server === undefined)('without a pooler', () => {
  it('sessions are never taken for shared, however busy the server is', async () => {
    const name = `fieldpass_test_direct_${process.pid}`;
    await onServer(server ?? '', (admin) => admin.unsafe(`CREATE DATABASE ${name}`));
    const url = urlOf(server ?? '', name);
    try {
      const opened = await Promise.all(
        Array.from({ length: 5 }, () => openDatabase({ url, logger, maxConnections: 2 })),
      );
      for (const database of opened) await database.close();
    } finally {
      await onServer(server ?? '', (admin) => admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    }
  });
});
