import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectSocket } from '../../src/db/connect-socket.ts';
import { readConnectionUrl } from '../../src/db/connection-target.ts';
import { isUnavailable } from '../../src/db/database-error.ts';
import { readMigrations } from '../../src/db/migrations.ts';
import { defaultOpenOptions } from '../../src/db/open-options.ts';
import { openPostgres } from '../../src/db/postgres.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { startTlsFront, type TlsFront } from '../support/tls-front.ts';

const server = process.env['TEST_DATABASE_URL'];
const url = new URL(server ?? 'postgres://none');
const sockets = '/var/run/postgresql';

/** What a server answers to a URL, or how that failed. */
async function ask(address: URL): Promise<unknown> {
  const answer = readConnectionUrl(address.href);
  if (answer.kind === 'INVALID') throw new Error(answer.message);
  const options = { ...defaultOpenOptions, queryTimeoutMs: 2000, logger: createLogger('silent') };
  const database = openPostgres(answer.target, options, readMigrations());
  try {
    const [row] = await database.rows<{ at: string | null; path: boolean }>(
      sql`SELECT inet_server_port() IS NULL AS path, 'here' AS at`,
    );
    return row?.path ? 'here, by a Unix socket' : row?.at;
  } catch (error) {
    return error instanceof Error ? error.message : error;
  } finally {
    await database.close();
  }
}

function withParameters(address: URL, parameters: string): URL {
  const changed = new URL(address);
  changed.search = parameters;
  return changed;
}

describe('a server that does not answer the question for TLS', () => {
  /** How connecting to a server that treats its sockets so fails. */
  async function failureOf(treat: (socket: Socket) => void): Promise<unknown> {
    const accepted: Socket[] = [];
    const mute = createServer((socket) => {
      accepted.push(socket);
      treat(socket);
    });
    mute.listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const bound = mute.address();
    const address = { host: '127.0.0.1', port: typeof bound === 'object' && bound ? bound.port : 0 };
    const files = { rootCertificate: undefined, certificate: undefined, key: undefined };
    const tls = { use: 'PREFERRED', verify: 'NOTHING', files } as const;
    try {
      return await connectSocket(address, { tls, timeoutMs: 50, onSocket: () => {} });
    } catch (error) {
      return error;
    } finally {
      for (const socket of accepted) socket.destroy();
      mute.close();
    }
  }

  it.each<[string, (socket: Socket) => void, string]>([
    ['hangs', () => {}, 'The database did not answer within 50 ms'],
    ['closes', (socket) => socket.end(), 'The connection closed before the database answered'],
  ])('says so when it %s', async (_, treat, message) => {
    const failure = await failureOf(treat);
    expect(failure).toMatchObject({ message });
    expect(isUnavailable(failure)).toBe(true);
  });
});

/** Needs TEST_DATABASE_URL, with a server that answers in the clear. */
describe.skipIf(server === undefined)('a connection to a server', () => {
  it.skipIf(!existsSync(`${sockets}/.s.PGSQL.${url.port || 5432}`))('goes through a Unix socket', async () => {
    const parameters = new URLSearchParams({ host: sockets, sslmode: 'require' });
    // Whether the server lets this user in there is its own affair: it answers.
    expect(await ask(withParameters(url, `?${parameters}`))).toMatch(
      /^here, by a Unix socket$|Peer authentication failed/,
    );
  });

  it('tries the next host when one does not answer', async () => {
    const parameters = new URLSearchParams({ host: `/nowhere,${url.hostname}`, port: url.port || '5432' });
    expect(await ask(withParameters(url, `?${parameters}`))).toBe('here');
  });

  it('says what failed at the last of several hosts', async () => {
    expect(await ask(withParameters(url, '?host=/nowhere,/elsewhere'))).toBe(
      'The connection to the database failed (ENOENT)',
    );
  });

  it.each(['', '?sslmode=disable', '?sslmode=prefer'])('in the clear is made with %j', async (parameters) => {
    expect(await ask(withParameters(url, parameters))).toBe('here');
  });

  it.each(['require', 'verify-ca', 'verify-full'])('in the clear is refused with sslmode=%s', async (mode) => {
    const { ssl } = await serverSettings();
    if (ssl === 'on') return;
    expect(await ask(withParameters(url, `?sslmode=${mode}`))).toBe(
      'The server does not speak TLS, and sslmode asks for it',
    );
  });
});

async function serverSettings(): Promise<{ ssl: string }> {
  const answer = readConnectionUrl(url.href);
  if (answer.kind === 'INVALID') throw new Error(answer.message);
  const database = openPostgres(answer.target, { ...defaultOpenOptions, logger: createLogger('silent') }, []);
  const [row] = await database.rows<{ ssl: string }>(sql`SHOW ssl`);
  await database.close();
  return row ?? { ssl: 'off' };
}

describe.skipIf(server === undefined)('an encrypted connection to a server', () => {
  let front: TlsFront;
  beforeAll(async () => {
    front = await startTlsFront(url.hostname, Number(url.port || 5432));
  });
  afterAll(() => front.close());
  beforeEach(() => front.stuff(Buffer.alloc(0)));

  function through(host: string, parameters: Record<string, string>): URL {
    const address = withParameters(url, `?${new URLSearchParams(parameters)}`);
    address.host = `${host}:${front.port}`;
    return address;
  }

  it.each([
    ['localhost', {}],
    ['localhost', { sslmode: 'prefer' }],
    ['localhost', { sslmode: 'require' }],
    ['localhost', { sslmode: 'require', sslrootcert: 'OWN' }],
    ['localhost', { sslmode: 'verify-ca', sslrootcert: 'OWN' }],
    ['localhost', { sslmode: 'verify-full', sslrootcert: 'OWN' }],
    ['127.0.0.1', { sslmode: 'require' }],
    ['127.0.0.1', { sslmode: 'verify-ca', sslrootcert: 'OWN' }],
  ])('is made to %s with %j', async (host, parameters) => {
    const before = front.encrypted;
    const own = 'sslrootcert' in parameters ? { sslrootcert: front.rootCertificate } : {};
    expect(await ask(through(host, { ...parameters, ...own }))).toBe('here');
    expect(front.encrypted).toBe(before + 1);
  });

  it.each([
    ['localhost', { sslmode: 'verify-ca' }, 'self-signed certificate'],
    ['localhost', { sslmode: 'verify-full' }, 'self-signed certificate'],
    ['127.0.0.1', { sslmode: 'verify-full', sslrootcert: 'OWN' }, "does not match certificate's altnames"],
  ])('to somebody else is refused at %s with %j', async (host, parameters, reason) => {
    const own = 'sslrootcert' in parameters ? { sslrootcert: front.rootCertificate } : {};
    const answer = await ask(through(host, { ...parameters, ...own }));
    expect(answer).toContain("The server's certificate is not accepted: ");
    expect(answer).toContain(reason);
  });

  it('is given up when something in the clear comes with the consent', async () => {
    front.stuff(Buffer.from('Z'));
    expect(await ask(through('localhost', { sslmode: 'require' }))).toBe(
      'The server does not answer as PostgreSQL does',
    );
  });

  it('is not asked for with sslmode=disable', async () => {
    const before = front.encrypted;
    expect(await ask(through('localhost', { sslmode: 'disable' }))).not.toBe('here');
    expect(front.encrypted).toBe(before);
  });
});
