import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatArrayLiteral, parseArrayLiteral } from '../../src/db/array-literal.ts';

const asText = (text: string): string => text;

it('reads back what it wrote, whatever the texts hold', () => {
  const element = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom('é😀', '\n', 'NULL', 'null', '', '"', '\\', '{}', ','),
    fc.constant(null),
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(element, fc.array(element, { maxLength: 3 })), { maxLength: 5 }), (values) => {
      expect(parseArrayLiteral(formatArrayLiteral(values, String), asText)).toEqual(values);
    }),
  );
});

it.each([
  ['{}', []],
  ['{a,NULL,"NULL","b,\\"c\\\\"}', ['a', null, 'NULL', 'b,"c\\']],
  [
    '{{a,b},{c,d}}',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['[2:3]={x,y}', ['x', 'y']],
])('reads %s as PostgreSQL writes it', (text, expected) => {
  expect(parseArrayLiteral(text, asText)).toEqual(expected);
});
