import type { ErrorCode } from '../kernel/error-codes.ts';

/** Readiness: the database answers, its migrations are applied, it has the time that we have, and the server is not draining. */
export interface Readiness {
  /** Anybody may ask, as often as they like: what this costs must not depend on how many do. */
  databaseReady(): Promise<boolean>;
  /** An instance whose clock is off would judge by it who may still do what. */
  clockAgrees(): boolean;
  draining(): boolean;
}

const codes = {
  draining: 'SERVICE_UNAVAILABLE',
  clock: 'SERVICE_UNAVAILABLE',
  database: 'DATABASE_UNAVAILABLE',
} as const satisfies Readonly<Record<string, ErrorCode>>;

/** For how long what the database said of itself is believed, in milliseconds. */
export const readinessBelievedMs = 1000;

/** Liveness never touches the database: a database that is down is no reason to restart this process. */
export function liveResponse(): Response {
  return Response.json({ status: 'live' });
}

export async function readyResponse(readiness: Readiness): Promise<Response> {
  const reason = await reasonAgainst(readiness);
  if (reason === undefined) return Response.json({ status: 'ready' });
  const body = { status: 'unready', reason, code: codes[reason] };
  return Response.json(body, { status: 503, headers: { 'Retry-After': '1' } });
}

async function reasonAgainst(readiness: Readiness): Promise<keyof typeof codes | undefined> {
  if (readiness.draining()) return 'draining';
  if (!readiness.clockAgrees()) return 'clock';
  const databaseReady = await readiness.databaseReady();
  // It may have begun to drain meanwhile.
  if (readiness.draining()) return 'draining';
  return databaseReady ? undefined : 'database';
}
