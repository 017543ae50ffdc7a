import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import type { Database } from '../../src/db/database.ts';
import { readMigrations } from '../../src/db/migrations.ts';
import { openDatabase } from '../../src/db/open-database.ts';
import { defaultOpenOptions, type OpenOptions } from '../../src/db/open-options.ts';
import { openPglite } from '../../src/db/pglite.ts';
import { createLogger } from '../../src/kernel/logger.ts';
import { makeHostile } from './hostile-settings.ts';
import { onServer, readTemplate, urlOf } from './test-templates.ts';

export interface TestDatabaseOptions extends Partial<OpenOptions> {
  /** With all countries and the 3000 largest cities. */
  readonly places?: boolean;
}

/**
 * A migrated database of its own: embedded and in memory, or a fresh one on the server of TEST_DATABASE_URL. Opening
 * takes a second or two: share it within a file, and keep tests apart by application. `close` drops it. With
 * `TEST_DATABASE_SETTINGS=hostile` the server is told to do everything in another way than ours.
 */
export async function openTestDatabase(options: TestDatabaseOptions = {}): Promise<Database> {
  const templates = inject('testTemplates');
  const { places = false, ...open } = options;
  const template = places ? templates.places : templates.empty;
  const complete: OpenOptions = { ...defaultOpenOptions, logger: createLogger('silent'), ...open };
  if (templates.kind === 'PGLITE') {
    return await openPglite({ ...complete, snapshot: await readTemplate(template) }, readMigrations());
  }

  const server = process.env['TEST_DATABASE_URL'] ?? '';
  const name = `${templates.empty.slice(0, -'_empty'.length)}_${randomUUID().slice(0, 8)}`;
  await onServer(server, (sql) => sql.unsafe(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  if (process.env['TEST_DATABASE_SETTINGS'] === 'hostile') {
    await onServer(server, (sql) => sql.unsafe(makeHostile(name)));
  }
  const database = await openDatabase({ ...complete, url: urlOf(server, name) });
  const close = database.close;
  return Object.assign(database, {
    close: async () => {
      await close();
      await onServer(server, (sql) => sql.unsafe(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  });
}
