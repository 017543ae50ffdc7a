import { codedError } from '../kernel/errors.ts';
import type { KeyRefusal, KeyResolution } from '../keys/resolve/key-resolution.ts';
import type { KeyHeader } from '../keys/token/read-key-header.ts';
import type { AttemptAnswer } from '../throttle/failed-attempts.ts';
import { type Refusal, refused, retryAfter } from './verdict.ts';

/** RFC 6750 §3. Without the `error` attribute, which would tell what kind of wrong a key is. */
const challenge = { 'WWW-Authenticate': 'Bearer' };

/** Step 1: what the headers say. A presented text goes on to be resolved. */
export function judgeHeader(header: Exclude<KeyHeader, { kind: 'PRESENTED' }>): Refusal {
  switch (header.kind) {
    case 'ABSENT': {
      const message = 'A key is needed. Send it as "Authorization: Bearer <key>" or "X-API-Key: <key>".';
      return refused('UNAUTHENTICATED', [codedError('CREDENTIALS_MISSING', message)], challenge);
    }
    case 'OVERLOADED': {
      const message = 'The request carries more than one key. Send one key, in one header, once.';
      return refused('UNAUTHENTICATED', [codedError('OVERLOADED_CREDENTIALS', message)]);
    }
    case 'MALFORMED':
      return invalidKey();
  }
}

/** In which as many look-ups as may wait have had their turn. */
const turnedAwayMs = 1000;

/** Steps 2–4. Malformed, unknown and wrong secret are one answer, to the byte; only the holder of a secret learns more. */
export function judgeKey(resolution: Exclude<KeyResolution, { kind: 'ACTIVE' }>): Refusal {
  switch (resolution.kind) {
    case 'MALFORMED':
    case 'UNKNOWN':
    case 'WRONG_SECRET':
      return invalidKey();
    case 'TURNED_AWAY':
      return judgeAttempt({ kind: 'BANNED', retryAfterMs: turnedAwayMs }, invalidKey());
    default:
      return endedKey(resolution);
  }
}

/** A key that is not valid, from an address that failed too often. A valid one never comes here. */
export function judgeAttempt(attempt: AttemptAnswer, refusal: Refusal): Refusal {
  if (attempt.kind === 'COUNTED') return refusal;
  const { retryAfterMs } = attempt;
  const message =
    'Too many requests with keys that are not valid came from this address. Check the key, then try again later.';
  const error = codedError('TOO_MANY_FAILED_ATTEMPTS', message, { retryAfterMs });
  return refused('UNAUTHENTICATED', [error], retryAfter(retryAfterMs));
}

function invalidKey(): Refusal {
  const message = 'The key is not valid. Check that it was copied whole, and that it belongs to this server.';
  return refused('UNAUTHENTICATED', [codedError('API_KEY_INVALID', message)], challenge);
}

const endings = {
  REVOKED: ['API_KEY_REVOKED', 'The key was revoked. Ask the owner of the API for a new one.'],
  DISABLED: ['API_KEY_DISABLED', 'The key is disabled. An admin of the API can enable it again.'],
  EXPIRED: ['API_KEY_EXPIRED', 'The key has expired. Ask the owner of the API to extend or replace it.'],
  NOT_YET_VALID: ['API_KEY_NOT_YET_VALID', 'The key is not valid yet.'],
} as const satisfies Record<KeyRefusal['kind'], readonly [string, string]>;

function endedKey({ kind, at }: KeyRefusal): Refusal {
  const [code, message] = endings[kind];
  const details = at === undefined ? {} : { at: new Date(at).toISOString() };
  return refused('UNAUTHENTICATED', [codedError(code, message, details)], challenge);
}
