import type { SQL } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** What drizzle gives for either engine; also what a transaction gives. */
export type Queries = PgDatabase<PgQueryResultHKT, Record<string, never>>;

/**
 * The one place where embedded PGlite and a PostgreSQL server differ. Everybody else sees this.
 * Every query has a client-side deadline; one that passes it rejects with `DeadlineExceeded` and discards its connection.
 */
export interface Database {
  readonly kind: 'PGLITE' | 'POSTGRES';
  readonly queries: Queries;
  /**
   * The same over one connection that is kept free for it, with a short deadline: for what must not stand in line behind
   * the statements of requests. Not counted in `statements`.
   */
  readonly reserved: Queries;
  /** Rows of a raw statement, typed by the caller; both engines give the same JavaScript values for the same SQL types. */
  rows<Row extends Record<string, unknown>>(statement: SQL, within?: Queries): Promise<Row[]>;
  /** Commits when `work` resolves, rolls back when it rejects. */
  transaction<Value>(work: (queries: Queries) => Promise<Value>): Promise<Value>;
  /**
   * Calls `onMessage` for every NOTIFY on the channel after it resolved, and `onGap` after a reconnect: what was sent
   * in between is lost. Resolves to a function that stops it.
   */
  listen(channel: string, onMessage: (payload: string) => void, onGap: () => void): Promise<() => Promise<void>>;
  /** Payloads over 8000 bytes are refused by PostgreSQL. Inside a transaction it is sent on commit. */
  notify(channel: string, payload: string, within?: Queries): Promise<void>;
  /** True when `SELECT 1` came back in time and no migration is missing. */
  ready(): Promise<boolean>;
  /** Statements sent since start: tests count them. */
  readonly statements: number;
  close(): Promise<void>;
}
