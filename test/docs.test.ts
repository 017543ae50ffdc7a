import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generatedDocs } from '../src/commands/generated-docs.ts';

it.each(generatedDocs().map((doc) => [doc.path, doc.text] as const))(
  '%s says what the code says (npm run docs:print)',
  (path, text) => {
    expect(readFileSync(path, 'utf8')).toBe(text);
  },
);
