import type { Arrival } from '../../http/arrival.ts';
import { type KeyHeader, readKeyHeader } from '../../keys/token/read-key-header.ts';

/** What a request presents as its key. Fetch's headers join some that were sent twice, so the connection is asked too. */
export function presentedHeader(
  { headers }: Pick<Request, 'headers'>,
  { repeatedCredentials }: Pick<Arrival, 'repeatedCredentials'>,
): KeyHeader {
  return repeatedCredentials ? { kind: 'OVERLOADED' } : readKeyHeader(headers);
}
