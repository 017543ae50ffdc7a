import type { MakeId } from '../kernel/uuid.ts';

/** Letters, digits and what trace ids use; nothing that could break a log line or a header. */
const sane = /^[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,127}$/;

/**
 * The caller's `X-Request-Id` when it is sane, which nothing is of which `redact` takes something out, since ids are logged and
 * kept; else a new UUIDv7.
 */
export function requestId(headers: Headers, makeId: MakeId, redact: (text: string) => string): string {
  const given = headers.get('x-request-id');
  return given !== null && sane.test(given) && isUntouched(given, redact) ? given : makeId();
}

/** Also with other marks than those of a key between its parts: whoever reads the id would put them back. */
function isUntouched(given: string, redact: (text: string) => string): boolean {
  const underscored = given.replace(/[^A-Za-z0-9]/g, '_');
  return redact(given) === given && redact(underscored) === underscored;
}
