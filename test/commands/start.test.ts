import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { seedDataDirectory } from '../support/seeded-data-directory.ts';
import { buildServer, type ServerProcess, startServer } from '../support/server-process.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'fieldpass-npm-start-'));

/**
 * What a production install has: the scripts and a build that is older than the sources, and nothing that could make
 * another one. Some shells become the last command that they run and some do not; the one that npm uses here does not.
 */
beforeAll(async () => {
  await Promise.all([buildServer(), seedDataDirectory(join(folder, 'data'))]);
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  mkdirSync(join(folder, 'src/commands'), { recursive: true });
  const start = join(folder, 'src/commands/start.mjs');
  cpSync(join(root, 'src/commands/start.mjs'), start);
  utimesSync(start, new Date(), new Date(Date.now() + 60_000));
  symlinkSync(join(root, 'dist'), join(folder, 'dist'));
  writeFileSync(join(folder, 'shell'), ['#!/bin/sh', 'exec /bin/sh -c "$2', ':"', ''].join('\n'), { mode: 0o755 });
}, 120_000);
afterEach(() => server.endAll());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let server: ServerProcess;

function npmStart(environment: Readonly<Record<string, string>> = {}): ServerProcess {
  const npm = {
    npm_config_script_shell: join(folder, 'shell'),
    npm_config_cache: join(folder, 'npm'),
    npm_config_update_notifier: 'false',
  };
  const command = ['npm', 'start', '--silent'];
  return startServer({ cwd: folder, command, environment: { DATA_DIR: 'data', ...npm, ...environment } });
}

describe('npm start', () => {
  it('starts the build that is there when nothing could make another one', async () => {
    server = npmStart();
    const address = await server.listening;
    expect((await fetch(`${address}/health/ready`)).status).toBe(200);
    expect(server.stderr()).toBe('');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('passes %s on, waits for the server, and ends as it does', async (signal) => {
    server = npmStart();
    const address = await server.listening;
    expect(await server.end(signal)).toEqual({ code: 0, signal: null });
    await expect(fetch(`${address}/health/live`)).rejects.toThrow();
    expect(server.stdout()).toMatch(/"draining"[\s\S]*"stopped"/);
  });

  it('takes a signal that a terminal sends to npm and to the server for one', async () => {
    server = npmStart();
    await server.listening;
    expect(await server.endAll('SIGINT')).toEqual({ code: 0, signal: null });
    expect(server.stdout()).toMatch(/"draining"[\s\S]*"stopped"/);
  });

  it('says so when there is no build either', async () => {
    rmSync(join(folder, 'dist'));
    server = npmStart();
    expect(await server.ended).toMatchObject({ code: 1 });
    expect(server.stderr()).toMatch(/^fieldpass cannot start: there is no build, and nothing to build it with/);
  });
});
