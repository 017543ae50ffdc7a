/** Readiness: the database answers, its migrations are applied, and the server is not draining. */
export interface Readiness {
  databaseReady(): Promise<boolean>;
  draining(): boolean;
}

/** Liveness never touches the database: a database that is down is no reason to restart this process. */
export function liveResponse(): Response {
  return Response.json({ status: 'live' });
}

export async function readyResponse(readiness: Readiness): Promise<Response> {
  const reason = readiness.draining() ? 'draining' : (await readiness.databaseReady()) ? undefined : 'database';
  return reason === undefined
    ? Response.json({ status: 'ready' })
    : Response.json({ status: 'unready', reason }, { status: 503, headers: { 'Retry-After': '1' } });
}
