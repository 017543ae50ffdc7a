import type { SQL } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { Turn } from './turn.ts';

/** What drizzle gives for either engine; also what a transaction gives. */
export type Queries = PgDatabase<PgQueryResultHKT, Record<string, never>>;

/**
 * Which connections: those of data, or those of management, which revoke keys while the others are busy. The embedded
 * engine has one connection, and on it transactions of management go first.
 */
export type Way = 'DATA' | 'MANAGEMENT';

/**
 * The one place where embedded PGlite and a PostgreSQL server differ. Everybody else sees this.
 * Every query has a client-side deadline; one that passes it rejects with `DeadlineExceeded` and discards its connection.
 */
export interface Database {
  readonly kind: 'PGLITE' | 'POSTGRES';
  readonly queries: Queries;
  /**
   * For leases: before everything else, with a short deadline, over the connections of `lookups`. Not counted in
   * `statements`.
   */
  readonly reserved: Queries;
  /** For looking keys up: over connections that leases and `ready` alone use beside it, so that no key waits for the work of another. */
  readonly lookups: Queries;
  /** The same database by one of its ways, in somebody's turn; without it, the data's way and the server's own turn. */
  by(way: Way, turn: Turn): Database;
  /** Rows of a raw statement, typed by the caller; both engines give the same JavaScript values for the same SQL types. */
  rows<Row extends Record<string, unknown>>(statement: SQL, within?: Queries): Promise<Row[]>;
  /** Commits when `work` resolves, rolls back when it rejects. */
  transaction<Value>(work: (queries: Queries) => Promise<Value>): Promise<Value>;
  /**
   * Runs `work` while no other instance does so under the same name. Waits as long as others take, and tells `onWait`
   * every few seconds. On a server the work has a connection of its own, and minutes instead of seconds; when the
   * connection is lost, the lock is free and the work has failed.
   */
  alone<Value>(
    name: string,
    work: (database: Patient) => Promise<Value>,
    onWait: (waitedMs: number) => void,
  ): Promise<Value>;
  /**
   * Calls `onMessage` for every NOTIFY on the channel after it resolved, and `onGap` after a reconnect: what was sent
   * in between is lost. Resolves to a function that stops it.
   */
  listen(channel: string, onMessage: (payload: string) => void, onGap: () => void): Promise<() => Promise<void>>;
  /** Payloads over 8000 bytes are refused by PostgreSQL. Inside a transaction it is sent on commit. */
  notify(channel: string, payload: string, within?: Queries): Promise<void>;
  /** True when a statement came back in time and no migration is missing. One statement over the connections of `lookups`, in its turn. */
  ready(): Promise<boolean>;
  /** Statements sent since start: tests count them. */
  readonly statements: number;
  close(): Promise<void>;
}

/** A database for what takes long, and what nobody waits for. */
export type Patient = Pick<Database, 'queries' | 'rows' | 'transaction'>;
