import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRequest, openSubscription } from '../support/open-request.ts';
import { seedDataDirectory } from '../support/seeded-data-directory.ts';
import { buildServer, type ServerProcess, startServer } from '../support/server-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'fieldpass-start-'));
/** Data of the Places are there already; keys are not. */
const seeded = join(folder, 'seeded');
let first: ServerProcess;
let address: string;

beforeAll(async () => {
  await Promise.all([buildServer(), seedDataDirectory(seeded)]);
  first = startServer({ cwd: folder, environment: { DATA_DIR: seeded, SHUTDOWN_TIMEOUT: '20s' } });
  address = await first.listening;
}, 120_000);
afterAll(async () => {
  await first?.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A copy of it that nobody uses. */
const copied = join(folder, 'copied');
const keyIn = (name: string) => readFileSync(join(seeded, name), 'utf8').trim();
const oneLine = (text: RegExp) => new RegExp(`^fieldpass cannot start: [^\\n]*(?:${text.source})[^\\n]*\\n$`);

async function createKey(privileges: readonly string[]): Promise<string> {
  const admin = async (query: string, input: object) => {
    const response = await fetch(`${address}/admin/graphql`, {
      method: 'POST',
      headers: { 'X-API-Key': keyIn('admin.key'), 'Content-Type': 'application/json' },
      body: JSON.stringify({ query, variables: { input } }),
    });
    return (await response.json()).data;
  };
  const { createApplication } = await admin(
    'mutation ($input: CreateApplicationInput!) { createApplication(input: $input) { application { id } } }',
    { name: 'Start', ownerName: 'Ada', ownerEmail: 'ada@example.com' },
  );
  const { createApiKey } = await admin(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }',
    { name: 'start', applicationId: createApplication.application.id, privileges },
  );
  return createApiKey.key;
}

async function failingStart(environment: Readonly<Record<string, string>>, cwd = folder) {
  const server = startServer({ cwd, environment });
  const { code } = await server.ended;
  return { code, stderr: server.stderr(), stdout: server.stdout() };
}

async function listenOnFreePort(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('a start that cannot succeed says why in one line and exits with code 1', () => {
  const missing = join(folder, 'nowhere');

  it('bad configuration, and repeats no secret', async () => {
    const { code, stderr, stdout } = await failingStart({
      PORT: 'http',
      DATABASE_URL: 'mysql://user:hunter2@localhost/x',
      KEY_PEPPER: 'hunter3',
      FIELDPASS_PORT: '1',
    });
    expect(stderr).toMatch(
      oneLine(/PORT: expected a whole number from 0 to 65535, got "http"; DATABASE_URL: expected/),
    );
    expect(stderr).toMatch(oneLine(/FIELDPASS_PORT: unknown; .*KEY_PEPPER: expected 32 bytes/));
    expect(stderr).not.toContain('hunter');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('bad configuration in .env', async () => {
    const cwd = mkdtempSync(join(folder, 'env-'));
    writeFileSync(join(cwd, '.env'), 'KEY_PREFIX=Upper_Case\n');
    expect((await failingStart({}, cwd)).stderr).toMatch(oneLine(/KEY_PREFIX: expected 2 to 16 lower-case/));
  });

  it('a .env that is a folder', async () => {
    const cwd = mkdtempSync(join(folder, 'env-'));
    mkdirSync(join(cwd, '.env'));
    expect((await failingStart({}, cwd)).stderr).toMatch(oneLine(/\.env cannot be read/));
  });

  it('a DATA_DIR that is a file, or below one', async () => {
    writeFileSync(join(folder, 'file'), '');
    for (const path of ['file', 'file/below']) {
      const { code, stderr } = await failingStart({ DATA_DIR: path });
      expect(stderr).toMatch(oneLine(/DATA_DIR file\S* cannot be written: /));
      expect(code).toBe(1);
    }
  });

  it.runIf(process.platform === 'linux')('a DATA_DIR where nothing can be made', async () => {
    const { code, stderr } = await failingStart({ DATA_DIR: '/proc/fieldpass' });
    expect(stderr).toMatch(oneLine(/DATA_DIR \/proc\/fieldpass\S* cannot be written: /));
    expect(code).toBe(1);
  });

  // Whoever may do everything may write to a read-only folder too.
  it.skipIf(process.getuid?.() === 0)('a DATA_DIR that is read-only', async () => {
    const readOnly = mkdtempSync(join(folder, 'read-only-'));
    chmodSync(readOnly, 0o500);
    const { code, stderr } = await failingStart({ DATA_DIR: readOnly });
    expect(stderr).toMatch(oneLine(/cannot be written: permission is denied/));
    expect(code).toBe(1);
  });

  it('a DATA_DIR that another process uses', async () => {
    const { code, stderr } = await failingStart({ DATA_DIR: seeded });
    expect(stderr).toMatch(oneLine(new RegExp(`\\(pid ${first.pid}\\) is using this DATA_DIR`)));
    expect(code).toBe(1);
  });

  it('a database server that refuses connections', async () => {
    const server = createServer();
    const port = await listenOnFreePort(server);
    await new Promise((resolve) => server.close(resolve));
    const url = `postgres://user:hunter2@127.0.0.1:${port}/x`;
    const { code, stderr } = await failingStart({ DATA_DIR: missing, DATABASE_URL: url, KEY_PEPPER: 'a'.repeat(64) });
    expect(stderr).toMatch(oneLine(/ECONNREFUSED.*check DATABASE_URL/));
    expect(stderr).not.toContain('hunter2');
    expect(code).toBe(1);
  });

  it('a database server that never answers', async () => {
    const mute = createServer(() => {});
    const url = `postgres://127.0.0.1:${await listenOnFreePort(mute)}/x?connect_timeout=2`;
    const { code, stderr } = await failingStart({ DATA_DIR: missing, DATABASE_URL: url, KEY_PEPPER: 'a'.repeat(64) });
    expect(stderr).toMatch(oneLine(/(did not answer|CONNECT_TIMEOUT).*check DATABASE_URL/));
    expect(code).toBe(1);
    mute.close();
  });

  const server = process.env['TEST_DATABASE_URL'];
  it.skipIf(server === undefined)('a database that the server does not have', async () => {
    const url = new URL(server ?? '');
    url.pathname = '/fieldpass_there_is_no_such_database';
    const { code, stderr } = await failingStart({
      DATA_DIR: missing,
      DATABASE_URL: url.href,
      KEY_PEPPER: 'a'.repeat(64),
    });
    expect(stderr).toMatch(oneLine(/fieldpass_there_is_no_such_database.*does not exist/));
    expect(code).toBe(1);
  });
});

describe('a start that makes the first keys, away from a terminal', () => {
  it('logs JSON lines and prints no key', () => {
    const lines = first.stdout().trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).msg)).toContain('listening');
    for (const name of ['admin.key', 'demo.key'])
      expect(first.stdout() + first.stderr()).not.toContain(keyIn(name).slice(-38));
    expect(`${first.stdout()}${first.stderr()}`).not.toMatch(/fieldpass_(live|test)_/);
  });

  it('keeps its secrets in files that only their owner can read', () => {
    for (const name of ['admin.key', 'demo.key', 'pepper']) {
      expect(statSync(join(seeded, name)).mode & 0o777).toBe(0o600);
    }
    expect(keyIn('admin.key')).toMatch(/^fieldpass_live_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/);
    expect(statSync(seeded).mode & 0o777).toBe(0o700);
  });
});

describe('the end', () => {
  it('waits for the request that is running, closes streams, and exits with code 0', async () => {
    const request = await openRequest(`${address}/graphql`, keyIn('demo.key'), '{ country(code: "CH") { name } }');
    const key = await createKey(['*']);
    const subscription = await openSubscription(
      `${address}/graphql`,
      key,
      'subscription { cityChanged { city { name } } }',
    );
    const ended = first.end('SIGTERM');
    expect(await subscription.rest()).toMatch(/event: complete/);
    // It drains: soon whoever comes is turned away, and who was there before is served.
    const newcomer = () => fetch(`${address}/health/live`).then(String, () => 'turned away');
    await expect.poll(newcomer, { interval: 20 }).toBe('turned away');
    const answer = await request.finish();
    expect(answer).toContain(' 200 ');
    expect(answer).toContain('{"country":{"name":"Switzerland"}}');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(first.stderr()).not.toMatch(/cannot/);
  });
});

describe('a later start', () => {
  let second: ServerProcess;
  beforeAll(() => first.end());
  afterAll(() => second?.end('SIGKILL'));

  it('finds the data and the keys, and makes none anew', async () => {
    const keys = ['admin.key', 'demo.key'].map(keyIn);
    cpSync(seeded, copied, { recursive: true });
    second = startServer({ cwd: folder, environment: { DATA_DIR: seeded, SHUTDOWN_TIMEOUT: '300ms' } });
    address = await second.listening;
    expect(second.stderr()).toBe('');
    expect(['admin.key', 'demo.key'].map(keyIn)).toEqual(keys);
    const response = await fetch(`${address}/graphql?query={cities{totalCount}}`, {
      headers: { 'X-API-Key': keys[1] ?? '' },
    });
    expect((await response.json()).data).toEqual({ cities: { totalCount: 3000 } });
  });

  it('does not fit a port that is taken', async () => {
    const { port } = new URL(address);
    const { code, stderr } = await failingStart({ DATA_DIR: copied, PORT: port });
    expect(stderr).toMatch(oneLine(new RegExp(`port ${port} on \\S+ is taken; set PORT`)));
    expect(code).toBe(1);
  });

  it('cuts what takes longer than SHUTDOWN_TIMEOUT', async () => {
    const request = await openRequest(`${address}/graphql`, keyIn('demo.key'), '{ viewer { apiKey { name } } }');
    expect(await second.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(await request.ended).not.toContain(' 200 ');
  });
});
