import { DeadlineExceeded } from '../kernel/deadline.ts';

/** What the server itself answered. Details that could repeat stored or sent values are left behind. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  /** Five characters, PostgreSQL appendix A. */
  readonly sqlState: string;
  readonly constraint: string | undefined;
  readonly table: string | undefined;
  /** False when the server ends the connection with this error. */
  readonly connectionSurvives: boolean;

  constructor(answer: ServerAnswer) {
    super(answer.message);
    this.sqlState = answer.code;
    this.constraint = answer.constraint_name ?? answer.constraint;
    this.table = answer.table_name ?? answer.table;
    this.connectionSurvives = answer.severity === 'ERROR';
  }
}

/** The connection was refused, lost or given up. What was sent last may have happened or not. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

/** The fields of an error message of the protocol, as `postgres` and as PGlite name them. */
interface ServerAnswer {
  readonly message: string;
  readonly code: string;
  readonly severity: string;
  readonly constraint_name?: string;
  readonly constraint?: string;
  readonly table_name?: string;
  readonly table?: string;
}

/** Either engine's error as ours. Errors that say nothing about the database (a value that cannot be sent) stay as they are. */
export function toDatabaseError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DatabaseError) return error;
  if (isServerAnswer(error)) return new DatabaseError(error);
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && connectionCode.test(code)) {
    return new DatabaseUnavailable(`The connection to the database failed (${code})`);
  }
  if (error.message === 'PGlite is closed' || error.message === 'PGlite is closing') {
    return new DatabaseUnavailable('The embedded database is closed');
  }
  return error;
}

const connectionCode =
  /^(CONNECTION_\w+|CONNECT_TIMEOUT|ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOENT|ERR_SSL\w*|ERR_TLS\w*)$/;

function isServerAnswer(error: Error): error is Error & ServerAnswer {
  return 'code' in error && 'severity' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code);
}

/**
 * True when the request may be repeated later and the fault is the database's: no connection, no answer in time, no
 * room, no lock in time, one transaction too many in each other's way, a server that starts, stops or was demoted.
 */
export function isUnavailable(error: unknown): boolean {
  return someCause(error, (cause) => {
    if (cause instanceof DeadlineExceeded || cause instanceof DatabaseUnavailable) return true;
    return cause instanceof DatabaseError && unavailableState.test(cause.sqlState);
  });
}

/** True when the database was asked and did not get done in time: a statement, or waiting for the turn of one. */
export function ranOutOfTime(error: unknown): boolean {
  return someCause(error, (cause) => {
    return cause instanceof DeadlineExceeded || (cause instanceof DatabaseError && cause.sqlState === '57014');
  });
}

/** Causes that are looked at: an error of somebody's API may be its own. */
const mostCauses = 20;

/** Looks at an error and at what caused it. What cannot be read, such as a getter that throws, is none of ours. */
function someCause(error: unknown, is: (cause: Error) => boolean): boolean {
  try {
    let cause = error;
    for (let seen = 0; seen < mostCauses && cause instanceof Error; seen++) {
      // What the database itself answered has no other cause.
      if (is(cause)) return true;
      if (cause instanceof DatabaseError) return false;
      cause = cause.cause;
    }
  } catch {
    // It says nothing.
  }
  return false;
}

/** Classes 08 and 53, shutdown and start, lock and statement timeouts, conflicts, a server that became read-only. */
const unavailableState = /^(08...|53...|57P0[1-5]|57014|55P03|25006|25P03|25P04|40001|40P01)$/;

/** A transaction that the server gave up for another one: it may be run again at once, and nothing of it happened. */
export function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && (error.sqlState === '40001' || error.sqlState === '40P01');
}

/** Name of the unique constraint or index that refused a row, or `undefined` when that is not what happened. */
export function uniqueViolation(error: unknown): string | undefined {
  return error instanceof DatabaseError && error.sqlState === '23505' ? error.constraint : undefined;
}
