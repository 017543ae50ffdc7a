import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeContentPrivate, makePrivateFolder } from '../../src/kernel/private-folder.ts';
import { StartError } from '../../src/kernel/start-error.ts';

let parent: string;
beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'fieldpass-private-'));
});
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);
let made = 0;

/** A folder of this mode, with files of these names. */
function folder(mode: number, ...names: readonly string[]): string {
  const path = join(parent, `folder-${made++}`);
  mkdirSync(path);
  for (const name of names) writeFileSync(join(path, name), '');
  chmodSync(path, mode);
  return path;
}

describe('a folder for its owner alone', () => {
  it('is made, with those above it', () => {
    const path = join(parent, 'a', 'b', 'c');
    const former = process.umask(0);
    makePrivateFolder(path);
    process.umask(former);
    for (const part of [path, join(parent, 'a', 'b'), join(parent, 'a')]) expect(modeOf(part)).toBe('700');
  });

  it.each([0o755, 0o777, 0o750, 0o701, 0o711, 0o710])('is what one of mode %o becomes', (mode) => {
    for (const path of [folder(mode), folder(mode, 'lock.1', 'notes.txt'), folder(mode, 'admin.key')]) {
      makePrivateFolder(path);
      expect(modeOf(path)).toBe('700');
    }
  });

  it('is refused with a sentence where it cannot be made', () => {
    const file = join(parent, 'a-file');
    writeFileSync(file, '');
    symlinkSync(join(parent, 'nowhere'), join(parent, 'dangling'));
    for (const [path, message] of [
      [file, /there is a file of that name/],
      [join(file, 'below'), /a part of the path is not a folder/],
      [join(parent, 'dangling'), /a symbolic link that leads nowhere/],
    ] as const) {
      expect(() => makePrivateFolder(path)).toThrow(StartError);
      expect(() => makePrivateFolder(path)).toThrow(message);
    }
  });

  it.each(['pepper-spray.txt', 'admin.key.bak', 'databases', 'pepperoni', 'lock.sql'])(
    'is not taken for ours by %s',
    (name) => {
      expect(() => makePrivateFolder(folder(0o755, name))).toThrow(/holds what is not of this server/);
    },
  );

  it('keeps a mode that lets nobody in', () => {
    const path = folder(0o500);
    makePrivateFolder(path);
    expect(modeOf(path)).toBe('500');
  });

  it('may be somewhere else, where a link leads', () => {
    const path = folder(0o755);
    symlinkSync(path, `${path}-link`);
    makePrivateFolder(`${path}-link`);
    expect(modeOf(path)).toBe('700');
  });

  it.each([0o755, 0o1777])('is not what one of mode %o becomes in which others keep their things', (mode) => {
    const path = folder(mode, 'somebody-elses.txt');
    expect(() => makePrivateFolder(path)).toThrow(StartError);
    expect(() => makePrivateFolder(path)).toThrow(
      /holds what is not of this server, and its mode 1?0?7.. lets others in/,
    );
    expect(modeOf(path)).toBe(mode.toString(8));
    makePrivateFolder(join(path, 'within'));
    expect(modeOf(join(path, 'within'))).toBe('700');
  });

  it.skipIf(process.getuid?.() !== 0)('is refused when another user owns it and lets others in', () => {
    const path = folder(0o755);
    chownSync(path, 12_345, 0);
    expect(() => makePrivateFolder(path)).toThrow(
      `DATA_DIR ${path} belongs to another user (uid 12345), and its mode 0755`,
    );
    expect(modeOf(path)).toBe('755');
    chmodSync(path, 0o700);
    makePrivateFolder(path);
  });
});

describe('what is in the folder', () => {
  it('is for the owner alone afterwards, as far as a server put it there', () => {
    const path = folder(0o700, 'lock.3', 'admin.key', 'notes.txt');
    const outside = folder(0o755);
    mkdirSync(join(path, 'database', 'base'), { recursive: true });
    writeFileSync(join(path, 'database', 'base', '1'), '');
    symlinkSync(outside, join(path, 'database', 'link'));
    for (const name of ['lock.3', 'admin.key', 'notes.txt', 'database/base/1']) chmodSync(join(path, name), 0o666);
    for (const name of ['database', 'database/base']) chmodSync(join(path, name), 0o777);
    makeContentPrivate(path);
    expect(['lock.3', 'admin.key', 'database/base/1'].map((name) => modeOf(join(path, name)))).toEqual([
      '600',
      '600',
      '600',
    ]);
    expect(['database', 'database/base'].map((name) => modeOf(join(path, name)))).toEqual(['700', '700']);
    expect(modeOf(join(path, 'notes.txt'))).toBe('666');
    expect(modeOf(outside)).toBe('755');
  });
});
