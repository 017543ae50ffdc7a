import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, type Stats, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asDataDirectoryError, codeOf } from './data-directory-error.ts';
import { StartError } from './start-error.ts';

/** What a server puts into its DATA_DIR; names that end with hexadecimal digits are there while a file is made. */
const ownNames = /^(database|lock\.(\d+|draft-[0-9a-f-]+)|(admin\.key|demo\.key|pepper)(\.[0-9a-f]+)?)$/;

/** Bits of a mode that let anybody but the owner in (chmod(2)). */
const forOthers = 0o077;

/**
 * Makes the folder for its owner alone, and those above it that are missing; of one that is there already, takes the
 * permissions of all others away. Throws a `StartError` where that cannot be, or where others put things too: the folder
 * holds keys, a pepper or a whole database, and whoever may write into it could put others in their place. A symbolic
 * link counts as what it leads to.
 */
export function makePrivateFolder(path: string): void {
  asDataDirectoryError(path, () => makeFolder(path));
  // Windows knows no such modes.
  if (process.getuid === undefined) return;
  const found = statSync(path);
  if (!found.isDirectory()) throw new StartError(`DATA_DIR ${path} cannot be written: there is a file of that name`);
  if (!isOpen(found)) return;
  if (found.uid !== process.getuid()) {
    throw new StartError(
      `DATA_DIR ${path} belongs to another user (uid ${found.uid}), and its mode ${modeOf(found)} lets others in: give it to the user of this process and chmod it to 700, or set DATA_DIR to a folder within it, which is then made`,
    );
  }
  const names = readdirSync(path).filter((name) => name !== 'lost+found');
  if (names.length > 0 && !names.some((name) => ownNames.test(name))) {
    throw new StartError(
      `DATA_DIR ${path} holds what is not of this server, and its mode ${modeOf(found)} lets others in: chmod it to 700 when nobody else needs it, or set DATA_DIR to a folder within it, which is then made`,
    );
  }
  try {
    chmodSync(path, 0o700);
  } catch (error) {
    throw new StartError(
      `DATA_DIR ${path} lets others in, and its mode ${modeOf(found)} cannot be changed: chmod it to 700`,
      {
        cause: error,
      },
    );
  }
  const changed = statSync(path);
  if (isOpen(changed)) {
    throw new StartError(
      `DATA_DIR ${path} lets others in, and its file system keeps no modes (${modeOf(changed)} after chmod 700): expected a folder on one that does`,
    );
  }
}

/** Node's own `recursive` never ends where nothing can be made and no reason is given, as in `/proc`. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!(codeOf(error) === 'EEXIST' && existsSync(path))) throw error;
  }
}

/** Takes from what a server put there, as far as it is ours, what an earlier version left to others. Follows no links. */
export function makeContentPrivate(folder: string): void {
  if (process.getuid === undefined) return;
  for (const name of readdirSync(folder)) if (ownNames.test(name)) makePrivate(join(folder, name), process.getuid());
}

/** The same of one file, where it is there. */
export function makeFilePrivate(path: string): void {
  if (process.getuid !== undefined) makePrivate(path, process.getuid());
}

function makePrivate(path: string, owner: number): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found || found.isSymbolicLink()) return;
  if (isOpen(found) && found.uid === owner) chmodSync(path, found.mode & 0o7777 & ~forOthers);
  if (found.isDirectory()) for (const name of readdirSync(path)) makePrivate(join(path, name), owner);
}

function isOpen({ mode }: Stats): boolean {
  return (mode & forOthers) !== 0;
}

function modeOf({ mode }: Stats): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
