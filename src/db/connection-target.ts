import { userInfo } from 'node:os';
import { splitConnectionUrl } from './connection-url.ts';

/** Where a PostgreSQL server is, and how it is spoken to: what a connection URL says (manual §34.1.1). */
export interface ConnectionTarget {
  /** Of one server and its replicas, in the order in which they are tried at first. */
  readonly addresses: readonly Address[];
  /** A standby is passed over: `target_session_attrs`, which is `read-write` where there are several addresses. */
  readonly mustWrite: boolean;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls: TlsPolicy;
  /** Longest wait for a connection, in milliseconds; the caller's own stands beside it. */
  readonly connectTimeoutMs: number | undefined;
  readonly applicationName: string | undefined;
  /** Settings of the server that the URL names, such as `options`; those that we rely on are set again afterwards. */
  readonly startup: Readonly<Record<string, string>>;
}

/** `path` is a Unix socket. */
export type Address =
  | { readonly host: string; readonly port: number; readonly path?: undefined }
  | { readonly path: string };

/** Never over a Unix socket, as with libpq. */
export type TlsPolicy =
  | { readonly use: 'NEVER' }
  /** `PREFERRED`: when the server speaks it. Nobody knows then who the server is. */
  | {
      readonly use: 'PREFERRED' | 'REQUIRED';
      readonly verify: 'NOTHING' | 'CERTIFICATE' | 'CERTIFICATE_AND_HOST';
      readonly files: TlsFiles;
    };

