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
const bearer = /^Bearer(?: +|$)/i;

/**
 * Reads `Authorization: Bearer <key>` (RFC 6750 §2.1; the scheme's case does not matter, RFC 9110 §11.1) and
 * `X-API-Key: <key>`. The same key in both is one key. Other schemes of Authorization belong to somebody else (a proxy
 * with Basic, say) and are passed over. Repeated headers arrive here joined by a comma (Fetch standard, "combine"),
 * which no key contains.
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
  return readValue(value.trim().replace(bearer, ''));
}

function readValue(value: string | null): KeyHeader {
  if (value === null) return { kind: 'ABSENT' };
  if (value.includes(',')) return { kind: 'OVERLOADED' };
  const text = value.trim();
  if (text.length > longestKey || !keyCharacters.test(text)) return { kind: 'MALFORMED' };
  return { kind: 'PRESENTED', text };
}
