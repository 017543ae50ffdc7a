import { buildSchema, type DocumentNode, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../src/kernel/errors.ts';
import { documentProblems, mostStepsOfCall } from '../../../src/pipeline/explain/document-problems.ts';
import type { Surface } from '../../../src/pipeline/surface.ts';
import { declare } from '../../../src/plan/declare.ts';
import { openTestSurface } from '../../support/test-surface.ts';

const schema = declare(
  buildSchema('type Query { viewer: Viewer numbers(of: [Int!]): Int } type Viewer { a: Int viewer: Viewer }'),
  { undeclaredArguments: 'NEUTRAL' },
);
const repeat = (times: number, text: (index: number) => string) =>
  Array.from({ length: times }, (_, i) => text(i)).join(' ');

/** What reading documents came to, in the work that was done for it. */
async function read(...texts: readonly string[]) {
  const { surface: whole } = openTestSurface(schema);
  const validated: DocumentNode[] = [];
  let charactersPrepared = 0;
  const surface: Surface = {
    ...whole,
    validateOnView(view, document) {
      validated.push(document);
      return whole.validateOnView(view, document);
    },
    prepare(document, name) {
      charactersPrepared += print(document).length;
      return whole.prepare(document, name);
    },
  };
  const charged = { bytes: 0, steps: 0 };
  const charge = {
    async bytes(more: number) {
      charged.bytes += more;
    },
    async steps(more: number) {
      charged.steps += more;
    },
  };
  const lens = surface.privilegesOf({ type: 'API', privileges: ['*:*'], roles: [] } as never);
  const answer = await documentProblems(texts, surface, lens, { maxTokens: 5_000 }, charge).catch(
    (error: unknown) => error,
  );
  const codes = Array.isArray(answer) ? answer.map((errors) => errors.map(codeOf)) : codeOf(answer);
  return { codes, validations: validated.length, charactersPrepared, charged };
}

describe('documents that are to be executed some day', () => {
  it.each([
    ['of one fragment', 800, 'fragment F on Query { viewer { __typename } }'],
    ['of a fragment with a long list', 40, `fragment F on Query { numbers(of: [${repeat(500, String)}]) }`],
    [
      'beside many fragments',
      300,
      `fragment F on Query { ${repeat(300, (i) => `...F${i}`)} } ${repeat(300, (i) => `fragment F${i} on Query { v: viewer { a } }`)}`,
    ],
  ])('are validated once, however many operations they have: %s', async (_, operations, fragments) => {
    const text = `${repeat(operations, (index) => `query Q${index} { ...F }`)} ${fragments}`;
    const { validations, charged, charactersPrepared } = await read(text);
    expect(validations).toBeLessThanOrEqual(1);
    expect(charged.bytes).toBe(text.length);
    // What is compiled is charged: no work grows with the operations and is free.
    expect(charactersPrepared / 100).toBeLessThanOrEqual(charged.steps);
  });

  it('compile each operation with what it reaches, not with the whole document', async () => {
    const work = async (operations: number) => {
      const text = repeat(operations, (i) => `query Q${i} { ...F${i} } fragment F${i} on Query { viewer { a } }`);
      const { codes, charactersPrepared } = await read(text);
      expect(codes).toEqual([[]]);
      return charactersPrepared;
    };
    expect(await work(200)).toBeLessThan(5 * (await work(50)));
  });

  it('have one budget of steps for all operations of all documents', async () => {
    const document = (name: string) =>
      `${repeat(6, (i) => `query ${name}${i} { ...F }`)} fragment F on Query { ${repeat(600, (i) => `a${i}: viewer { a }`)} }`;
    const one = await read(document('A'));
    expect(one.codes).toEqual([[]]);
    const most = Math.floor(mostStepsOfCall / one.charged.steps);
    const all = Array.from({ length: most + 1 }, (_, index) => document(`A${index}x`));
    expect((await read(...all.slice(1))).codes).toEqual(Array.from({ length: most }, () => []));
    const { codes, charged } = await read(...all);
    expect(codes).toBe('QUERY_TOO_COMPLEX');
    expect(charged.steps).toBeLessThanOrEqual(mostStepsOfCall + one.charged.steps);
  });

  it('are charged for operations that are too deep as well', async () => {
    const deep = (name: string) =>
      `query ${name} { ${repeat(500, (i) => `a${i}: viewer { a }`)} ${'viewer { '.repeat(20)}a${' }'.repeat(20)} }`;
    const { codes, charged } = await read(deep('A'));
    expect(codes).toEqual([['QUERY_TOO_DEEP']]);
    expect(charged.steps).toBeGreaterThan(500);
  });
});
