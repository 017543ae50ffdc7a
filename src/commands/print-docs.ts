import { readFileSync, writeFileSync } from 'node:fs';
import { generatedDocs } from './generated-docs.ts';

/** `npm run docs:print`: writes the pages that are made from code. `test/docs.test.ts` fails when they are not current. */
for (const { path, text } of generatedDocs()) {
  if (readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
}
