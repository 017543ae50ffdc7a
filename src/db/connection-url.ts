/** The parts of a connection URL, decoded; empty where the URL says nothing. */
export interface ConnectionUrlParts {
  readonly user: string;
  readonly password: string;
  /** By commas, as `host` and `port` of the parameters are; addresses of IPv6 without their brackets. */
  readonly hosts: string;
  readonly ports: string;
  readonly database: string;
  /** The last of each name. */
  readonly parameters: ReadonlyMap<string, string>;
}

const scheme = /^postgres(?:ql)?:\/\//;
const hostAndPort = /^(?:\[([^\]]+)\]|([^:[\]]*))(?::([^:]*))?$/;

/**
 * Takes a URL apart as libpq does (manual §34.1.1.2), which is not how `URL` does it: there may be several hosts, or none
 * after a user; `+` is a plus, and `#` is nothing special. `undefined` when libpq would not read it either. Throws a
 * `URIError` when what is written with % is no text.
 */
export function splitConnectionUrl(url: string): ConnectionUrlParts | undefined {
  const text = url.trim();
  const start = scheme.exec(text)?.[0].length;
  if (start === undefined) return undefined;
  const { credentials, rest } = splitCredentials(text.slice(start));
  const [beforeParameters, query] = cut(rest, '?');
  const [authority, database] = cut(beforeParameters, '/');
  const places = authority.split(',').map((place) => hostAndPort.exec(place));
  if (places.includes(null)) return undefined;
  const parameters = parametersOf(query);
  if (parameters === undefined) return undefined;
  const [user, password] = cut(credentials, ':');
  return {
    user: decode(user),
    password: decode(password),
    hosts: decode(places.map((place) => place?.[1] ?? place?.[2] ?? '').join(',')),
    ports: decode(places.map((place) => place?.[3] ?? '').join(',')),
    database: decode(database),
    parameters,
  };
}

/** A password may hold anything but `/`; an `@` that nobody encoded belongs to it, since no host has one. */
function splitCredentials(text: string): { credentials: string; rest: string } {
  const first = text.indexOf('@');
  const slash = text.indexOf('/');
  if (first < 0 || (slash >= 0 && slash < first)) return { credentials: '', rest: text };
  const [upToDatabase = ''] = text.slice(first).split(/[/?]/, 1);
  const last = first + upToDatabase.lastIndexOf('@');
  return { credentials: text.slice(0, last), rest: text.slice(last + 1) };
}

function parametersOf(query: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const [name, value, ...more] = pair.split('=');
    if (!name || value === undefined || more.length > 0) return undefined;
    parameters.set(decode(name), decode(value));
  }
  return parameters;
}

/** Before and after the first of a sign; nothing after it when there is none. */
function cut(text: string, sign: string): readonly [string, string] {
  const at = text.indexOf(sign);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(text: string): string {
  const decoded = decodeURIComponent(text);
  if (decoded.includes('\0')) throw new URIError('no text of the protocol holds a zero');
  return decoded;
}
