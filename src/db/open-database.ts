import { sql } from 'drizzle-orm';
import type { Logger } from '../kernel/logger.ts';
import { StartError } from '../kernel/start-error.ts';
import { addressOrder } from './address-order.ts';
import { type ConnectionTarget, readConnectionUrl } from './connection-target.ts';
import type { Database } from './database.ts';
import { isUnavailable } from './database-error.ts';
import { migrate } from './migrate.ts';
import { readMigrations } from './migrations.ts';
import { defaultOpenOptions, type OpenOptions } from './open-options.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import { openPostgresSession } from './postgres-session.ts';
import type { Session } from './session.ts';
import { sessionsAreShared } from './shared-sessions.ts';

export interface OpenDatabaseOptions extends Partial<Omit<OpenOptions, 'logger'>> {
  /** `postgres://…`: a server. Without it the embedded engine. */
  readonly url?: string;
  /** Folder of the embedded engine; in memory without it. */
  readonly dataDir?: string;
  readonly logger: Logger;
}

/** Opens and migrates. Rejects with a `StartError` when that is not possible. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const migrations = readMigrations();
  const complete = { ...defaultOpenOptions, ...options };
  const target = options.url === undefined ? undefined : targetOf(options.url);
  const database = target ? openPostgres(target, complete, migrations) : await openPglite(complete, migrations);
  try {
    if (target) await requireOwnSessions(target, complete);
    await requireServer(database);
    await migrate(database, migrations, options.logger);
    return database;
  } catch (error) {
    await database.close();
    if (error instanceof StartError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const hint = isUnavailable(error) ? ': check DATABASE_URL, and that the server runs and takes connections' : '';
    throw new StartError(`The database cannot be used (${reason})${hint}`, { cause: error });
  }
}

function targetOf(url: string): ConnectionTarget {
  const answer = readConnectionUrl(url);
  if (answer.kind === 'TARGET') return answer.target;
  throw new StartError(`DATABASE_URL cannot be used: ${answer.message}`);
}

async function requireOwnSessions(target: ConnectionTarget, { queryTimeoutMs }: OpenOptions): Promise<void> {
  const addresses = addressOrder(target.addresses);
  const open = (): Session =>
    openPostgresSession({
      target,
      addresses,
      applicationName: 'fieldpass (starting)',
      connectTimeoutMs: queryTimeoutMs,
      statementTimeoutMs: queryTimeoutMs,
      lockTimeoutMs: queryTimeoutMs,
    });
  const [one, two] = [open(), open()];
  try {
    if (!(await sessionsAreShared(one, two, queryTimeoutMs))) return;
  } finally {
    for (const session of [one, two]) session.cut();
  }
  throw new StartError(
    'DATABASE_URL leads to a pooler that shares connections between clients by the transaction or the statement, where settings, LISTEN and locks get lost: expected one that keeps a connection for each client (PgBouncer: pool_mode = session), or the address of the server itself',
  );
}

async function requireServer(database: Database): Promise<void> {
  const [server] = await database.rows<{ version: number; encoding: string }>(
    sql`SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding`,
  );
  if (server && server.version < 150_000) {
    throw new StartError(
      `The server of DATABASE_URL is PostgreSQL ${Math.floor(server.version / 10_000)}: 15 or later is needed`,
    );
  }
  if (server && server.encoding !== 'UTF8') {
    throw new StartError(
      `The database of DATABASE_URL is encoded in ${server.encoding}: create one with ENCODING 'UTF8'`,
    );
  }
}
