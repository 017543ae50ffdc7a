/** One match, as GitHub's secret scanning sends it: `{ token, type, url, source }`. */
export interface PartnerMatch {
  readonly token: string;
  /** The name that the scanner knows the pattern by; it comes back in the answer. */
  readonly type: string;
  /** Where it was found; may be empty. */
  readonly url: string;
}

/** What is answered of a match: whether it is a key of ours. The text itself is not sent back. */
export interface PartnerFeedback {
  /** Hex SHA-256 of the token. */
  readonly token_hash: string;
  readonly token_type: string;
  readonly label: 'true_positive' | 'false_positive';
}

const longestToken = 4096;
const longestType = 200;
const longestUrl = 2000;

/** Reads a report; `undefined` when it is none. Members that are not known are passed over, as later ones would be. */
export function readPartnerReport(body: string): readonly PartnerMatch[] | undefined {
  const parsed = parseJson(body);
  if (!Array.isArray(parsed)) return undefined;
  const matches = parsed.map(readMatch);
  return matches.every((match) => match !== undefined) ? matches : undefined;
}

function readMatch(value: unknown): PartnerMatch | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { token, type, url = '' } = value as Readonly<Record<string, unknown>>;
  if (typeof token !== 'string' || token.length > longestToken) return undefined;
  if (typeof type !== 'string' || type.length > longestType) return undefined;
  const place = typeof url === 'string' && url.length <= longestUrl && isStorable(url) ? url : '';
  return { token, type, url: place };
}

/** PostgreSQL holds neither NUL nor halves of surrogate pairs. */
function isStorable(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
