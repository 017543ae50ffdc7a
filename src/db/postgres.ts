import { addressOrder } from './address-order.ts';
import type { ConnectionTarget } from './connection-target.ts';
import type { Database } from './database.ts';
import { databaseOver, type WithSession } from './database-over.ts';
import { isMigrated } from './migrate.ts';
import type { Migration } from './migrations.ts';
import type { OpenOptions } from './open-options.ts';
import { aloneOver, patienceMs } from './polled-lock.ts';
import { createPostgresListener } from './postgres-listener.ts';
import { openPostgresSession, type PostgresSessionOptions } from './postgres-session.ts';
import { createSessionPool, type SessionPool, type SessionPoolOptions } from './session-pool.ts';

/** For looking keys up, and for leases. */
const keyConnections = 2;
/** For the management API. */
const managementConnections = 3;

/** Of `connections`: what one party may hold at once. */
export function mostOfOneParty(connections: number): number {
  return Math.max(1, Math.min(Math.ceil(connections * 0.8), connections - 1));
}

/** Connections to a PostgreSQL server, 15 or later, apart by what they are for. None is opened before its first query. */
export function openPostgres(
  target: ConnectionTarget,
  options: OpenOptions,
  migrations: readonly Migration[],
): Database & WithSession {
  const session: PostgresSessionOptions = {
    target,
    addresses: addressOrder(target.addresses),
    connectTimeoutMs: options.queryTimeoutMs,
    // The server gives up a little earlier than the client, which then keeps its connection.
    statementTimeoutMs: Math.ceil(options.queryTimeoutMs * 0.9),
    lockTimeoutMs: Math.ceil(options.queryTimeoutMs * 0.8),
  };
  const poolOf = (
    name: string,
    sizes: Pick<SessionPoolOptions, 'max' | 'mostOfOne' | 'keptFree' | 'idleMs'>,
    of: PostgresSessionOptions = session,
  ): SessionPool =>
    createSessionPool({
      open: () => openPostgresSession({ ...of, applicationName: `fieldpass (${name})` }),
      waitMs: options.queryTimeoutMs,
      lifetimeMs: 30 * 60_000,
      ...sizes,
    });
  const { maxConnections } = options;
  const pools = {
    // One party leaves some to the others, who then need not wait for one of its statements to end.
    DATA: poolOf(
      'data',
      { max: maxConnections, mostOfOne: mostOfOneParty(maxConnections), idleMs: 60_000 },
      { ...session, inOneProcess: true },
    ),
    // Lists and reports leave one connection to what changes keys.
    MANAGEMENT: poolOf('management', { max: managementConnections, keptFree: 1, idleMs: 60_000 }),
    KEYS: poolOf('keys', { max: keyConnections }),
  };
  const listener = createPostgresListener({
    open: (hooks) => openPostgresSession({ ...session, applicationName: 'fieldpass (listening)', ...hooks }),
    queryTimeoutMs: options.queryTimeoutMs,
    heartbeatMs: options.listenHeartbeatMs,
    logger: options.logger,
  });
  return databaseOver({
    kind: 'POSTGRES',
    pools,
    reservedTimeoutMs: Math.min(options.reservedTimeoutMs, options.queryTimeoutMs),
    queryTimeoutMs: options.queryTimeoutMs,
    transactionTimeoutMs: options.transactionTimeoutMs,
    listen: listener.listen,
    alone: aloneOver(() =>
      openPostgresSession({
        ...session,
        applicationName: 'fieldpass (alone)',
        statementTimeoutMs: patienceMs,
        lockTimeoutMs: patienceMs,
      }),
    ),
    isCurrent: (queries) => isMigrated(queries, migrations),
    close: async (graceMs) => {
      listener.close();
      await Promise.all(Object.values(pools).map((pool) => pool.close(graceMs)));
    },
  });
}
