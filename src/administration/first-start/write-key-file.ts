import { open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makePrivateFolder } from '../../kernel/private-folder.ts';

/** Writes the text of a key where only its owner may read it (mode 0600): the whole file or, when it fails, nothing new. */
export async function writeKeyFile(path: string, key: string): Promise<void> {
  makePrivateFolder(dirname(path));
  const temporary = `${path}.${process.pid}`;
  await unlink(temporary).catch(() => undefined);
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(`${key}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
