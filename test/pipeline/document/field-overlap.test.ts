import { getIntrospectionQuery, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { overlapsTooMuch } from '../../../src/pipeline/document/field-overlap.ts';
import { validateDocument } from '../../../src/pipeline/document/validate-document.ts';
import { placesSchema } from '../../plan/places.ts';

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, n) => text(n)).join(' ');
const chain = (length: number) =>
  `${times(length - 1, (n) => `fragment F${n} on Query { f${n}: viewer { keyId } ...F${n + 1} }`)} fragment F${length - 1} on Query { viewer { keyId } }`;
const city = 'id name population location { latitude longitude } country { name code }';

describe('fields that are selected again and again beside each other', () => {
  it.each<[string, string]>([
    ['an object', `{ ${times(700, () => 'viewer { keyId }')} }`],
    ['a leaf', `{ viewer { ${times(700, () => 'name')} } }`],
    [
      'few objects, each with much below',
      `{ ${times(150, () => `city(id: 1) { ${times(20, (n) => `a${n}: name`)} }`)} }`,
    ],
    ['in inline fragments', `{ ${times(500, () => '... { viewer { keyId } }')} }`],
    [
      'in fragments',
      `{ ${times(400, (n) => `...F${n}`)} } ${times(400, (n) => `fragment F${n} on Query { viewer { keyId } }`)}`,
    ],
    [
      'through fragments that all spread each other',
      `{ ...F0 } ${times(250, (n) => `fragment F${n} on Query { a${n}: viewer { ${times(1, () => `name`)} } ${times(10, (m) => `...F${(n * 7 + m) % 250}`)} }`)}`,
    ],
    [
      'in operations beside fragments that they share',
      `${times(100, (n) => `query Q${n} { ${times(40, () => 'viewer { keyId }')} ...F0 }`)} ${chain(20)}`,
    ],
    ['through a chain that each operation walks', `${times(400, (n) => `query Q${n} { ...F0 }`)} ${chain(150)}`],
  ])('are too many to compare: %s', (_, source) => {
    expect(overlapsTooMuch(parse(source))).toBe(true);
  });

  it.each<[string, string]>([
    ['the introspection of every tool', getIntrospectionQuery({ inputValueDeprecation: true })],
    ['one object thirty times', `{ ${times(30, () => `city(id: 1) { ${city} }`)} }`],
    ['two hundred objects by other names', `{ ${times(200, (n) => `c${n}: city(id: ${n}) { ${city} }`)} }`],
    [
      'two hundred objects by one fragment',
      `{ ${times(200, (n) => `c${n}: city(id: ${n}) { ...C }`)} } fragment C on City { ${city} }`,
    ],
    [
      'a screen of many components, each with its fragment',
      `{ city(id: 1) { ${times(50, (n) => `...F${n}`)} } } ${times(50, (n) => `fragment F${n} on City { ${city} f${n}: name }`)}`,
    ],
    ...[1, 50, 100].map((operations): [string, string] => [
      `a chain of forty fragments, shared by ${operations} operations`,
      `${times(operations, (n) => `query Q${n} { ...F0 }`)} ${chain(40)}`,
    ]),
    [
      'a chain of forty fragments, beside a field of each operation',
      `${times(50, (n) => `query Q${n} { a: viewer { keyId } ...F0 }`)} ${chain(40)}`,
    ],
    [
      'a circle, of which validation has to say more',
      '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
    ],
  ])('are as good as any: %s', (_, source) => {
    expect(overlapsTooMuch(parse(source))).toBe(false);
  });

  it('are refused before they are compared, with what would make it right', () => {
    const [error, ...more] = validateDocument(placesSchema(), parse(`{ ${times(700, () => 'viewer { keyId }')} }`));
    expect(more).toEqual([]);
    expect(error?.extensions['code']).toBe('QUERY_TOO_COMPLEX');
    expect(error?.message).toContain('merge');
  });
});
