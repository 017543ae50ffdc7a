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
 * room, no lock in time, a server that starts, stops or was demoted.
 */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof DeadlineExceeded || error instanceof DatabaseUnavailable) return true;
  if (error instanceof DatabaseError) return unavailableState.test(error.sqlState);
  return error instanceof Error && error.cause !== undefined && isUnavailable(error.cause);
}

/** Classes 08 and 53, shutdown and start, lock and statement timeouts, a server that became read-only. */
const unavailableState = /^(08...|53...|57P0[1-5]|57014|55P03|25006|25P03|25P04)$/;

/** Name of the unique constraint or index that refused a row, or `undefined` when that is not what happened. */
export function uniqueViolation(error: unknown): string | undefined {
  return error instanceof DatabaseError && error.sqlState === '23505' ? error.constraint : undefined;
}
