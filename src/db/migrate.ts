import { sql } from 'drizzle-orm';
import { withDeadline } from '../kernel/deadline.ts';
import type { Logger } from '../kernel/logger.ts';
import { StartError } from '../kernel/start-error.ts';
import type { Queries } from './database.ts';
import { DatabaseError } from './database-error.ts';
import type { WithSession } from './database-over.ts';
import type { Migration } from './migrations.ts';
import { releaseLock, takePolledLock } from './polled-lock.ts';
import type { Send } from './queries-over.ts';
import type { Session } from './session.ts';
import { runTransaction } from './transaction.ts';

const lockName = 'fieldpass migrations';
const retryMs = 250;
/** Statements of a migration wait this long for other people's locks, and then let those queued behind them go first. */
const lockTimeout = '1s';
const tableLockAttempts = 6;
const migrationTimeoutMs = 600_000;

/**
 * Brings the database to this build, one transaction a migration, one instance at a time. A process that dies here
 * leaves whole migrations only, and its advisory lock ends with its connection. Refuses a database that a newer build
 * has migrated: this one would not understand it.
 */
export async function migrate(database: WithSession, migrations: readonly Migration[], logger: Logger): Promise<void> {
  await database.withSession(async (send, session) => {
    await takePolledLock(send, lockName, (waitedMs) =>
      logger.info({ waitedMs }, 'another instance migrates the database; waiting for it'),
    );
    try {
      await applyMissing(send, session, migrations, logger);
    } finally {
      await releaseLock(send, lockName);
    }
  });
}

/** True when the database has this build's last migration. */
export async function isMigrated(queries: Queries, migrations: readonly Migration[]): Promise<boolean> {
  const last = migrations.at(-1)?.when ?? 0;
  const found = await queries.execute(
    sql`SELECT 1 FROM drizzle.__drizzle_migrations WHERE created_at = ${last} LIMIT 1`,
  );
  return (found as unknown as unknown[]).length === 1;
}

async function applyMissing(
  send: Send,
  session: Session,
  migrations: readonly Migration[],
  logger: Logger,
): Promise<void> {
  // The table that drizzle-kit's own migrator keeps, so that either can continue what the other began.
  const applied = await appliedMigrations(send);
  const known = new Set(migrations.map(({ when }) => when));
  const strange = applied.filter((when) => !known.has(when));
  if (strange.length > 0) {
    throw new StartError(
      `The database was migrated by a newer version of Fieldpass (${strange.length} unknown migrations): start that version, or restore a backup`,
    );
  }
  const done = new Set(applied);
  for (const migration of migrations.filter(({ when }) => !done.has(when))) {
    await applyOne(session, migration);
    logger.info({ migration: migration.name }, 'migration applied');
  }
}

async function appliedMigrations(send: Send): Promise<number[]> {
  const [row] = await send(`SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL`, [], 'arrays');
  if (!(row as [boolean])[0]) {
    await send('CREATE SCHEMA IF NOT EXISTS drizzle', [], 'arrays');
    await send(
      `CREATE TABLE IF NOT EXISTS drizzle.__drizzle_migrations
        (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)`,
      [],
      'arrays',
    );
    return [];
  }
  const rows = await send('SELECT created_at FROM drizzle.__drizzle_migrations', [], 'arrays');
  return rows.map((found) => (found as [number])[0]);
}

async function applyOne(session: Session, migration: Migration): Promise<void> {
  const sendSlowly: Send = (text, parameters, shape) =>
    withDeadline(session.send(text, parameters, shape), migrationTimeoutMs, 'A migration', session.cut);
  for (let attempt = 1; ; attempt++) {
    try {
      await runTransaction(sendSlowly, migrationTimeoutMs, async (queries) => {
        await queries.execute(sql.raw(`SET LOCAL lock_timeout = '${lockTimeout}'`));
        await queries.execute(sql.raw(`SET LOCAL statement_timeout = ${migrationTimeoutMs}`));
        for (const statement of migration.statements) await queries.execute(sql.raw(statement));
        await queries.execute(
          sql`INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES (${migration.hash}, ${migration.when})`,
        );
      });
      return;
    } catch (error) {
      const lockedOut = error instanceof DatabaseError && error.sqlState === '55P03';
      if (lockedOut && attempt < tableLockAttempts) {
        await pause(retryMs * attempt);
        continue;
      }
      const reason = error instanceof Error ? error.message : String(error);
      throw new StartError(`Migration ${migration.name} failed and was rolled back: ${reason}`, { cause: error });
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
