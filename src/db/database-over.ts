import type { SQL } from 'drizzle-orm';
import { sql } from 'drizzle-orm';
import { withDeadline } from '../kernel/deadline.ts';
import type { Database, Queries, Way } from './database.ts';
import { DatabaseError, DatabaseUnavailable } from './database-error.ts';
import { queriesOver, type Send } from './queries-over.ts';
import type { Session } from './session.ts';
import type { Borrower, SessionPool } from './session-pool.ts';
import { runTransaction } from './transaction.ts';
import { serverTurn, type Turn } from './turn.ts';

export interface DatabaseParts {
  readonly kind: Database['kind'];
  /** Their sessions are nobody else's; the embedded engine has but one session, and one pool for all ways. */
  readonly pools: Readonly<Record<Way | 'KEYS', SessionPool>>;
  readonly queryTimeoutMs: number;
  readonly transactionTimeoutMs: number;
  /** Of a statement for a lease, and of waiting for its session. */
  readonly reservedTimeoutMs: number;
  readonly listen: Database['listen'];
  readonly alone: Database['alone'];
  /** Latest migration that this build knows; the database must have it to be ready. */
  readonly isCurrent: (queries: Queries) => Promise<boolean>;
  /** Ends what the pools do not own: listeners, the engine, the lock on its directory. */
  readonly close: (graceMs: number) => Promise<void>;
}

/** Everything that both engines share: borrow a session, send with a deadline, give the session back or cut it. */
export function databaseOver(parts: DatabaseParts): Database & WithSession {
  const { pools, queryTimeoutMs, transactionTimeoutMs, reservedTimeoutMs } = parts;
  let statements = 0;

  const counted =
    (session: Session): Send =>
    (...statement) => {
      statements++;
      return sendInTime(session, queryTimeoutMs, ...statement);
    };

  async function lent<Value>(
    pool: SessionPool,
    borrower: Borrower,
    work: (session: Session) => Promise<Value>,
  ): Promise<Value> {
    const session = await pool.borrow(borrower);
    try {
      return await work(session);
    } finally {
      pool.giveBack(session);
    }
  }

  /** In somebody's turn: one of the few of it that are under way at once. */
  async function inTurn<Value>(
    way: Way,
    turn: Turn,
    goesFirst: boolean,
    work: (send: Send, session: Session) => Promise<Value>,
  ): Promise<Value> {
    const waits = turn.enter();
    if (waits) await waits;
    try {
      return await lent(pools[way], { party: turn.party, goesFirst }, async (session) => {
        if (turn.stopped) throw new DatabaseUnavailable('The operation that asked is over');
        return await work(counted(session), session);
      });
    } finally {
      turn.leave();
    }
  }

  const keyQueries = (borrower: Borrower, sendOver: (session: Session) => Send): Queries =>
    queriesOver((...statement) => lent(pools.KEYS, borrower, (session) => sendOver(session)(...statement)));
  const lookups = keyQueries({ party: ['look-ups'], goesFirst: parts.kind === 'PGLITE' }, counted);
  // Over the same connections, for keys that cannot be looked up are what it is to tell of; it never goes first.
  const readiness = keyQueries({ party: ['readiness'] }, counted);
  const reserved = keyQueries(
    { party: ['leases'], goesFirst: true, waitMs: reservedTimeoutMs },
    (session) =>
      (...statement) =>
        sendInTime(session, reservedTimeoutMs, ...statement),
  );

  let closing: Promise<void> | undefined;
  const common = {
    kind: parts.kind,
    reserved,
    lookups,
    by,
    listen: parts.listen,
    alone: parts.alone,
    ready: () => parts.isCurrent(readiness).catch(() => false),
    close: () => {
      closing ??= parts.close(queryTimeoutMs);
      return closing;
    },
  };

  function by(way: Way, turn: Turn): Database {
    let made: Queries | undefined;
    const queries = (): Queries =>
      (made ??= queriesOver((...statement) => inTurn(way, turn, false, (send) => send(...statement))));
    return {
      ...common,
      get queries() {
        return queries();
      },
      // `execute` of a remote session answers the plain rows; its type does not say so for every engine.
      rows: async <Row>(statement: SQL, within?: Queries) =>
        (await (within ?? queries()).execute(statement)) as unknown as Row[],
      transaction: (work) =>
        inTurn(way, turn, way === 'MANAGEMENT', (send) => runTransaction(send, transactionTimeoutMs, work)),
      notify: async (channel, payload, within) => {
        await (within ?? queries()).execute(sql`SELECT pg_notify(${channel}, ${payload})`);
      },
      get statements() {
        return statements;
      },
    };
  }

  const own = serverTurn();
  return Object.defineProperties(
    { ...by('DATA', own), withSession: (work) => inTurn('DATA', own, false, work) } satisfies Database & WithSession,
    { statements: { get: () => statements, enumerable: true } },
  );
}

async function sendInTime(session: Session, timeoutMs: number, ...[text, parameters, shape]: Parameters<Send>) {
  try {
    return await withDeadline(session.send(text, parameters, shape), timeoutMs, 'The database', session.cut);
  } catch (error) {
    // After anything but a plain refusal of the statement, nobody knows what the connection would answer next.
    if (!(error instanceof DatabaseError && error.connectionSurvives)) session.cut();
    throw error;
  }
}

/** For migrations, whose statements take longer than any deadline of a request. */
export interface WithSession {
  withSession<Value>(work: (send: Send, session: Session) => Promise<Value>): Promise<Value>;
}
