import { sql } from 'drizzle-orm';
import { openDatabase } from '../../src/db/open-database.ts';
import { createLogger } from '../../src/kernel/logger.ts';

/** A process that opens the folder given and writes numbers, printing each that was acknowledged, until it is ended. */
const database = await openDatabase({ dataDir: process.argv[2] ?? '', logger: createLogger('silent') });
await database.queries.execute(sql`CREATE TABLE IF NOT EXISTS written (number int)`);
for (let number = 1; ; number++) {
  await database.queries.execute(sql`INSERT INTO written VALUES (${number})`);
  process.stdout.write(`${number}\n`);
}
