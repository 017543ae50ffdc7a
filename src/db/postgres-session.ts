import { withDeadline } from '../kernel/deadline.ts';
import { invariant } from '../kernel/invariant.ts';
import type { AddressOrder } from './address-order.ts';
import type { Address, ConnectionTarget } from './connection-target.ts';
import { DatabaseError, DatabaseUnavailable, isUnavailable, toDatabaseError } from './database-error.ts';
import { extendedProtocol, openPostgresClient, type PostgresClient } from './postgres-client.ts';
import type { RowShape, Session } from './session.ts';
import type { SessionLimits } from './session-settings.ts';

export interface PostgresSessionOptions extends SessionLimits {
  readonly target: ConnectionTarget;
  /** Those of the target. */
  readonly addresses: AddressOrder;
  /** What it is for, as `pg_stat_activity` shows it. */
  readonly applicationName?: string;
  /** Until a server takes statements; the addresses share it. */
  readonly connectTimeoutMs: number;
  readonly onNotification?: (channel: string, payload: string) => void;
  /** The socket closed, whoever closed it. */
  readonly onLost?: () => void;
}

/** Statements that a session keeps prepared; those beyond are parsed anew each time. */
const maxPrepared = 200;
/** A statement that writes came to a server that only reads. */
const readOnly = '25006';

/**
 * One connection to the first address that lets it in and can be written to; there is never a second one. A server that
 * hangs after it accepted, that starts, stops or has no room, or a standby, is passed over for the next; one that
 * answers that this user or database is not welcome is not, as with libpq (manual §34.1.1.3).
 */
export function openPostgresSession(options: PostgresSessionOptions): Session {
  const prepared = new Set<string>();
  const { target, addresses } = options;
  const shareMs = Math.min(
    options.connectTimeoutMs / target.addresses.length,
    // For each address, as libpq counts it.
    target.connectTimeoutMs ?? options.connectTimeoutMs,
  );
  const applicationName = (options.applicationName ?? 'fieldpass').replace(
    'fieldpass',
    (name) => target.applicationName ?? name,
  );
  let usable = true;
  /** The latest, and the one that is there for good. */
  let tried: PostgresClient | undefined;
  /** That which is being tried. */
  let trying: Address | undefined;
  let settled: Promise<{ client: PostgresClient; address: Address }> | undefined;

  async function connect(): Promise<{ client: PostgresClient; address: Address }> {
    let failure: unknown;
    for (const address of addresses.current) {
      if (!usable) break;
      trying = address;
      try {
        const client = await connectTo(address);
        trying = undefined;
        addresses.answered(address);
        return { client, address };
      } catch (error) {
        tried?.cut();
        addresses.failed(address);
        failure = error;
        if (!isUnavailable(error)) break;
      }
    }
    usable = false;
    throw failure ?? new DatabaseUnavailable('The database has no address');
  }

  async function connectTo(address: Address): Promise<PostgresClient> {
    const client = openPostgresClient({
      ...options,
      address,
      applicationName,
      timeoutMs: shareMs,
      onNotification: options.onNotification,
      onClose: () => {
        if (client !== tried) return;
        usable = false;
        options.onLost?.();
      },
    });
    tried = client;
    const { isStandby } = await withDeadline(client.settle(), shareMs, 'The database', client.cut);
    if (isStandby && target.mustWrite)
      throw new DatabaseUnavailable('The server is a standby: it cannot be written to');
    return client;
  }

  async function send(text: string, parameters: readonly unknown[], shape: RowShape): Promise<unknown[]> {
    if (!usable) throw new DatabaseUnavailable('The connection to the database is lost');
    settled ??= connect();
    const { client, address } = await settled;
    const { driver } = client;
    const prepare = prepared.has(text) || prepared.size < maxPrepared;
    if (prepare) prepared.add(text);
    // Type 0: the server says what each parameter is. The driver's guess is wrong for arrays of booleans and dates.
    const typed = parameters.map((value) => driver.typed(value as never, 0));
    const query = driver.unsafe(text, typed, extendedProtocol(prepare));
    try {
      return [...(shape === 'arrays' ? await query.values() : await query)];
    } catch (thrown) {
      const error = toDatabaseError(thrown);
      if (error instanceof DatabaseError && error.sqlState === readOnly) {
        // The server was demoted, and may stay here for long: the next session looks elsewhere.
        addresses.failed(address);
        cut();
      }
      throw error;
    }
  }

  function cut(): void {
    usable = false;
    // Who gave up opens the next session at once: it shall not wait for the same.
    if (trying) addresses.failed(trying);
    tried?.cut();
  }

  async function close(): Promise<void> {
    invariant(usable || tried, 'a session is closed once');
    usable = false;
    await tried?.close();
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
