import net from 'node:net';
import postgres from 'postgres';
import { invariant } from '../kernel/invariant.ts';
import { DatabaseUnavailable, toDatabaseError } from './database-error.ts';
import type { RowShape, Session } from './session.ts';
import { typeParsers, typeSerializers } from './value-types.ts';

export interface PostgresSessionOptions {
  readonly url: string;
  /** What it is for, as `pg_stat_activity` shows it. */
  readonly applicationName?: string;
  readonly connectTimeoutMs: number;
  /** Limits that the server keeps by itself, `0` for none; the caller's own deadline stands beside them. */
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly onNotification?: (channel: string, payload: string) => void;
  /** The socket closed, whoever closed it. */
  readonly onLost?: () => void;
}

/** Statements that a session keeps prepared; those beyond are parsed anew each time. */
const maxPrepared = 200;

/**
 * One `postgres` client that lives as long as its one socket. The driver itself would open another socket without a
 * word, in the middle of a transaction too, and never settles a query on a socket that no longer answers: so the socket
 * is ours to destroy, and there is no second one.
 */
export function openPostgresSession(options: PostgresSessionOptions): Session {
  const prepared = new Set<string>();
  let socket: net.Socket | undefined;
  let usable = true;

  const client = postgres(options.url, {
    max: 1,
    connect_timeout: Math.max(1, Math.ceil(options.connectTimeoutMs / 1000)),
    idle_timeout: 0,
    max_lifetime: null,
    // Array types are ours; the driver would ask for all of them at every connection.
    fetch_types: false,
    connection: {
      application_name: options.applicationName ?? 'fieldpass',
      statement_timeout: options.statementTimeoutMs,
      lock_timeout: options.lockTimeoutMs,
      // Kept prepared for the saved round trip only: the plan still looks at the values.
      plan_cache_mode: 'force_custom_plan',
    },
    types: driverTypes,
    onnotice: () => {},
    onclose: () => {
      usable = false;
      options.onLost?.();
    },
    // Accepted by the driver, missing from its types.
    ...({ socket: connect, onnotify: options.onNotification } as object),
  });

  async function connect(target: Target): Promise<net.Socket> {
    if (socket) throw new DatabaseUnavailable('The connection to the database is lost');
    for (const [index, host] of target.host.entries()) {
      try {
        return await connectTo(target, host, target.port[index] ?? target.port[0] ?? 5432);
      } catch (error) {
        if (index === target.host.length - 1) throw error;
      }
    }
    throw new DatabaseUnavailable('The database has no address');
  }

  function connectTo(target: Target, host: string, port: number): Promise<net.Socket> {
    return new Promise((resolve, reject) => {
      const attempt = target.path ? net.connect(target.path) : net.connect({ host, port });
      // The driver reads the host's name for TLS from here.
      socket = Object.assign(attempt, { host });
      const onFailure = (error?: Error): void => {
        attempt.destroy();
        reject(error ?? new DatabaseUnavailable('The connection to the database was given up'));
      };
      attempt.setTimeout(options.connectTimeoutMs, onFailure);
      attempt.once('error', onFailure);
      attempt.once('close', onFailure);
      attempt.once('connect', () => {
        attempt.setTimeout(0);
        attempt.removeListener('error', onFailure);
        attempt.removeListener('close', onFailure);
        resolve(attempt);
      });
    });
  }

  async function send(text: string, parameters: readonly unknown[], shape: RowShape): Promise<unknown[]> {
    if (!usable) throw new DatabaseUnavailable('The connection to the database is lost');
    const prepare = prepared.has(text) || prepared.size < maxPrepared;
    if (prepare) prepared.add(text);
    // Type 0: the server says what each parameter is. The driver's guess is wrong for arrays of booleans and dates.
    const typed = parameters.map((value) => client.typed(value as never, 0));
    const query = client.unsafe(text, typed, extendedProtocol(prepare));
    try {
      return [...(shape === 'arrays' ? await query.values() : await query)];
    } catch (error) {
      throw toDatabaseError(error);
    }
  }

  function cut(): void {
    usable = false;
    socket?.destroy();
    client.end({ timeout: 0 }).catch(() => undefined);
  }

  async function close(): Promise<void> {
    invariant(usable || socket, 'a session is closed once');
    usable = false;
    await client.end({ timeout: 1 });
    socket?.destroy();
  }

  return {
    send,
    cut,
    close,
    get usable() {
      return usable;
    },
  };
}

interface Target {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path: string | false | undefined;
}

/** One statement at a time, parameters or none, exactly as the embedded engine does it. */
function extendedProtocol(prepare: boolean): postgres.UnsafeQueryOptions {
  return { prepare, simple: false } as postgres.UnsafeQueryOptions;
}

const driverTypes = Object.fromEntries(
  Object.entries(typeParsers).map(([oid, parse]) => [
    `oid${oid}`,
    { to: Number(oid), from: [Number(oid)], parse, serialize: typeSerializers[Number(oid)] ?? String },
  ]),
);
