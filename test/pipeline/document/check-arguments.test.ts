import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { codedError, codeOf } from '../../../src/kernel/errors.ts';
import { argumentChecks, checkArguments, mostReadAgain } from '../../../src/pipeline/document/check-arguments.ts';
import { compileDocument } from '../../../src/plan/compile-document/compile-document.ts';
import { places } from '../../plan/places.ts';

/** Reads every field's arguments, and finds those wrong of the fields whose response keys are given. */
async function check(source: string, variables: Record<string, unknown>, isWrong: (key: string) => boolean) {
  let reads = 0;
  const reader = {
    reads: () => true,
    read: (_: unknown, node: { alias?: { value: string } | undefined }) => {
      reads++;
      if (isWrong(node.alias?.value ?? '')) throw codedError('BAD_USER_INPUT', 'wrong');
    },
  };
  const document = parse(source);
  const answer = compileDocument(places, document, undefined, { maxSteps: 10_000, maxDepth: 15 });
  if (answer.kind !== 'PLANNED') throw new Error(answer.kind);
  const { plan } = answer;
  const checks = argumentChecks(places.schema, document, plan, reader);
  const errors = await checkArguments(checks, reader, { schema: places.schema, plan, variables, context: {} });
  return { reads, codes: errors.map((error) => codeOf(error)), message: errors[0]?.message };
}

const fields = (count: number, filter: string) =>
  Array.from(
    { length: count },
    (_, index) => `a${index}: cities(first: ${index}, filter: ${filter}) { totalCount }`,
  ).join(' ');
const shared = (count: number) => `query ($in: [String!]) { ${fields(count, '{ name: { in: $in } }')} }`;
const names = (count: number) => Array.from({ length: count }, () => '');

describe('arguments that are wrong', () => {
  it('are told of twenty times, and what follows is not read', async () => {
    const { reads, codes } = await check(`{ ${fields(220, '{}')} }`, {}, () => true);
    expect([reads, codes.length]).toEqual([20, 20]);
  });

  it('are told of once when they share a long variable, whatever stands beside it', async () => {
    const { reads, codes } = await check(shared(80), { in: names(32_000) }, () => true);
    expect([reads, codes]).toEqual([1, ['BAD_USER_INPUT']]);
  });

  it.each([
    ['a long list', { in: names(10_000) }],
    ['a long text', { in: ['x'.repeat(1_000_000)] }],
    ['nested objects', { in: Object.fromEntries(names(5000).map((_, index) => [`k${index}`, { in: [''] }])) }],
  ])('are not looked for in the same variable without end: %s', async (_, variables) => {
    const { reads, codes, message } = await check(shared(80), variables, (key) => key === 'a79');
    expect(codes).toEqual(['QUERY_TOO_COMPLEX']);
    expect(message).toMatch(/Give each to fewer fields, shorten its lists, or split the operation\.$/);
    expect(reads).toBeLessThanOrEqual(mostReadAgain / 5000 + 1);
  });
});

describe('arguments that are right', () => {
  it.each([
    ['one field with a variable as long as can be', 1, 400_000],
    ['many fields with one of ordinary length', 220, 100],
  ])('are all read: %s', async (_, count, length) => {
    expect(await check(shared(count), { in: names(length) }, () => false)).toEqual({ reads: count, codes: [] });
  });
});
