import { existsSync, readFileSync } from 'node:fs';
import { recoverAdminCommand } from './recover/recover-admin-command.ts';

/** `npm run admin:recover`: another management key, for somebody who has the database and no key. */
if (existsSync('.env')) process.loadEnvFile('.env');
process.exitCode = await recoverAdminCommand({
  environment: process.env,
  readFile: (path) => readFileSync(path, 'utf8'),
  print: (line) => void process.stdout.write(`${line}\n`),
  complain: (line) => void process.stderr.write(`${line}\n`),
});
