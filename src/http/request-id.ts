import type { MakeId } from '../kernel/uuid.ts';

/** Letters, digits and what trace ids use; nothing that could break a log line or a header. */
const sane = /^[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,127}$/;

/** The caller's `X-Request-Id` when it is sane, else a new UUIDv7. */
export function requestId(headers: Headers, makeId: MakeId): string {
  const given = headers.get('x-request-id');
  return given !== null && sane.test(given) ? given : makeId();
}
