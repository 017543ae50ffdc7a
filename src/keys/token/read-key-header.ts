/** What the headers of a request say about its key, before anything is known of the key itself. */
export type KeyHeader =
  | { readonly kind: 'ABSENT' }
  /** Two different keys, or one header more than once: which one counts would be a guess. */
  | { readonly kind: 'OVERLOADED' }
  /** A header that should carry a key and cannot. */
  | { readonly kind: 'MALFORMED' }
  | { readonly kind: 'PRESENTED'; readonly text: string };

/** Longer than any key, also an imported one of another format. */
const longestKey = 512;
const keyCharacters = /^[\x21-\x2b\x2d-\x7e]+$/;
const bearer = /^Bearer(?=[ \t]|$)/i;
/** RFC 9110 §11.4: between the scheme and what it carries are spaces, and nothing else. */
const otherSpace = /^ *\t\s*\S/;

/**
 * Reads `Authorization: Bearer <key>` (RFC 6750 §2.1; the scheme's case does not matter, RFC 9110 §11.1) and
 * `X-API-Key: <key>`. The same key in both is one key. Other schemes of Authorization belong to somebody else (a proxy
 * with Basic, say) and are passed over. Repeated headers arrive here joined by a comma (Fetch standard, "combine"),
 * which no key contains. A header with nothing in it, as clients send it that were given no key, is none.
 */
export function readKeyHeader(headers: Pick<Headers, 'get'>): KeyHeader {
  const fromAuthorization = readAuthorization(headers.get('authorization'));
  const fromApiKey = readValue(headers.get('x-api-key'));
  if (fromAuthorization.kind === 'ABSENT') return fromApiKey;
  if (fromApiKey.kind === 'ABSENT') return fromAuthorization;
  if (fromAuthorization.kind === 'OVERLOADED' || fromApiKey.kind === 'OVERLOADED') return { kind: 'OVERLOADED' };
  if (fromAuthorization.kind === 'MALFORMED') return fromAuthorization;
  if (fromApiKey.kind === 'MALFORMED') return fromApiKey;
  return fromAuthorization.text === fromApiKey.text ? fromApiKey : { kind: 'OVERLOADED' };
}

function readAuthorization(value: string | null): KeyHeader {
  if (value === null) return { kind: 'ABSENT' };
  const parts = value.split(',').map((part) => part.trim());
  if (!parts.some((part) => bearer.test(part))) return { kind: 'ABSENT' };
  if (parts.length > 1) return { kind: 'OVERLOADED' };
  const carried = value.trim().replace(bearer, '');
  return otherSpace.test(carried) ? { kind: 'MALFORMED' } : readValue(carried);
}

function readValue(value: string | null): KeyHeader {
  const text = value?.trim() ?? '';
  if (text === '') return { kind: 'ABSENT' };
  if (text.includes(',')) return { kind: 'OVERLOADED' };
  if (text.length > longestKey || !keyCharacters.test(text)) return { kind: 'MALFORMED' };
  return { kind: 'PRESENTED', text };
}
