import { buildSchema, type OperationDefinitionNode, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { neverNullVariables, nullProblems } from '../../../src/pipeline/document/null-variables.ts';

const schema = buildSchema(`
  type Query { near(radius: Int!): Query page(size: Int! = 10): Int on(is: Boolean): Int }
`);

function namesIn(text: string): readonly string[] {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  return neverNullVariables(schema, document, document.definitions[0] as OperationDefinitionNode);
}

describe('variables that may be null, where a condition needs a value', () => {
  it.each([
    ['a condition', 'query ($v: Boolean = true) { near(radius: 1) @include(if: $v) { __typename } }', ['v']],
    [
      'a condition on a spread',
      'query ($v: Boolean = true) { ...F @skip(if: $v) } fragment F on Query { __typename }',
      ['v'],
    ],
    [
      'a condition within a fragment, beside the same without one',
      'query ($v: Boolean = true) { ...F page } fragment F on Query { page @skip(if: $v) }',
      ['v'],
    ],
    ['nowhere: its own type says so', 'query ($v: Boolean!) { page @skip(if: $v) }', []],
    ['nowhere: an argument fails by itself', 'query ($v: Int = 1) { near(radius: $v) { __typename } }', []],
    ['nowhere: an argument that may be null', 'query ($v: Boolean) { on(is: $v) }', []],
  ])('%s', (_, text, names) => {
    expect(namesIn(text)).toEqual(names);
  });

  it('are a mistake when they are null, and none when they are left out', () => {
    expect(nullProblems(['v'], { v: null }, {}).map(({ message }) => message)).toEqual([
      'Variable "$v" is null where a value is needed. Give one, or leave it out.',
    ]);
    expect(nullProblems(['v'], {}, {})).toEqual([]);
    expect(nullProblems(['v'], { v: 0 }, {})).toEqual([]);
    expect(nullProblems([], { v: null }, {})).toEqual([]);
  });
});
