import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { makeContentPrivate } from '../kernel/private-folder.ts';
import { StartError } from '../kernel/start-error.ts';
import { lockDataDirectory } from './data-directory-lock.ts';
import type { Database } from './database.ts';
import { databaseOver, type WithSession } from './database-over.ts';
import { lackOfSpace } from './free-space.ts';
import { isMigrated } from './migrate.ts';
import type { Migration } from './migrations.ts';
import type { OpenOptions } from './open-options.ts';
import { openPgliteSession } from './pglite-session.ts';
import { PrivateFiles } from './private-files.ts';
import { quoteIdentifier } from './quote-identifier.ts';
import { createSessionPool } from './session-pool.ts';
import { typeParsers, typeSerializers } from './value-types.ts';

export interface PgliteOptions extends OpenOptions {
  /** Keeps the data here; in memory without it. */
  readonly dataDir?: string;
  /** A dump to begin with, in memory only. */
  readonly snapshot?: Blob;
}

/** PostgreSQL inside this process, in `dataDir` under an exclusive lock, or in memory. */
export async function openPglite(
  options: PgliteOptions,
  migrations: readonly Migration[],
): Promise<Database & WithSession & { readonly engine: PGlite }> {
  const lock = options.dataDir === undefined ? undefined : lockDataDirectory(options.dataDir);
  let engine: PGlite;
  try {
    engine = await startEngine(options);
  } catch (error) {
    lock?.release();
    throw error;
  }
  const session = openPgliteSession(engine, options.dataDir);
  const pool = createSessionPool({ open: () => session, max: 1, waitMs: options.queryTimeoutMs });

  const listen: Database['listen'] = async (channel, onMessage) => {
    const stop = engine.onNotification((notified, payload) => {
      if (notified === channel) onMessage(payload);
    });
    await database.withSession((send) => send(`LISTEN ${quoteIdentifier(channel)}`, [], 'arrays'));
    return async () => stop();
  };

  const database = databaseOver({
    kind: 'PGLITE',
    pools: { DATA: pool, MANAGEMENT: pool, KEYS: pool },
    reservedTimeoutMs: options.queryTimeoutMs,
    queryTimeoutMs: options.queryTimeoutMs,
    transactionTimeoutMs: options.transactionTimeoutMs,
    listen,
    // Whoever has the folder is alone.
    alone: (_name, work) => work(database),
    isCurrent: (queries) => isMigrated(queries, migrations),
    close: async (graceMs) => {
      await pool.close(graceMs);
      try {
        // Without a checkpoint the next start would have to replay the log.
        await engine.exec('CHECKPOINT').catch(() => undefined);
        await engine.close();
      } finally {
        lock?.release();
      }
    },
  });
  return Object.assign(database, { engine });
}

async function startEngine(options: PgliteOptions): Promise<PGlite> {
  const settings: PGliteOptions = {
    parsers: { ...typeParsers },
    serializers: { ...typeSerializers },
    onStdout: () => true,
    onStderr: () => true,
  };
  if (options.dataDir === undefined) {
    return await PGlite.create({ ...settings, ...(options.snapshot && { loadDataDir: options.snapshot }) });
  }
  makeContentPrivate(options.dataDir);
  const lack = lackOfSpace(options.dataDir);
  if (lack) throw new StartError(`DATA_DIR ${options.dataDir} cannot be used: ${lack}`);
  const folder = join(options.dataDir, 'database');
  // Stands while the very first start lays out the folder: one that died there left a torso with nothing in it.
  const unfinished = join(options.dataDir, 'database.unfinished');
  try {
    if (existsSync(unfinished)) rmSync(folder, { recursive: true, force: true });
    if (!existsSync(folder)) {
      writeFileSync(unfinished, '', { mode: 0o600 });
      mkdirSync(folder, { mode: 0o700 });
    }
    const engine = await PGlite.create({ ...settings, fs: new PrivateFiles(folder) });
    rmSync(unfinished, { force: true });
    return engine;
  } catch (error) {
    const reason = lackOfSpace(options.dataDir) ?? describe(error);
    throw new StartError(`The embedded database in ${folder} cannot be opened: ${reason}`, { cause: error });
  }
}

/** The engine's file system throws objects that are no errors. */
function describe(error: unknown): string {
  if (error instanceof Error) return error.message;
  return `its files cannot be read or written (${JSON.stringify(error)})`;
}
