import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { inject } from 'vitest';
import { preparePgliteTemplates, readTemplate } from './test-templates.ts';

/** A DATA_DIR nearly as a first start leaves it that was ended before it made any keys: migrated, with the sample of Places. */
export async function seedDataDirectory(path: string): Promise<void> {
  const templates = inject('testTemplates');
  const { places } = templates.kind === 'PGLITE' ? templates : await preparePgliteTemplates();
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const engine = await PGlite.create({ dataDir: join(path, 'database'), loadDataDir: await readTemplate(places) });
  await engine.close();
}
