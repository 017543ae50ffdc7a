import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { printedSchemas } from './printed-schemas.ts';

/** `npm run schema:print`: writes the committed schemas. `test/schema.test.ts` fails when they are not current. */
for (const { path, text } of printedSchemas()) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
