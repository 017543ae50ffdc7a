import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { advisoryMutants } from './advisory-mutants.ts';
import { costMutants } from './cost-mutants.ts';

const root = resolve(import.meta.dirname, '../..');

// The mutants themselves run last and for minutes: what they can no longer break is found here, in the first stage.
describe('each mutant', () => {
  it.each([...costMutants, ...advisoryMutants])('$breaks: names one place of the code and a test', (mutant) => {
    const code = readFileSync(resolve(root, mutant.file), 'utf8');

    expect(code.split(mutant.find)).toHaveLength(2);
    expect(mutant.replace).not.toBe(mutant.find);
    expect(existsSync(resolve(root, mutant.test))).toBe(true);
  });
});
