import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { printedSchemas } from '../src/commands/printed-schemas.ts';

it.each(printedSchemas().map(({ path, text }) => [path, text] as const))(
  '%s is the schema as it is built (npm run schema:print)',
  (path, text) => {
    expect(readFileSync(path, 'utf8')).toBe(text);
  },
);
