import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type DataDirectoryLock, lockDataDirectory } from '../../src/db/data-directory-lock.ts';
import { StartError } from '../../src/kernel/start-error.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Waits until nobody else builds this checkout: test files of several processes want the same build at once. */
export async function onlyBuilder(): Promise<DataDirectoryLock> {
  const folder = join(tmpdir(), `fieldpass-build${root.replaceAll(/[\\/:]/g, '-')}`);
  for (;;) {
    try {
      return lockDataDirectory(folder);
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      await wait(200);
    }
  }
}
