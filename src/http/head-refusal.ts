import type { GraphQLError } from 'graphql';
import { codedError } from '../kernel/errors.ts';
import type { Arrival } from './arrival.ts';

export interface HeadRefusal {
  readonly error: GraphQLError;
  readonly headers: Readonly<Record<string, string>>;
  /** Where it is not the one of the code. */
  readonly status?: number;
}

/** What is refused whatever stands at the path. */
export function headRefusal(request: Request, { problem }: Arrival, carriesKey: boolean): HeadRefusal | undefined {
  if (problem) {
    const { status, message } = problem;
    return { error: codedError('BAD_REQUEST', message), headers: { Connection: 'close' }, status };
  }
  if (carriesKey) return { error: credentialsInUrl(), headers: {} };
  if (!asksForWebSocket(request.headers)) return undefined;
  const message =
    'There are no WebSockets here: subscriptions come over Server-Sent Events (Accept: text/event-stream).';
  return { error: codedError('BAD_REQUEST', message), headers: { Connection: 'close' } };
}

/** RFC 6455 §4.1. Other protocols in `Upgrade` (h2c) may be passed over (RFC 9110 §7.8). */
function asksForWebSocket(headers: Headers): boolean {
  const named = (header: string, name: string) =>
    (headers.get(header) ?? '').split(',').some((token) => token.trim().toLowerCase() === name);
  return headers.has('upgrade') && named('upgrade', 'websocket') && named('connection', 'upgrade');
}

function credentialsInUrl(): GraphQLError {
  return codedError(
    'CREDENTIALS_IN_URL',
    'The URL contains something that looks like a key. Revoke it, and send keys in the Authorization header.',
  );
}
