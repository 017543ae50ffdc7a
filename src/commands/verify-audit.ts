import { readFileSync, writeFileSync } from 'node:fs';
import { verifyAuditCommand } from './audit/verify-audit-command.ts';

/** `npm run audit:verify`: whether the audit chain is what was recorded. */
process.exitCode = await verifyAuditCommand({
  arguments: process.argv.slice(2),
  environment: process.env,
  fetch,
  readFile: (path) => readFileSync(path, 'utf8'),
  writeFile: (path, text) => writeFileSync(path, text),
  print: (line) => void process.stdout.write(`${line}\n`),
  complain: (line) => void process.stderr.write(`${line}\n`),
});
