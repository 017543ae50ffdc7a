import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDataDirectory } from '../../src/db/data-directory-lock.ts';
import { ownIdentity, stateOf } from '../../src/db/process-identity.ts';
import { StartError } from '../../src/kernel/start-error.ts';

let directory: string;
let holders: ChildProcess[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fieldpass-lock-'));
  holders = [];
});

afterEach(async () => {
  await Promise.all(holders.map(end));
  rmSync(directory, { recursive: true, force: true });
});

/** Starts another process that takes the lock, and answers the line that it prints. */
async function startHolder(startAt = 0): Promise<{ holder: ChildProcess; line: string }> {
  const script = fileURLToPath(new URL('./lock-holder.ts', import.meta.url));
  const holder = spawn(process.execPath, ['--import', 'tsx', script, directory, String(startAt)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  holders.push(holder);
  const [line] = await once(createInterface(holder.stdout), 'line');
  return { holder, line };
}

async function end(holder: ChildProcess): Promise<void> {
  if (holder.exitCode !== null || holder.signalCode !== null) return;
  const ended = once(holder, 'exit');
  holder.kill('SIGKILL');
  await ended;
}

describe('the lock of a data directory', () => {
  it('refuses a second process in one line that names the pid of the first', async () => {
    const { holder } = await startHolder();
    const attempt = (): unknown => lockDataDirectory(directory);
    expect(attempt).toThrow(StartError);
    expect(attempt).toThrow(
      new RegExp(`^Another Fieldpass process \\(pid ${holder.pid}\\) is using this DATA_DIR .*$`),
    );
  });

  it('is taken over from a process that was killed', async () => {
    const { holder } = await startHolder();
    await end(holder);
    const lock = lockDataDirectory(directory);
    expect((await startHolder()).line).toContain(`refused Another Fieldpass process (pid ${process.pid})`);
    lock.release();
  });

  it('goes to exactly one of several that find a dead owner at the same moment', async () => {
    const { holder } = await startHolder();
    await end(holder);
    const lines = await Promise.all(Array.from({ length: 4 }, () => startHolder(Date.now() + 2000)));
    expect(lines.filter(({ line }) => line.startsWith('taken'))).toHaveLength(1);
    expect(lines.filter(({ line }) => line.startsWith('refused Another'))).toHaveLength(3);
  });

  it('can be taken again after its release, by the same process too, and leaves one file', () => {
    for (let round = 0; round < 3; round++) lockDataDirectory(directory).release();
    const lock = lockDataDirectory(directory);
    expect(() => lockDataDirectory(directory)).toThrow(StartError);
    lock.release();
    expect(readdirSync(directory)).toEqual(['lock.4']);
  });

  it('is never taken from an owner that cannot be seen from here', () => {
    const path = join(directory, 'lock.7');
    writeFileSync(path, JSON.stringify({ owner: { ...ownIdentity(), pid: 1, machine: 'another' } }));
    expect(() => lockDataDirectory(directory)).toThrow(
      `DATA_DIR is locked by process 1 of another machine or container: when it certainly no longer runs, delete ${path}`,
    );
    writeFileSync(path, '');
    expect(() => lockDataDirectory(directory)).toThrow('a process that left no name');
  });

  it('says in one line why a folder cannot be used', () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    expect(() => lockDataDirectory(join(file, 'below'))).toThrow(/^DATA_DIR .* cannot be written: .*not a folder$/);
    expect(() => lockDataDirectory(file)).toThrow(/^DATA_DIR .* cannot be written: there is a file of that name$/);
    expect(existsSync(join(directory, 'lock.1'))).toBe(false);
  });
});

describe('the state of a process', () => {
  const here = { machine: 'm', boot: 'b', namespace: 'n' };
  const owner = { ...here, pid: 5, startTime: '100' };

  it.each([
    ['ALIVE', 'runs since the same moment', owner, '100'],
    ['DEAD', 'ended', owner, undefined],
    ['DEAD', 'ended, and its pid belongs to a younger process', owner, '200'],
    ['DEAD', 'ran before the machine was started', { ...owner, boot: 'older' }, '100'],
    ['ALIVE', 'runs, as far as a system tells that keeps no start times', owner, ''],
    ['UNKNOWN', 'ran on another machine', { ...owner, machine: 'other' }, undefined],
    ['UNKNOWN', 'ran in another container', { ...owner, namespace: 'other' }, undefined],
  ] as const)('is %s when it %s', (expected, _reason, identity, startTime) => {
    expect(stateOf(identity, here, () => startTime)).toBe(expected);
  });

  it('of this process is ALIVE', () => {
    expect(stateOf(ownIdentity())).toBe('ALIVE');
  });
});
