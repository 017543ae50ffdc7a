import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { overlapsTooMuch } from '../../src/pipeline/document/field-overlap.ts';

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');
const tree = (depth: number, width: number): string =>
  depth === 0 ? times(width, () => 'name') : times(width, () => `borders { ${tree(depth - 1, width)} }`);

describe('small documents whose comparisons grow with the square of their size, or worse', () => {
  it.each<[string, string]>([
    ['two of the same field in each of them, level by level', `{ ${tree(8, 2)} }`],
    ['nine of nine of nine', `{ ${tree(2, 9)} }`],
    [
      'fragments that spread the next two below the same field',
      `{ ...F0 } ${times(100, (n) => `fragment F${n} on Country { name ${n < 98 ? `borders { ...F${n + 1} } borders { ...F${n + 2} }` : ''} }`)}`,
    ],
    [
      'fragments beside fragments, with nothing in common',
      `{ ...A ...B } fragment A on Query { ${times(150, (n) => `...A${n}`)} } fragment B on Query { ${times(150, (n) => `...B${n}`)} }
       ${times(150, (n) => `fragment A${n} on Query { a${n}: name } fragment B${n} on Query { b${n}: name }`)}`,
    ],
    [
      'many names beside many fragments',
      `{ ${times(600, (n) => `a${n}: name`)} ${times(180, (n) => `...F${n}`)} } ${times(180, (n) => `fragment F${n} on Query { f${n}: name }`)}`,
    ],
  ])('are refused: %s', (_, source) => {
    expect(overlapsTooMuch(parse(source))).toBe(true);
  });

  it.each<[string, string]>([
    [
      'a fragment that is reached on more paths than can be counted',
      `{ ...F0 } ${times(60, (n) => `fragment F${n} on Country { name ${n < 59 ? `a: borders { ...F${n + 1} } b: borders { ...F${n + 1} }` : ''} }`)}`,
    ],
    ['a hundred operations', times(100, (n) => `query Q${n} { cities { nodes { name country { name } } } }`)],
  ])('but not: %s', (_, source) => {
    expect(overlapsTooMuch(parse(source))).toBe(false);
  });
});