/** Paths; without a root certificate those that Node trusts count. */
export interface TlsFiles {
  readonly rootCertificate: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

export type ReadConnectionUrl =
  | { readonly kind: 'TARGET'; readonly target: ConnectionTarget }
  /** In words that repeat nothing of the URL but names of parameters. */
  | { readonly kind: 'INVALID'; readonly message: string };

const usualPort = 5432;

const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
type SslMode = (typeof sslModes)[number];

/** What libpq knows and this client cannot do: whoever asks for it would be told wrong by silence. */
const unsupported = new Set([
  'passfile',
  'service',
  'servicefile',
  'sslcrl',
  'sslcrldir',
  'sslpassword',
  'requirepeer',
  'require_auth',
  'krbsrvname',
  'gsslib',
  'gssdelegation',
  'replication',
  'hostaddr',
  'load_balance_hosts',
  'ssl_min_protocol_version',
  'ssl_max_protocol_version',
  'sslcertmode',
]);

/** Each with the values that ask for nothing that is not so. */
const harmless: Readonly<Record<string, readonly string[]>> = {
  channel_binding: ['disable', 'prefer'],
  gssencmode: ['disable', 'prefer'],
  sslnegotiation: ['postgres'],
  sslcompression: ['0'],
  sslsni: ['1'],
};

/** What is kept must be written: the others of libpq ask for servers that only read, or would do with one. */
const targetSessions: readonly string[] = ['any', 'read-write', 'primary'];

/** About the liveness of sockets, which is watched here by deadlines and heartbeats. */
const ignored = /^(keepalives\w*|tcp_user_timeout|fallback_application_name|client_encoding)$/;

/** Reads a URL as libpq does, but for the variables of the environment: `PGHOST` and its like count for nothing here. */
export function readConnectionUrl(url: string): ReadConnectionUrl {
  try {
    return read(url);
  } catch (error) {
    if (error instanceof URIError) return invalid('what is written with % in it is not UTF-8');
    throw error;
  }
}

function read(url: string): ReadConnectionUrl {
  const parts = splitConnectionUrl(url);
  if (parts === undefined) return invalid('it is not written as libpq wants it');
  const given = new Map(parts.parameters);
  const take = (name: string): string | undefined => {
    const value = given.get(name) || undefined;
    given.delete(name);
    return value;
  };

  const mode = sslModeOf(take('sslmode'), take('ssl'));
  if (mode === undefined) return invalid(`its sslmode is none of ${sslModes.join(', ')}`);
  const files: TlsFiles = {
    rootCertificate: take('sslrootcert'),
    certificate: take('sslcert'),
    key: take('sslkey'),
  };
  const addresses = addressesOf({
    hosts: take('host') ?? (parts.hosts || 'localhost'),
    ports: take('port') ?? parts.ports,
  });
  if (addresses === undefined) return invalid('its hosts and ports do not go together');
  const user = take('user') ?? (parts.user || userInfo().username);
  const password = take('password') ?? parts.password;
  const database = take('dbname') ?? (parts.database || user);
  const connectTimeout = take('connect_timeout');
  if (connectTimeout !== undefined && !/^\d{1,6}$/.test(connectTimeout)) {
    return invalid('its connect_timeout is no number of seconds');
  }
  const applicationName = take('application_name');
  const sessions = take('target_session_attrs') ?? (addresses.length > 1 ? 'read-write' : 'any');
  if (!targetSessions.includes(sessions)) {
    return invalid(`target_session_attrs can only be ${targetSessions.join(' or ')} here`);
  }

  for (const [name, value] of given) {
    const allowed = Object.hasOwn(harmless, name) ? harmless[name] : undefined;
    if (allowed && !allowed.includes(value)) return invalid(`${name} can only be ${allowed.join(' or ')} here`);
    if (unsupported.has(name)) return invalid(`the parameter ${name} is not supported`);
    if (allowed || ignored.test(name)) given.delete(name);
  }
  return {
    kind: 'TARGET',
    target: {
      addresses,
      mustWrite: sessions !== 'any',
      user,
      password,
      database,
      tls: tlsPolicy(mode, files),
      // Zero waits for ever, and libpq takes one second for two.
      connectTimeoutMs: Number(connectTimeout ?? 0) > 0 ? Math.max(2, Number(connectTimeout)) * 1000 : undefined,
      applicationName,
      startup: Object.fromEntries(given),
    },
  };
}

function invalid(message: string): ReadConnectionUrl {
  return { kind: 'INVALID', message };
}

/** `ssl` is how other drivers say it. */
function sslModeOf(...said: readonly (string | undefined)[]): SslMode | undefined {
  const first = said.find((value) => value !== undefined && value !== '') ?? 'prefer';
  const mode = first === 'true' ? 'require' : first === 'false' ? 'disable' : first;
  return sslModes.find((known) => known === mode);
}

function tlsPolicy(mode: SslMode, files: TlsFiles): TlsPolicy {
  if (mode === 'disable') return { use: 'NEVER' };
  if (mode === 'prefer') return { use: 'PREFERRED', verify: 'NOTHING', files };
  if (mode === 'verify-full' || files.rootCertificate === 'system') {
    return { use: 'REQUIRED', verify: 'CERTIFICATE_AND_HOST', files: withoutSystem(files) };
  }
  // Who names a root certificate wants it to be asked (manual §34.19.1).
  const verify = mode === 'verify-ca' || files.rootCertificate !== undefined ? 'CERTIFICATE' : 'NOTHING';
  return { use: 'REQUIRED', verify, files };
}

/** `sslrootcert=system`: those that the machine, here Node, trusts. */
function withoutSystem(files: TlsFiles): TlsFiles {
  return files.rootCertificate === 'system' ? { ...files, rootCertificate: undefined } : files;
}

/**
 * Lists by commas; one port is that of all hosts, and an empty one the usual. A host that begins with `/` is a folder of
 * Unix sockets.
 */
function addressesOf({ hosts, ports }: { hosts: string; ports: string }): readonly Address[] | undefined {
  const hostList = hosts.split(',');
  const portList = ports.split(',');
  if (portList.length !== 1 && portList.length !== hostList.length) return undefined;
  const addresses: Address[] = [];
  for (const [index, host] of hostList.entries()) {
    const text = portList.length === 1 ? portList[0] : portList[index];
    const port = text ? portOf(text) : usualPort;
    if (port === undefined || host === '') return undefined;
    if (host.startsWith('/')) addresses.push({ path: `${host.replace(/\/+$/, '')}/.s.PGSQL.${port}` });
    else addresses.push({ host: host.replace(/^\[(.*)\]$/, '$1'), port });
  }
  return addresses;
}

function portOf(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
