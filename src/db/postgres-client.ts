import type net from 'node:net';
import postgres from 'postgres';
import { connectSocket } from './connect-socket.ts';
import type { Address, ConnectionTarget } from './connection-target.ts';
import { DatabaseUnavailable, toDatabaseError } from './database-error.ts';
import { type SessionLimits, settingsStatement } from './session-settings.ts';
import { typeParsers, typeSerializers } from './value-types.ts';

export interface PostgresClientOptions extends SessionLimits {
  readonly address: Address;
  readonly target: ConnectionTarget;
  readonly applicationName: string;
  /** Of each step until the server takes statements. */
  readonly timeoutMs: number;
  readonly onNotification: ((channel: string, payload: string) => void) | undefined;
  /** The socket closed, whoever closed it. */
  readonly onClose: () => void;
}

/** One `postgres` client that lives as long as its one socket to one address. */
export interface PostgresClient {
  readonly driver: postgres.Sql;
  /**
   * Connects, lets itself in and sets what sessions rely on, before anything else, whatever the server, its database, the
   * role or the URL say. Rejects with errors of the database.
   */
  settle(): Promise<SettledServer>;
  /** At once. */
  cut(): void;
  /** Politely. */
  close(): Promise<void>;
}

export interface SettledServer {
  /** In recovery: nothing can be written there. */
  readonly isStandby: boolean;
}

/**
 * The driver itself would open another socket without a word, in the middle of a transaction too, and never settles a
 * query on a socket that no longer answers: so the socket is ours to destroy, and there is no second one.
 */
export function openPostgresClient(options: PostgresClientOptions): PostgresClient {
  const { address, target, timeoutMs } = options;
  let socket: net.Socket | undefined;
  let isCut = false;

  const driver = postgres('', {
    // The sockets are made here: one name stands for the address, since the driver passes over failures of several.
    host: 'database',
    port: 5432,
    user: target.user,
    // A function, since for an empty text the driver looks into the environment.
    password: () => target.password,
    database: target.database,
    ssl: false,
    max: 1,
    connect_timeout: Math.max(1, Math.ceil(timeoutMs / 1000)),
    idle_timeout: 0,
    max_lifetime: null,
    // Array types are ours; the driver would ask for all of them at every connection.
    fetch_types: false,
    connection: { ...target.startup, application_name: options.applicationName },
    types: driverTypes,
    onnotice: () => {},
    onclose: options.onClose,
    // Accepted by the driver, missing from its types.
    ...({ socket: connect, onnotify: options.onNotification } as object),
  });

  function connect(): Promise<net.Socket> {
    if (socket) throw new DatabaseUnavailable('The connection to the database is lost');
    return connectSocket(address, {
      tls: target.tls,
      timeoutMs,
      onSocket: (made) => {
        socket = made;
        if (isCut) made.destroy();
      },
    });
  }

  async function settle(): Promise<SettledServer> {
    try {
      const [row] = await driver.unsafe(settingsStatement(options), [], extendedProtocol(false));
      return { isStandby: row?.['is_standby'] === true };
    } catch (error) {
      throw toDatabaseError(error);
    }
  }

  function cut(): void {
    isCut = true;
    socket?.destroy();
    driver.end({ timeout: 0 }).catch(() => undefined);
  }

  async function close(): Promise<void> {
    await driver.end({ timeout: 1 });
    socket?.destroy();
  }

  return { driver, settle, cut, close };
}

/** One statement at a time, parameters or none, exactly as the embedded engine does it. */
export function extendedProtocol(prepare: boolean): postgres.UnsafeQueryOptions {
  return { prepare, simple: false } as postgres.UnsafeQueryOptions;
}

const driverTypes = Object.fromEntries(
  Object.entries(typeParsers).map(([oid, parse]) => [
    `oid${oid}`,
    { to: Number(oid), from: [Number(oid)], parse, serialize: typeSerializers[Number(oid)] ?? String },
  ]),
);
