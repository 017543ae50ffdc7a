import { buildSchema, type OperationDefinitionNode, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { neverNullVariables, nullProblems } from '../../../src/pipeline/document/null-variables.ts';

const schema = buildSchema(`
  type Query { near(radius: Int!): Query sorted(by: Order): Int page(size: Int! = 10): Int ids(of: [Int!]): Int }
  input Order { field: Int! direction: Int! = 1 note: Int }
`);

function namesIn(text: string): readonly string[] {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  return neverNullVariables(schema, document, document.definitions[0] as OperationDefinitionNode);
}

describe('variables that may be null, where null may not stand', () => {
  it.each([
    ['an argument', 'query ($v: Int = 1) { near(radius: $v) { __typename } }', ['v']],
    ['an argument with a default of its own', 'query ($v: Int) { page(size: $v) }', ['v']],
    ['a field of an input', 'query ($v: Int = 1, $d: Int) { sorted(by: { field: $v, direction: $d }) }', ['v', 'd']],
    ['an item of a list', 'query ($v: Int = 1) { ids(of: [1, $v]) }', ['v']],
    ['a condition', 'query ($v: Boolean = true) { near(radius: 1) @include(if: $v) { __typename } }', ['v']],
    [
      'a condition on a spread',
      'query ($v: Boolean = true) { ...F @skip(if: $v) } fragment F on Query { __typename }',
      ['v'],
    ],
    ['a fragment', 'query ($v: Int = 1) { ...F } fragment F on Query { near(radius: $v) { __typename } }', ['v']],
    ['introspection', 'query ($v: String = "Query") { __type(name: $v) { name } }', ['v']],
    ['nowhere: its own type says so', 'query ($v: Int!) { near(radius: $v) { __typename } }', []],
    ['nowhere: null may stand there', 'query ($v: Int = 1) { sorted(by: { field: 1, note: $v }) }', []],
    ['nowhere: a nullable list', 'query ($v: [Int!]) { ids(of: $v) }', []],
  ])('%s', (_, text, names) => {
    expect(namesIn(text)).toEqual(names);
  });

  it('are a mistake when they are null, and none when they are left out', () => {
    expect(nullProblems(['v'], { v: null }).map(({ message }) => message)).toEqual([
      'Variable "$v" is null where a value is needed. Give one, or leave it out.',
    ]);
    expect(nullProblems(['v'], {})).toEqual([]);
    expect(nullProblems(['v'], { v: 0 })).toEqual([]);
    expect(nullProblems([], { v: null })).toEqual([]);
  });
});
