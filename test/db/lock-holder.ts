import { lockDataDirectory } from '../../src/db/data-directory-lock.ts';

/** A process that takes the lock of the folder given, says so, and holds it until it is ended. */
const [directory = '', startAt = '0'] = process.argv.slice(2);
// Several holders that are told the same moment start as close to each other as can be.
while (Date.now() < Number(startAt)) {}
try {
  lockDataDirectory(directory);
  process.stdout.write(`taken ${process.pid}\n`);
  setInterval(() => {}, 1000);
} catch (error) {
  process.stdout.write(`refused ${error instanceof Error ? error.message : ''}\n`);
}
