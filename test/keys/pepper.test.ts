import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { systemRandom } from '../../src/kernel/random.ts';
import { StartError } from '../../src/kernel/start-error.ts';
import { openPeppers } from '../../src/keys/open-peppers.ts';
import { keptPepper, parsePepper } from '../../src/keys/pepper.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { stoppedClock } from './support.ts';

const bytes = (value: number) => new Uint8Array(32).fill(value);

test('a pepper is 32 bytes in hex or base64', () => {
  const hex = 'ab'.repeat(32);
  const base64 = Buffer.from(hex, 'hex').toString('base64');
  for (const text of [hex, hex.toUpperCase(), base64, base64.slice(0, -1)]) {
    expect(Buffer.from(parsePepper(text) ?? []).toString('hex')).toBe(hex);
  }
  for (const text of ['', 'ab', `${hex}ab`, `${base64}=`, 'not a pepper, but a text as long as that']) {
    expect(parsePepper(text), text).toBeUndefined();
  }
});

describe('a pepper in a file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pepper-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('that others could read is theirs no more', async () => {
    const path = join(folder, 'kept');
    await writeFile(path, `${'ab'.repeat(32)}\n`, { mode: 0o644 });
    await chmod(path, 0o644);
    await keptPepper(path, systemRandom);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('is made once, for its owner alone, also by several processes at once', async () => {
    const path = join(folder, 'new', 'pepper');
    const made = await Promise.all(Array.from({ length: 5 }, () => keptPepper(path, systemRandom)));
    expect(new Set(made.map((pepper) => Buffer.from(pepper).toString('hex'))).size).toBe(1);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'new'))).toEqual(['pepper']);
    expect(Buffer.from(await keptPepper(path, systemRandom))).toEqual(Buffer.from(made[0] ?? []));
  });

  test('that is damaged stops the start and stays as it is', async () => {
    const path = join(folder, 'damaged');
    await writeFile(path, 'oops');
    await expect(keptPepper(path, systemRandom)).rejects.toThrow(StartError);
    expect(await readFile(path, 'utf8')).toBe('oops');
  });
});

describe('the peppers of a database', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  test('keep their versions from start to start, and take new ones beside known ones only', async () => {
    const open = async (...configured: [Uint8Array, ...Uint8Array[]]) => {
      const { current, all } = await openPeppers(database, configured, stoppedClock());
      return { current: current.version, all: all.map(({ version }) => version) };
    };
    expect(await open(bytes(1))).toEqual({ current: 1, all: [1] });
    expect(await open(bytes(1))).toEqual({ current: 1, all: [1] });
    await expect(open(bytes(2))).rejects.toThrow(StartError);
    expect(await open(bytes(2), bytes(1))).toEqual({ current: 2, all: [2, 1] });
    expect(await open(bytes(2))).toEqual({ current: 2, all: [2] });
    await expect(open(bytes(3))).rejects.toThrow(/KEY_PEPPER/);
  });
});
