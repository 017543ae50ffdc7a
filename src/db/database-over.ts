import type { SQL } from 'drizzle-orm';
import { sql } from 'drizzle-orm';
import { withDeadline } from '../kernel/deadline.ts';
import type { Database, Queries } from './database.ts';
import { DatabaseError } from './database-error.ts';
import { queriesOver, type Send } from './queries-over.ts';
import type { Session } from './session.ts';
import type { SessionPool } from './session-pool.ts';
import { runTransaction } from './transaction.ts';

export interface DatabaseParts {
  readonly kind: Database['kind'];
  readonly pool: SessionPool;
  /** Its sessions are nobody else's; the embedded engine has but one, and shares it. */
  readonly reserved?: { readonly pool: SessionPool; readonly queryTimeoutMs: number };
  readonly queryTimeoutMs: number;
  readonly transactionTimeoutMs: number;
  readonly listen: Database['listen'];
  /** Latest migration that this build knows; the database must have it to be ready. */
  readonly isCurrent: (queries: Queries) => Promise<boolean>;
  /** Ends what the pool does not own: listeners, the engine, the lock on its directory. */
  readonly close: (graceMs: number) => Promise<void>;
}

/** Everything that both engines share: borrow a session, send with a deadline, give the session back or cut it. */
export function databaseOver(parts: DatabaseParts): Database & WithSession {
  let statements = 0;

  function sendOver(session: Session): Send {
    return (text, parameters, shape) => {
      statements++;
      return sendInTime(session, parts.queryTimeoutMs, text, parameters, shape);
    };
  }

  async function withSession<Value>(work: (send: Send, session: Session) => Promise<Value>): Promise<Value> {
    const session = await parts.pool.borrow();
    try {
      return await work(sendOver(session), session);
    } finally {
      parts.pool.giveBack(session);
    }
  }

  const queries = queriesOver((text, parameters, shape) => withSession((send) => send(text, parameters, shape)));
  const reserved = parts.reserved ? queriesOver(sendReserved(parts.reserved)) : queries;

  async function rows<Row extends Record<string, unknown>>(statement: SQL, within: Queries = queries): Promise<Row[]> {
    // `execute` of a remote session answers the plain rows; its type does not say so for every engine.
    return (await within.execute(statement)) as unknown as Row[];
  }

  let closing: Promise<void> | undefined;
  return {
    kind: parts.kind,
    queries,
    reserved,
    rows,
    withSession,
    transaction: (work) => withSession((send) => runTransaction(send, parts.transactionTimeoutMs, work)),
    listen: parts.listen,
    notify: async (channel, payload, within = queries) => {
      await within.execute(sql`SELECT pg_notify(${channel}, ${payload})`);
    },
    ready: () => parts.isCurrent(queries).catch(() => false),
    get statements() {
      return statements;
    },
    close: () => {
      closing ??= parts.close(parts.queryTimeoutMs);
      return closing;
    },
  };
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

function sendReserved({ pool, queryTimeoutMs }: NonNullable<DatabaseParts['reserved']>): Send {
  return async (text, parameters, shape) => {
    const session = await pool.borrow();
    try {
      return await sendInTime(session, queryTimeoutMs, text, parameters, shape);
    } finally {
      pool.giveBack(session);
    }
  };
}

/** For migrations, whose statements take longer than any deadline of a request. */
export interface WithSession {
  withSession<Value>(work: (send: Send, session: Session) => Promise<Value>): Promise<Value>;
}
