import type { Database } from './database.ts';
import { databaseOver, type WithSession } from './database-over.ts';
import { isMigrated } from './migrate.ts';
import type { Migration } from './migrations.ts';
import type { OpenOptions } from './open-options.ts';
import { createPostgresListener } from './postgres-listener.ts';
import { openPostgresSession, type PostgresSessionOptions } from './postgres-session.ts';
import { createSessionPool } from './session-pool.ts';

/** A pool on a PostgreSQL server, 15 or later. Nothing is sent before the first query. */
export function openPostgres(
  url: string,
  options: OpenOptions,
  migrations: readonly Migration[],
): Database & WithSession {
  const session: PostgresSessionOptions = {
    url,
    connectTimeoutMs: options.queryTimeoutMs,
    // The server gives up a little earlier than the client, which then keeps its connection.
    statementTimeoutMs: Math.ceil(options.queryTimeoutMs * 0.9),
    lockTimeoutMs: Math.ceil(options.queryTimeoutMs * 0.8),
  };
  const pool = createSessionPool({
    open: () => openPostgresSession(session),
    max: options.maxConnections,
    waitMs: options.queryTimeoutMs,
    idleMs: 60_000,
    lifetimeMs: 30 * 60_000,
  });
  const reservedTimeoutMs = Math.min(options.reservedTimeoutMs, options.queryTimeoutMs);
  const reserved = createSessionPool({
    open: () =>
      openPostgresSession({
        ...session,
        applicationName: 'fieldpass (reserved)',
        connectTimeoutMs: reservedTimeoutMs,
      }),
    max: 1,
    waitMs: reservedTimeoutMs,
    lifetimeMs: 30 * 60_000,
  });
  const listener = createPostgresListener({
    open: (hooks) => openPostgresSession({ ...session, applicationName: 'fieldpass (listening)', ...hooks }),
    queryTimeoutMs: options.queryTimeoutMs,
    heartbeatMs: options.listenHeartbeatMs,
    logger: options.logger,
  });
  return databaseOver({
    kind: 'POSTGRES',
    pool,
    reserved: { pool: reserved, queryTimeoutMs: reservedTimeoutMs },
    queryTimeoutMs: options.queryTimeoutMs,
    transactionTimeoutMs: options.transactionTimeoutMs,
    listen: listener.listen,
    isCurrent: (queries) => isMigrated(queries, migrations),
    close: async (graceMs) => {
      listener.close();
      await Promise.all([pool.close(graceMs), reserved.close(graceMs)]);
    },
  });
}
