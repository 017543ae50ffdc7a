import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config/read-config.ts';
import { createLogger } from '../../src/kernel/logger.ts';

/** All that is in a folder and lets anybody but its owner in, by path and mode. */
function openToOthers(folder: string): readonly string[] {
  const found: string[] = [];
  const look = (path: string): void => {
    const { mode } = lstatSync(path);
    if ((mode & 0o077) !== 0) found.push(`${relative(folder, path)} ${(mode & 0o7777).toString(8)}`);
    if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) look(join(path, name));
  };
  look(folder);
  return found;
}

describe('all files of a server on its embedded database', () => {
  let folder: string;
  let formerMask: number;
  beforeAll(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'fieldpass-modes-')), 'data');
    formerMask = process.umask(0);
  });
  afterAll(() => {
    process.umask(formerMask);
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(): Promise<App> {
    const answer = readConfig({ DATA_DIR: folder, PORT: '0' }, () => '');
    if (answer.kind === 'INVALID') throw new Error(answer.problems.join('; '));
    return createApp(answer.config, { seed: false, logger: createLogger('silent') });
  }

  it('are for their owner alone, from the first start on, while it runs and after its end, with no umask', async () => {
    const app = await start();
    expect(readdirSync(folder)).toEqual(
      expect.arrayContaining(['admin.key', 'database', 'demo.key', 'lock.1', 'pepper']),
    );
    expect(openToOthers(folder)).toEqual([]);
    await app.close();
    expect(openToOthers(folder)).toEqual([]);
  }, 90_000);

  it('become so when an earlier version made them for everybody', async () => {
    expect(spawnSync('chmod', ['-R', 'a+rwX', folder]).status).toBe(0);
    chmodSync(folder, 0o755);
    const app = await start();
    expect(openToOthers(folder)).toEqual([]);
    await app.close();
  });
});
