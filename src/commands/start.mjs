/**
 * `npm start`: builds when there is no build or it is older than the sources, then becomes the server. Plain JavaScript,
 * because it runs before anything is built.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Newest modification below a folder, or 0. */
function newest(path) {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry) return 0;
  if (!entry.isDirectory()) return entry.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0);
}

/** Of the last file that each build writes. */
function builtAt(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function build(script) {
  const { status } = spawnSync('npm', ['run', '--silent', script], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(1);
}

const page = newest(join(root, 'src/explorer/page'));
const sources = newest(join(root, 'src'));
if (builtAt('dist/main.js') < sources) {
  process.stderr.write('Building the server …\n');
  build('build:server');
}
if (builtAt('dist/explorer/page/index.html') < page) {
  process.stderr.write('Building the GraphiQL page …\n');
  build('build:explorer');
}
await import('../../dist/main.js');
