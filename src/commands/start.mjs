/**
 * `npm start`: builds when there is no build or it is older than the sources, then becomes the server. Plain JavaScript,
 * because it runs before anything is built. The script in `package.json` runs it by `exec`: a shell in between takes the
 * signals that npm passes on, and ends without the server.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What is built, of what, by what. `result` is the last file that the build writes. */
const parts = [
  { name: 'server', result: 'dist/main.js', sources: 'src', builder: 'tsc', script: 'build:server' },
  {
    name: 'GraphiQL page',
    result: 'dist/explorer/page/index.html',
    sources: 'src/explorer/page',
    builder: 'vite',
    script: 'build:explorer',
  },
];

for (const { name, result, sources, builder, script } of parts) {
  const builtAt = statSync(join(root, result), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (builtAt >= newest(join(root, sources))) continue;
  // Installed without what builds it (`npm ci --omit=dev`): what is there will do.
  if (!existsSync(join(root, 'node_modules/.bin', builder))) continue;
  process.stderr.write(`Building the ${name} …\n`);
  await build(script);
}
if (!existsSync(join(root, 'dist/main.js'))) {
  process.stderr.write('fieldpass cannot start: there is no build, and nothing to build it with; run npm ci\n');
  process.exit(1);
}
await import('../../dist/main.js');

/** Newest modification below a folder, or 0. */
function newest(path) {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry) return 0;
  if (!entry.isDirectory()) return entry.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0);
}

/** Whoever ends the start ends the build too. */
async function build(script) {
  const child = spawn('npm', ['run', '--silent', script], { cwd: root, stdio: ['ignore', 2, 2] });
  const end = (signal) => {
    child.kill(signal);
    process.exit(1);
  };
  process.once('SIGTERM', end).once('SIGINT', end);
  const [code] = await once(child, 'exit');
  process.off('SIGTERM', end).off('SIGINT', end);
  if (code !== 0) process.exit(1);
}
