import { buildSchema, type OperationDefinitionNode, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { coerceVariables } from '../../../src/pipeline/document/coerce-variables.ts';

const schema = buildSchema(`
  type Query { find(by: Lookup, ids: [Int!], kind: Kind): Int }
  input Lookup @oneOf { key: String id: Int nested: Lookup }
  enum Kind { ONE TWO }
`);

function messages(definitions: string, variables: Record<string, unknown>): readonly string[] {
  const [operation] = parse(`query (${definitions}) { find }`).definitions;
  const answer = coerceVariables(schema, operation as OperationDefinitionNode, variables);
  return answer.kind === 'INVALID' ? answer.errors.map(({ message }) => message) : [];
}

describe('a variable that cannot be used', () => {
  it.each<[string, string, Record<string, unknown>, string]>([
    [
      'an object',
      '$by: Lookup',
      { by: { key: 'secret; Expected', id: 1 } },
      'Variable "$by" got an invalid value; Exactly one key must be specified for OneOf type "Lookup".',
    ],
    [
      'a text for an object',
      '$by: Lookup',
      { by: 'secret' },
      'Variable "$by" got an invalid value; Expected type "Lookup" to be an object.',
    ],
    [
      'something for a text',
      '$by: Lookup',
      { by: { key: ['secret'] } },
      'Variable "$by" got an invalid value at "by.key"; String cannot represent a non string value.',
    ],
    [
      'a text for a number',
      '$ids: [Int!]',
      { ids: ['secret'] },
      'Variable "$ids" got an invalid value at "ids[0]"; Int cannot represent non-integer value.',
    ],
    [
      'a field that is not there',
      '$by: Lookup',
      { by: { key: 'secret', x: 1 } },
      'Variable "$by" got an invalid value; Field "x" is not defined by type "Lookup".',
    ],
    [
      'a value that is none of an enum',
      '$kind: Kind',
      { kind: 'secret' },
      'Variable "$kind" got an invalid value; The value does not exist in "Kind" enum.',
    ],
    [
      'null',
      '$ids: [Int!]',
      { ids: [null] },
      'Variable "$ids" got an invalid value at "ids[0]"; Expected non-nullable type "Int!" not to be null.',
    ],
  ])('is said without its value: %s', (_, definitions, variables, message) => {
    const said = messages(definitions, variables);
    expect(said[0]).toBe(message);
    expect(said.join()).not.toContain('secret');
  });

  it('is said when it is missing', () => {
    expect(messages('$ids: [Int!]!', {})).toEqual(['Variable "$ids" of required type "[Int!]!" was not provided.']);
  });

  it.each<[string, string, Record<string, unknown>]>([
    ['items', '$ids: [Int!]', { ids: Array.from({ length: 1000 }, () => 'x') }],
    ['fields', '$by: Lookup', { by: Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`x${index}`, 1])) }],
  ])('ends with the twentieth error: %s', (_, definitions, variables) => {
    expect(messages(definitions, variables)).toHaveLength(20);
  });

  it.each([
    ['a field that is not there', { x: 1, y: 2 }],
    ['two fields of which one may be given', { key: 'a', id: 1 }],
    ['a field of the wrong kind', { nested: { nested: 1, id: 1 } }],
  ])('is not written out to say what is wrong with it: %s', (_, by) => {
    let written = 0;
    Object.defineProperty(by, 'toJSON', { value: () => ++written, enumerable: false });
    expect(messages('$by: Lookup', { by }).length).toBeGreaterThan(0);
    expect(written).toBe(0);
  });
});
