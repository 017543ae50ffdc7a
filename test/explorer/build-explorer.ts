import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = new URL('../../', import.meta.url);

/** Where the build puts the page. */
export const builtDirectory = fileURLToPath(new URL('dist/explorer/page', root));

/** Builds the page when it was not built yet; takes some five seconds. */
export async function buildExplorer(): Promise<void> {
  if (existsSync(`${builtDirectory}/index.html`)) return;
  await build({ configFile: fileURLToPath(new URL('src/explorer/vite.config.ts', root)) });
}
