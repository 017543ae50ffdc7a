/**
 * What the owner of a server may have set for a database or a role, each of which once changed what we read or write, or
 * could: names and values as `ALTER DATABASE … SET` takes them.
 */
export const hostileSettings = {
  datestyle: "'SQL, DMY'",
  timezone: "'Asia/Kathmandu'",
  intervalstyle: 'sql_standard',
  bytea_output: 'escape',
  extra_float_digits: '-15',
  standard_conforming_strings: 'off',
  array_nulls: 'off',
  transform_null_equals: 'on',
  quote_all_identifiers: 'on',
  gin_fuzzy_search_limit: '1',
  row_security: 'off',
  default_transaction_read_only: 'on',
  default_transaction_isolation: 'serializable',
  default_transaction_deferrable: 'on',
  synchronous_commit: 'off',
  statement_timeout: '500',
  lock_timeout: '10',
  idle_in_transaction_session_timeout: '50',
  idle_session_timeout: '900',
  plan_cache_mode: 'force_generic_plan',
  client_min_messages: 'debug5',
} as const;

/** Statements that set all of it, for a database and for a role in it; the role's win. */
export function makeHostile(database: string, role?: string): string {
  const of = role === undefined ? `DATABASE ${database}` : `ROLE ${role} IN DATABASE ${database}`;
  return Object.entries(hostileSettings)
    .map(([name, value]) => `ALTER ${of} SET ${name} = ${value}`)
    .join('; ');
}
