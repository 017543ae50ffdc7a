import { readFileSync } from 'node:fs';
import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { buildManagementSchema } from '../../../src/apis/management/schema.ts';

const page = readFileSync('docs/keys.md', 'utf8');
const examples = [...page.matchAll(/^```graphql\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
  block.split(/^(?=mutation)/m).filter((text) => text.trim() !== ''),
);

test('docs/keys.md has an example of every mutation of a key', () => {
  for (const name of ['create', 'update', 'rotate', 'disable', 'enable', 'revoke', 'delete', 'undelete']) {
    expect(examples.join('')).toContain(` ${name}ApiKey(`);
  }
});

test.each(examples)('docs/keys.md: %s is valid', (example) => {
  expect(validate(buildManagementSchema(), parse(example))).toEqual([]);
});
