import { sql } from 'drizzle-orm';
import type { Logger } from '../kernel/logger.ts';
import { StartError } from '../kernel/start-error.ts';
import type { Database } from './database.ts';
import { isUnavailable } from './database-error.ts';
import { migrate } from './migrate.ts';
import { readMigrations } from './migrations.ts';
import { defaultOpenOptions, type OpenOptions } from './open-options.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

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
  const database =
    options.url === undefined
      ? await openPglite(complete, migrations)
      : openPostgres(options.url, complete, migrations);
  try {
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
