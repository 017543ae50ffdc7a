import { existsSync, lstatSync } from 'node:fs';
import { StartError } from './start-error.ts';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'there is no space left',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is not a folder',
  EEXIST: 'there is a file of that name',
  ENOENT: 'the folder above it does not exist, or nothing can be made in it',
  ELOOP: 'its symbolic links lead in a circle',
};

/** Says in one line why a folder cannot be used, by the code of the system's error; other errors stay as they are. */
export function asDataDirectoryError<Value>(directory: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    const reason = reasonOf(directory, codeOf(error) ?? '');
    if (error instanceof StartError || !reason) throw error;
    throw new StartError(`DATA_DIR ${directory} cannot be written: ${reason}`, { cause: error });
  }
}

function reasonOf(directory: string, code: string): string | undefined {
  if (code === 'EEXIST' && !existsSync(directory) && isLink(directory))
    return 'it is a symbolic link that leads nowhere';
  return reasons[code === 'ENOTDIR' && existsSync(directory) ? 'EEXIST' : code];
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

/** `ENOENT` and its like, of an error of the system. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
