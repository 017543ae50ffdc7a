import { link, open, readFile, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFilePrivate, makePrivateFolder } from '../kernel/private-folder.ts';
import type { RandomBytes } from '../kernel/random.ts';
import { StartError } from '../kernel/start-error.ts';

const pepperBytes = 32;

/** 32 bytes in hex or base64 (also base64url), or `undefined`. */
export function parsePepper(text: string): Uint8Array | undefined {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === pepperBytes ? bytes : undefined;
}

/**
 * The pepper kept in `path`; made there, readable by its owner alone, when there is none. The file appears whole or
 * not at all: a process that dies here leaves at most a temporary file. Of several processes that make one at the same
 * moment, the first wins and the others read what it wrote. Throws
 * `StartError` when the file holds something else.
 */
export async function keptPepper(path: string, random: RandomBytes): Promise<Uint8Array> {
  makePrivateFolder(dirname(path));
  makeFilePrivate(path);
  const present = await readPepper(path);
  if (present !== 'ABSENT') return present;
  const temporary = `${path}.${Buffer.from(random(6)).toString('hex')}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(`${Buffer.from(random(pepperBytes)).toString('hex')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(temporary, path);
  } catch (cause) {
    if (!hasCode(cause, 'EEXIST')) throw cause;
  } finally {
    await unlink(temporary);
  }
  const made = await readPepper(path);
  if (made === 'ABSENT') throw new StartError(`${path} was removed while it was made`);
  return made;
}

async function readPepper(path: string): Promise<Uint8Array | 'ABSENT'> {
  try {
    const pepper = parsePepper((await readFile(path, 'utf8')).trim());
    if (!pepper) throw new StartError(`${path} does not hold a pepper: expected 32 bytes in hex or base64`);
    return pepper;
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return 'ABSENT';
    throw cause;
  }
}

function hasCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code;
}
