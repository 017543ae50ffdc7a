import { inject } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { databaseOver } from '../../src/db/database-over.ts';
import { readMigrations } from '../../src/db/migrations.ts';
import { defaultOpenOptions } from '../../src/db/open-options.ts';
import { openPglite } from '../../src/db/pglite.ts';
import { openPgliteSession } from '../../src/db/pglite-session.ts';
import type { Session } from '../../src/db/session.ts';
import { createSessionPool, type SessionPoolOptions } from '../../src/db/session-pool.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { readTemplate } from './test-templates.ts';

/** A database with several connections for data, whose statements about cities wait at a gate. */
export interface GatedDatabase {
  readonly database: Database;
  /** Statements at the gate, in the order of coming. */
  readonly waiting: readonly GatedStatement[];
  /** Those that have passed it. */
  readonly passed: number;
  /** How many stood there at once, at most. */
  readonly most: number;
  /** From now on nothing passes, or, open, everything. */
  close(): void;
  open(): void;
}

export interface GatedStatement {
  readonly parameters: readonly unknown[];
  pass(): void;
  fail(error: Error): void;
}

/**
 * With places, in memory. Every way has sessions of its own, all over one engine, which takes one statement at a time; or,
 * `EMBEDDED`, one session for all of them, as the embedded database has.
 */
export async function openGatedDatabase(
  data: Pick<SessionPoolOptions, 'max' | 'mostOfOne'> | 'EMBEDDED',
): Promise<GatedDatabase> {
  const { places } = inject('testTemplates');
  const options = { ...defaultOpenOptions, logger: createLogger('silent'), snapshot: await readTemplate(places) };
  const real = await openPglite(options, readMigrations());
  const waiting: GatedStatement[] = [];
  let isOpen = true;
  let most = 0;
  let passed = 0;

  function atGate(parameters: readonly unknown[]): Promise<void> | undefined {
    if (isOpen) return void passed++;
    return new Promise((resolve, reject) => {
      const leave = (): void => void waiting.splice(waiting.indexOf(statement), 1);
      const statement: GatedStatement = {
        parameters,
        pass: () => {
          leave();
          passed++;
          resolve();
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      waiting.push(statement);
      most = Math.max(most, waiting.length);
    });
  }

  const openSession = (): Session => {
    const session = openPgliteSession(real.engine, undefined);
    return {
      ...session,
      async send(text, parameters, shape) {
        if (text.startsWith('select') && text.includes(' from "city"')) await atGate(parameters);
        return session.send(text, parameters, shape);
      },
    };
  };
  const pool = (sizes: Pick<SessionPoolOptions, 'max' | 'mostOfOne' | 'keptFree'>) =>
    createSessionPool({ open: openSession, waitMs: 5000, ...sizes });
  const only = pool({ max: 1 });
  const pools =
    data === 'EMBEDDED'
      ? { DATA: only, MANAGEMENT: only, KEYS: only }
      : { DATA: pool(data), MANAGEMENT: pool({ max: 3, keptFree: 1 }), KEYS: pool({ max: 2 }) };
  const database = databaseOver({
    kind: 'PGLITE',
    pools,
    queryTimeoutMs: 5000,
    transactionTimeoutMs: 30_000,
    reservedTimeoutMs: 1000,
    listen: real.listen,
    alone: real.alone,
    isCurrent: async () => true,
    close: async () => {
      await Promise.all(Object.values(pools).map((each) => each.close(1000)));
      await real.close();
    },
  });
  return {
    database,
    waiting,
    get passed() {
      return passed;
    },
    get most() {
      return most;
    },
    close: () => {
      isOpen = false;
    },
    open: () => {
      isOpen = true;
      for (const statement of [...waiting]) statement.pass();
    },
  };
}
