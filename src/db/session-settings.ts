/** Limits that the server keeps by itself, in milliseconds; `0` for none. */
export interface SessionLimits {
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  /** No statement takes a second processor: what one client asks for must not take it from others. */
  readonly inOneProcess?: boolean;
}

/** `from`: only a session that has this value is changed; any other is left to whoever runs the server. */
interface Setting {
  readonly name: string;
  readonly value: string;
  readonly from?: string;
}

/** Longer than any of our transactions waits for itself: an instance that hangs in one must not hold its locks for ever. */
const idleInTransactionMs = 60_000;

/**
 * What our statements and the readers of their answers take for granted. A server, a database, a role and the parameters
 * of a URL may each say otherwise (manual §20.1.3), and none of them would be noticed: a date would be read with day and
 * month exchanged. Left alone is what only its owner can judge: planner, memory, tablespaces, logging.
 */
function relied({ statementTimeoutMs, lockTimeoutMs, inOneProcess = false }: SessionLimits): readonly Setting[] {
  return [
    // How values look as text, in both directions.
    { name: 'DateStyle', value: 'ISO, MDY' },
    { name: 'TimeZone', value: 'UTC' },
    { name: 'IntervalStyle', value: 'postgres' },
    { name: 'bytea_output', value: 'hex' },
    { name: 'extra_float_digits', value: '1' },
    { name: 'client_encoding', value: 'UTF8' },
    // How our text is read, and that of definitions which we read back.
    { name: 'standard_conforming_strings', value: 'on' },
    { name: 'array_nulls', value: 'on' },
    { name: 'transform_null_equals', value: 'off' },
    { name: 'quote_all_identifiers', value: 'off' },
    // An index of arrays must find all rows.
    { name: 'gin_fuzzy_search_limit', value: '0' },
    // Rows that a policy hides are not there; without this they are an error.
    { name: 'row_security', value: 'on' },
    // A server in recovery accepts this and stays read-only: its answer, 25006, counts as unavailable.
    { name: 'default_transaction_read_only', value: 'off' },
    { name: 'default_transaction_isolation', value: 'read committed' },
    { name: 'default_transaction_deferrable', value: 'off' },
    // Else triggers and foreign keys do nothing. Only a superuser may: without the right to it the start ends with that.
    { name: 'session_replication_role', value: 'origin' },
    // Who is told that a key is revoked must not find it alive after a crash. What a standby has to do stays as it is.
    { name: 'synchronous_commit', value: 'on', from: 'off' },
    { name: 'statement_timeout', value: `${statementTimeoutMs}ms` },
    { name: 'lock_timeout', value: `${lockTimeoutMs}ms` },
    { name: 'idle_in_transaction_session_timeout', value: `${idleInTransactionMs}ms` },
    { name: 'idle_session_timeout', value: '0' },
    // Of PostgreSQL 17 and later.
    { name: 'transaction_timeout', value: '0' },
    // Statements are kept prepared for the saved round trip only: the plan still looks at the values.
    { name: 'plan_cache_mode', value: 'force_custom_plan' },
    { name: 'client_min_messages', value: 'warning' },
    ...(inOneProcess ? [{ name: 'max_parallel_workers_per_gather', value: '0' }] : []),
  ];
}

/**
 * The first statement of every session. Not parameters of the start: poolers refuse those that they do not know, and a
 * URL may hold the same. Settings that the server does not have are left out. In the same round trip it says whether the
 * server is a standby.
 */
export function settingsStatement(limits: SessionLimits): string {
  const wanted = relied(limits).map(
    ({ name, value, from }) => `('${name}', '${value}', ${from === undefined ? 'NULL' : `'${from}'`})`,
  );
  return `SELECT pg_catalog.pg_is_in_recovery() AS is_standby,
      pg_catalog.count(pg_catalog.set_config(name, value, false)) AS changed
    FROM (VALUES ${wanted.join(', ')}) AS wanted(name, value, was)
    WHERE CASE WHEN was IS NULL THEN pg_catalog.current_setting(name, true) <> value
      ELSE pg_catalog.current_setting(name, true) = was END`;
}
