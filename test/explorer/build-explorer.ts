import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { onlyBuilder } from '../support/only-builder.ts';

const root = new URL('../../', import.meta.url);

/** Where the build puts the page. */
export const builtDirectory = fileURLToPath(new URL('dist/explorer/page', root));

/** Builds the page when it was not built yet; takes some five seconds. */
export async function buildExplorer(): Promise<void> {
  const lock = await onlyBuilder();
  try {
    if (existsSync(`${builtDirectory}/index.html`)) return;
    await build({ configFile: fileURLToPath(new URL('src/explorer/vite.config.ts', root)) });
  } finally {
    lock.release();
  }
}
