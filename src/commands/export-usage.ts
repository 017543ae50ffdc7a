import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { exportUsageCommand } from './usage/export-usage-command.ts';

/** `npm run usage:export`: what keys did, as CSV or JSON lines. */
process.exitCode = await exportUsageCommand({
  arguments: process.argv.slice(2),
  environment: process.env,
  now: Date.now,
  fetch,
  readFile: (path) => readFileSync(path, 'utf8'),
  write: async (text) => {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  },
  complain: (line) => void process.stderr.write(`${line}\n`),
});
