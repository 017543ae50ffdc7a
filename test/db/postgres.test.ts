import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { DatabaseUnavailable, isUnavailable } from '../../src/db/database-error.ts';
import { readMigrations } from '../../src/db/migrations.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { DeadlineExceeded } from '../../src/kernel/deadline.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { onServer, urlOf } from '../support/test-templates.ts';

const server = process.env['TEST_DATABASE_URL'];
const logger = createLogger('silent');
const name = `fieldpass_test_faults_${process.pid}`;

/** What only a connection over the network can go through; needs TEST_DATABASE_URL. */
describe.skipIf(server === undefined)('a PostgreSQL server behind a bad network', () => {
  const url = server ?? 'postgres://none';
  let proxy: TcpProxy;
  let database: Database;

  beforeAll(() => onServer(url, (admin) => admin.unsafe(`CREATE DATABASE ${name}`)));
  afterAll(() => onServer(url, (admin) => admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)));

  beforeEach(async () => {
    const { hostname, port } = new URL(url);
    proxy = await startTcpProxy(hostname, Number(port || 5432));
    const through = new URL(urlOf(url, name));
    through.host = `127.0.0.1:${proxy.port}`;
    database = await openDatabase({
      url: through.href,
      logger,
      queryTimeoutMs: 400,
      transactionTimeoutMs: 1000,
      maxConnections: 3,
      listenHeartbeatMs: 50,
    });
  });

  afterEach(async () => {
    await database.close();
    await proxy.close();
  });

  async function timed<Value>(work: () => Promise<Value>): Promise<{ error: unknown; ms: number }> {
    const start = performance.now();
    const error = await work().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return { error, ms: performance.now() - start };
  }

  const ask = (): Promise<unknown> => database.rows(sql`SELECT 1`);

  it('rejects a query at its deadline when the socket swallows everything, and recovers afterwards', async () => {
    await ask();
    proxy.blackHole(true);
    const { error, ms } = await timed(ask);
    expect(error).toBeInstanceOf(DeadlineExceeded);
    expect(isUnavailable(error)).toBe(true);
    expect(ms).toBeLessThan(4000);
    await expect.poll(() => proxy.connections).toBe(0);
    proxy.blackHole(false);
    await ask();
  });

  it('loses no place in the pool to connections that hang', async () => {
    proxy.blackHole(true);
    const failed = await Promise.all(Array.from({ length: 9 }, () => timed(ask)));
    for (const { error, ms } of failed) {
      expect(isUnavailable(error)).toBe(true);
      expect(ms).toBeLessThan(4000);
    }
    proxy.blackHole(false);
    await Promise.all(Array.from({ length: 6 }, ask));
    expect(proxy.connections).toBeLessThanOrEqual(3);
  });

  it('rejects a transaction whose connection falls silent, which then has not happened', async () => {
    const { error } = await timed(() =>
      database.transaction(async (queries) => {
        await queries.execute(sql`INSERT INTO instance_setting VALUES ('silent', '1', now())`);
        proxy.blackHole(true);
        await queries.execute(sql`SELECT 1`);
      }),
    );
    expect(error).toBeInstanceOf(DeadlineExceeded);
    proxy.blackHole(false);
    expect(await database.rows(sql`SELECT 1 FROM instance_setting WHERE name = 'silent'`)).toEqual([]);
  });

  it('never goes on with a transaction over another connection when the first is lost', async () => {
    const { error } = await timed(() =>
      database.transaction(async (queries) => {
        await queries.execute(sql`INSERT INTO instance_setting VALUES ('lost 1', '1', now())`);
        proxy.cut();
        await queries.execute(sql`INSERT INTO instance_setting VALUES ('lost 2', '1', now())`);
      }),
    );
    expect(error).toBeInstanceOf(DatabaseUnavailable);
    expect(await database.rows(sql`SELECT 1 FROM instance_setting WHERE name LIKE 'lost%'`)).toEqual([]);
  });

  it('uses a new connection after idle ones were lost', async () => {
    await Promise.all([ask(), ask(), ask()]);
    proxy.cut();
    await expect.poll(() => timed(ask).then(({ error }) => error)).toBeUndefined();
  });

  it('treats a backend that was ended, and a statement that takes too long, as unavailable', async () => {
    const ended = await timed(() => database.rows(sql`SELECT pg_terminate_backend(pg_backend_pid())`));
    expect(isUnavailable(ended.error)).toBe(true);
    const slow = await timed(() => database.rows(sql`SELECT pg_sleep(5)`));
    expect(isUnavailable(slow.error)).toBe(true);
    expect(slow.ms).toBeLessThan(4000);
    await ask();
  });

  it('listens again after its connection was lost or fell silent, and says that there was a gap', async () => {
    const heard: string[] = [];
    let gaps = 0;
    await database.listen(
      'faults',
      (payload) => heard.push(payload),
      () => gaps++,
    );
    await database.notify('faults', 'one');
    await expect.poll(() => heard).toEqual(['one']);
    proxy.cut();
    await expect.poll(() => gaps, { timeout: 3000 }).toBe(1);
    await expect.poll(() => timed(() => database.notify('faults', 'two')).then(({ error }) => error)).toBeUndefined();
    await expect.poll(() => heard).toEqual(['one', 'two']);
    const accepted = proxy.accepted;
    proxy.blackHole(true);
    await expect.poll(() => proxy.accepted, { timeout: 3000 }).toBeGreaterThan(accepted);
    proxy.blackHole(false);
    await expect.poll(() => gaps, { timeout: 5000 }).toBe(2);
    await database.notify('faults', 'three');
    await expect.poll(() => heard).toEqual(['one', 'two', 'three']);
  });

  it('closes while a query hangs, within the deadline', async () => {
    await ask();
    proxy.blackHole(true);
    const sent = database.statements;
    const hanging = timed(ask);
    await expect.poll(() => database.statements).toBe(sent + 1);
    const { ms } = await timed(() => database.close());
    expect(ms).toBeLessThan(4000);
    expect(isUnavailable((await hanging).error)).toBe(true);
  });

  it('migrates once when four instances start at the same moment', async () => {
    const fresh = `${name}_four`;
    await onServer(url, (admin) => admin.unsafe(`CREATE DATABASE ${fresh}`));
    try {
      const instances = await Promise.all(
        Array.from({ length: 4 }, () => openDatabase({ url: urlOf(url, fresh), logger })),
      );
      const [first] = instances;
      const applied = await first?.rows(sql`SELECT created_at FROM drizzle.__drizzle_migrations`);
      expect(applied).toHaveLength(readMigrations().length);
      await Promise.all(instances.map((instance) => instance.close()));
    } finally {
      await onServer(url, (admin) => admin.unsafe(`DROP DATABASE IF EXISTS ${fresh} WITH (FORCE)`));
    }
  });
});
