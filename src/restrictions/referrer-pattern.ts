/**
 * Which pages may call. A pattern is `[scheme://]host[:port][/path]`:
 * scheme `https` (when left out) or `http`; host an exact name, or `*.` and a name of at least two labels for all names
 * below it (not for itself); port the scheme's own when left out; path a prefix of whole segments, with or without a
 * last `/*`. docs/keys.md has the table.
 */
export interface ReferrerPattern {
  readonly scheme: 'http:' | 'https:';
  readonly host: string;
  /** Also every name below `host`, and not `host` itself. */
  readonly below: boolean;
  /** Empty for the port of the scheme, as `URL.port` has it. */
  readonly port: string;
  /** `/` for all. */
  readonly path: string;
}

const shape = /^(?:(https?):\/\/)?(\*\.)?([^/:*?#@\\\s]+)(?::([1-9]\d{0,4}))?(\/[^*?#\\\s]*\*?)?$/;
const longestPattern = 500;
const hostName = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** The pattern, or `undefined` when the text is none. Names outside ASCII are written in Punycode (RFC 3492). */
export function parseReferrerPattern(text: string): ReferrerPattern | undefined {
  if (text.length > longestPattern) return undefined;
  const [match, scheme = 'https', wildcard, host = '', port = '', written = '/'] = shape.exec(text) ?? [];
  if (match === undefined || !hostName.test(host)) return undefined;
  if (wildcard !== undefined && !/\.[a-z][a-z0-9-]*$/.test(host)) return undefined;
  const path = written.replace(/\/\*$/, '/');
  if (path.includes('*')) return undefined;
  const url = urlOf(`${scheme}://${host}${port === '' ? '' : `:${port}`}${path}`);
  // What a URL parser reads otherwise (`/a/../b`, `127.1`) would never match what a browser sends.
  if (!url || url.hostname !== host || url.pathname !== path) return undefined;
  const prefix = path.replace(/\/+$/, '');
  return {
    scheme: scheme === 'http' ? 'http:' : 'https:',
    host,
    below: wildcard !== undefined,
    port: url.port,
    path: prefix === '' ? '/' : prefix,
  };
}

/** Where a browser's request comes from: its `Origin` and `Referer` headers. */
export interface Referrer {
  readonly origin: string | null;
  readonly referer: string | null;
}

/**
 * `Origin` decides; without it `Referer` does. A pattern with a path also needs a `Referer` of that very origin, which
 * browsers cut down to the origin unless the page says `Referrer-Policy: no-referrer-when-downgrade` or the like. Nothing
 * sent, `Origin: null` and whatever is no web address match no pattern.
 */
export function referrerMatches(pattern: ReferrerPattern, { origin, referer }: Referrer): boolean {
  const from = originOf(origin, referer);
  if (!from || !originMatches(pattern, from)) return false;
  if (pattern.path === '/') return true;
  const page = urlOf(referer ?? '');
  if (!page || page.origin !== from.origin || hasUser(page)) return false;
  return page.pathname === pattern.path || page.pathname.startsWith(`${pattern.path}/`);
}

/** Whether a page of this origin may read answers, as CORS asks: the path is no part of that. */
export function originAllowed(pattern: ReferrerPattern, origin: string): boolean {
  const from = originOf(origin, null);
  return from !== undefined && originMatches(pattern, from);
}

/** Whether whatever matches `inner` matches `outer`. */
export function referrerCovers(outer: ReferrerPattern, inner: ReferrerPattern): boolean {
  if (outer.scheme !== inner.scheme || outer.port !== inner.port) return false;
  const sameHost = outer.host === inner.host && outer.below === inner.below;
  if (!sameHost && !(outer.below && inner.host.endsWith(`.${outer.host}`))) return false;
  return outer.path === '/' || inner.path === outer.path || inner.path.startsWith(`${outer.path}/`);
}

function originMatches({ scheme, host, below, port }: ReferrerPattern, from: URL): boolean {
  if (from.protocol !== scheme || from.port !== port) return false;
  return below ? from.hostname.endsWith(`.${host}`) && hostName.test(from.hostname) : from.hostname === host;
}

function originOf(origin: string | null, referer: string | null): URL | undefined {
  const url = urlOf(origin ?? referer ?? '');
  if (!url || hasUser(url) || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined;
  // A browser writes an origin in one way only (RFC 6454 §6.2).
  return origin === null || url.origin === origin ? url : undefined;
}

/** `https://example.com@evil.example` looks like one page and is another: no browser sends that. */
function hasUser({ username, password }: URL): boolean {
  return username !== '' || password !== '';
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
