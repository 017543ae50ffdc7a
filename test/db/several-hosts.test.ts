import { sql } from 'drizzle-orm';
import { afterEach, describe, expect, it } from 'vitest';
import { readConnectionUrl } from '../../src/db/connection-target.ts';
import type { Database } from '../../src/db/database.ts';
import { isUnavailable } from '../../src/db/database-error.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { defaultOpenOptions } from '../../src/db/open-options.ts';
import { openPostgres } from '../../src/db/postgres.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { type FalsePostgres, type FalseServer, startFalsePostgres } from '../support/false-postgres.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { onServer, urlOf } from '../support/test-templates.ts';

const server = process.env['TEST_DATABASE_URL'];
const real = new URL(server ?? 'postgres://none');
const realPlace = `${real.hostname}:${real.port || 5432}`;
const logger = createLogger('silent');
/** Of statements, so that a busy machine is not taken for a server that hangs. */
const longTimes: { queryTimeoutMs: number; reservedTimeoutMs: number } = {
  queryTimeoutMs: 20_000,
  reservedTimeoutMs: 20_000,
};

/** Needs TEST_DATABASE_URL. */
describe.skipIf(server === undefined)('several addresses of a database', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function stand(behaviour: FalseServer): Promise<FalsePostgres> {
    const started = await startFalsePostgres(behaviour);
    closing.push(started.close);
    return started;
  }

  /** Without `parameters` an address has two seconds. */
  function urlOfPlaces(places: readonly string[], parameters = 'connect_timeout=2'): string {
    return `${real.protocol}//${real.username}:${real.password}@${places.join(',')}${real.pathname}?${parameters}`;
  }

  function opened(url: string, times: Partial<typeof longTimes> = {}): Database {
    const answer = readConnectionUrl(url);
    if (answer.kind === 'INVALID') throw new Error(answer.message);
    const database = openPostgres(answer.target, { ...defaultOpenOptions, ...longTimes, ...times, logger }, []);
    closing.push(() => database.close());
    return database;
  }

  const ask = async (database: Database): Promise<unknown> => {
    const [row] = await database.rows<{ here: string }>(sql`SELECT 'here' AS here`);
    return row?.here;
  };

  const passedOver: readonly FalseServer[] = [
    { kind: 'MUTE' },
    { kind: 'MUTE_ONCE_INSIDE' },
    { kind: 'STANDBY' },
    ...['57P03', '57P01', '57P02', '53300', '08004'].map((sqlState) => ({ kind: 'REFUSES', sqlState }) as const),
  ];

  it.each(passedOver)('are tried until one can be used: $kind $sqlState is passed over', async (behaviour) => {
    const first = await stand(behaviour);
    const database = opened(urlOfPlaces([`127.0.0.1:${first.port}`, realPlace]));
    expect(await ask(database)).toBe('here');
    expect(first.accepted).toBe(1);
  });

  it.each(passedOver)('begin, once one answered, with that one: not with $kind $sqlState', async (behaviour) => {
    const first = await stand(behaviour);
    const database = opened(urlOfPlaces([`127.0.0.1:${first.port}`, realPlace]));
    await ask(database);
    // Each transaction has a connection of its own.
    await Promise.all(
      [1, 2, 3].map(() => database.transaction((queries) => queries.execute(sql`SELECT pg_sleep(0.05)`))),
    );
    await database.lookups.execute(sql`SELECT 1`);
    expect(first.accepted).toBe(1);
  });

  it('share the time that a statement may take', async () => {
    const mute = [await stand({ kind: 'MUTE' }), await stand({ kind: 'MUTE_ONCE_INSIDE' })];
    const database = opened(urlOfPlaces([...mute.map(({ port }) => `127.0.0.1:${port}`), realPlace], ''), {
      queryTimeoutMs: 9000,
    });
    expect(await ask(database)).toBe('here');
  });

  it('go on after one that somebody gave up waiting for', async () => {
    const first = await stand({ kind: 'MUTE' });
    const database = opened(urlOfPlaces([`127.0.0.1:${first.port}`, realPlace], ''), { reservedTimeoutMs: 2000 });
    // Statements for leases wait for less than the share of an address.
    await expect(database.reserved.execute(sql`SELECT 1`)).rejects.toSatisfy(isUnavailable);
    await database.reserved.execute(sql`SELECT 1`);
    expect(first.accepted).toBe(1);
  });

  it.each(['28P01', '28000', '3D000'])('are not tried further after a refusal that is meant: %s', async (sqlState) => {
    const first = await stand({ kind: 'REFUSES', sqlState });
    const database = opened(urlOfPlaces([`127.0.0.1:${first.port}`, realPlace]));
    await expect(ask(database)).rejects.toMatchObject({ sqlState });
  });

  it('say what was wrong with the last one when none can be used', async () => {
    const [one, two] = [await stand({ kind: 'REFUSES', sqlState: '57P03' }), await stand({ kind: 'STANDBY' })];
    const database = opened(urlOfPlaces([`127.0.0.1:${one.port}`, `127.0.0.1:${two.port}`]));
    await expect(ask(database)).rejects.toThrow(/^The server is a standby/);
    expect([one.accepted, two.accepted]).toEqual([1, 1]);
  });

  it.each(['read-write', 'primary'])('or a single one refuse a standby with target_session_attrs=%s', async (value) => {
    const { port } = await stand({ kind: 'STANDBY' });
    const database = opened(urlOfPlaces([`127.0.0.1:${port}`], `target_session_attrs=${value}`));
    await expect(ask(database)).rejects.toThrow(/^The server is a standby/);
    expect(await ask(opened(urlOfPlaces([realPlace], `target_session_attrs=${value}`)))).toBe('here');
  });

  it('are enough to start with when the first hangs, and a lost one is replaced by another', async () => {
    const name = `fieldpass_test_hosts_${process.pid}`;
    await onServer(server ?? '', (admin) => admin.unsafe(`CREATE DATABASE ${name}`));
    closing.push(() => onServer(server ?? '', (admin) => admin.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)));
    const first = await stand({ kind: 'MUTE' });
    const [one, two] = [
      await startTcpProxy(real.hostname, Number(real.port || 5432)),
      await startTcpProxy(real.hostname, Number(real.port || 5432)),
    ];
    closing.push(one.close, two.close);
    const url = new URL(urlOf(server ?? '', name));
    const places = [first.port, one.port, two.port].map((port) => `127.0.0.1:${port}`);
    const database = await openDatabase({
      url: url.href.replace(/@[^/]+/, `@${places}`),
      logger,
      queryTimeoutMs: 9000,
    });
    closing.push(() => database.close());
    expect(await ask(database)).toBe('here');
    expect(two.accepted).toBe(0);
    one.blackHole(true);
    one.cut();
    await expect.poll(() => ask(database).catch(() => 'lost')).toBe('here');
    expect(two.accepted).toBeGreaterThan(0);
  });
});
