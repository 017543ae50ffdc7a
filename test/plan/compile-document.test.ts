import {
  type DocumentNode,
  getIntrospectionQuery,
  Kind,
  OperationTypeNode,
  parse,
  type SelectionNode,
  type SelectionSetNode,
  validate,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { compileDocument } from '../../src/plan/compile-document/compile-document.ts';
import type { CompiledSchema } from '../../src/plan/compiled-schema.ts';
import type { Condition, DocumentPlan, SelectionPlan } from '../../src/plan/document-plan.ts';
import { places, schemaOf } from './places.ts';

const limits = { maxSteps: 10_000, maxDepth: 15 };

function answer(source: string, schema: CompiledSchema = places, operationName?: string) {
  return compileDocument(schema, parse(source), operationName, limits);
}

function plan(source: string, schema: CompiledSchema = places): DocumentPlan {
  expect(validate(schema.schema, parse(source))).toEqual([]);
  const planned = answer(source, schema);
  if (planned.kind !== 'PLANNED') throw new Error(planned.kind);
  return planned.plan;
}

function print(when: Condition): string {
  if (when === true) return '';
  return `?${when.map((all) => all.map(({ variable, is }) => `${is ? '' : '!'}${variable}`).join('&')).join('|')}`;
}

function picture({ byType }: SelectionPlan): Record<string, unknown> {
  return Object.fromEntries(
    byType.map(({ type, fields }) => [
      type.name,
      Object.fromEntries(
        fields.map((field) => [
          `${field.responseKey}${print(field.when)}`,
          field.kind !== 'FIELD'
            ? field.kind
            : field.selection
              ? picture(field.selection)
              : field.field.coordinate.field,
        ]),
      ),
    ]),
  );
}

/** `{ x }` within so many others; made without the parser, which needs a stack for it. */
function nested(levels: number, wrap: (selectionSet: SelectionSetNode) => SelectionNode): DocumentNode {
  const x: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: 'x' } };
  let selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [x] };
  for (let level = 0; level < levels; level++) {
    selectionSet = { kind: Kind.SELECTION_SET, selections: [wrap(selectionSet)] };
  }
  const operation = { kind: Kind.OPERATION_DEFINITION, operation: OperationTypeNode.QUERY, selectionSet } as const;
  return { kind: Kind.DOCUMENT, definitions: [operation] };
}

describe('collecting', () => {
  test('merges by response key and keeps document order', () => {
    expect(
      picture(plan('{ a: city(id: 1) { name } city(id: 1) { id } a: city(id: 1) { n: name population } }').root),
    ).toEqual({
      Query: {
        a: { City: { name: 'name', n: 'name', population: 'population' } },
        city: { City: { id: 'id' } },
      },
    });
  });

  test('has one entry for each possible type, with the fields that apply to it', () => {
    const source =
      '{ node(id: 1) { id ... on City { name } ... on Place { name } ...S } } fragment S on Secret { plan __typename }';
    expect(picture(plan(source).root)).toEqual({
      Query: {
        node: {
          City: { id: 'id', name: 'name' },
          Country: { id: 'id', name: 'name' },
          Secret: { id: 'id', plan: 'plan', __typename: 'TYPENAME' },
        },
      },
    });
  });

  test('numbers children before parents', () => {
    const { selections, root, depth } = plan('{ city(id: 1) { location { latitude } } }');
    expect(selections.map(({ id }) => id)).toEqual([0, 1, 2]);
    expect(root.id).toBe(2);
    expect(depth).toBe(3);
  });
});

describe('conditions', () => {
  test.each([
    ['query { viewer { name @include(if: false) keyId @skip(if: false) } }', { keyId: 'keyId' }],
    ['query($a: Boolean!) { viewer { name @include(if: $a) } }', { 'name?a': 'name' }],
    ['query($a: Boolean!) { viewer { name @include(if: $a) name @skip(if: $a) } }', { 'name?a|!a': 'name' }],
    ['query($a: Boolean!) { viewer { name @include(if: $a) name } }', { name: 'name' }],
    ['query($a: Boolean!) { viewer { name @include(if: $a) @skip(if: $a) keyId } }', { keyId: 'keyId' }],
    [
      'query($a: Boolean!, $b: Boolean!) { viewer { ... @include(if: $b) { name @skip(if: $a) } } }',
      { 'name?!a&b': 'name' },
    ],
    ['query($a: Boolean!) { viewer { ...F @include(if: $a) ...F } } fragment F on Viewer { name }', { name: 'name' }],
    ['query($a: Boolean!) { viewer { ...F ...F @include(if: $a) } } fragment F on Viewer { name }', { name: 'name' }],
  ])('%s', (source, viewer) => {
    expect(picture(plan(source).root)).toEqual({ Query: { viewer: { Viewer: viewer } } });
  });

  test('a child repeats its parent’s condition only where merged parents have different ones', () => {
    const same = 'query($a: Boolean!) { viewer @include(if: $a) { name } viewer @include(if: $a) { keyId } }';
    expect(picture(plan(same).root)).toEqual({ Query: { 'viewer?a': { Viewer: { name: 'name', keyId: 'keyId' } } } });
    const different = 'query($a: Boolean!) { viewer @include(if: $a) { name } viewer { keyId } }';
    expect(picture(plan(different).root)).toEqual({
      Query: { viewer: { Viewer: { 'name?a': 'name', keyId: 'keyId' } } },
    });
  });
});

describe('which operation', () => {
  test.each([
    ['query A { viewer { name } } query B { viewer { name } }', undefined, 'NO_OPERATION'],
    ['query A { viewer { name } } query B { viewer { name } }', 'B', 'PLANNED'],
    ['query A { viewer { name } }', undefined, 'PLANNED'],
    ['query A { viewer { name } }', 'C', 'NO_OPERATION'],
    ['query A { viewer { name } }', '', 'NO_OPERATION'],
    ['fragment F on Query { viewer { name } }', undefined, 'NO_OPERATION'],
  ])('%s, %s: %s', (source, name, kind) => {
    expect(answer(source, places, name).kind).toBe(kind);
  });

  test('an operation type that the schema does not have is no operation', () => {
    expect(answer('mutation { x }', schemaOf('type Query { x: Int }')).kind).toBe('NO_OPERATION');
  });
});

describe('limits', () => {
  const self = schemaOf('type Query { q: Query x: Int }');

  test('a fragment that 2^30 paths lead to is planned once', () => {
    const levels = Array.from({ length: 30 }, (_, n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`);
    const planned = answer(`{ ...F0 } ${levels.join(' ')} fragment F30 on Query { x }`, self);
    expect(planned.kind === 'PLANNED' && planned.plan.selections.length).toBe(1);
  });

  test('fields that 2^13 paths lead to are planned once for each place in the document', () => {
    const levels = Array.from(
      { length: 13 },
      (_, n) => `fragment F${n} on Query { a: q { ...F${n + 1} } b: q { ...F${n + 1} } }`,
    );
    const planned = answer(`{ ...F0 } ${levels.join(' ')} fragment F13 on Query { x }`, self);
    expect(planned.kind === 'PLANNED' && planned.plan.selections.length).toBe(27);
  });

  test('conditions that differ on every path are refused, not enumerated', () => {
    const names = Array.from({ length: 30 }, (_, n) => `$a${n}: Boolean!, $b${n}: Boolean!`).join(', ');
    const levels = Array.from(
      { length: 30 },
      (_, n) => `fragment F${n} on Query { ...F${n + 1} @include(if: $a${n}) ...F${n + 1} @include(if: $b${n}) }`,
    );
    const source = `query(${names}) { ...F0 } ${levels.join(' ')} fragment F30 on Query { x }`;
    expect(answer(source, self).kind).toBe('TOO_COMPLEX');
  });

  test('10,001 aliases are too complex', () => {
    const aliases = Array.from({ length: 10_001 }, (_, n) => `a${n}: x`).join(' ');
    expect(answer(`{ ${aliases} }`, self).kind).toBe('TOO_COMPLEX');
  });

  test.each([16, 1000, 8000])('%i fields below each other are too deep', (depth) => {
    const q = { kind: Kind.NAME, value: 'q' } as const;
    const document = nested(depth - 1, (selectionSet) => ({ kind: Kind.FIELD, name: q, selectionSet }));
    expect(compileDocument(self, document, undefined, limits)).toMatchObject({ kind: 'TOO_DEEP', limit: 15 });
  });

  test('15 are not', () => {
    const planned = answer(`${'{ q '.repeat(14)}{ x ${'}'.repeat(15)}`, self);
    expect(planned.kind === 'PLANNED' && planned.plan.depth).toBe(15);
  });

  test('a memoised selection counts with its whole height', () => {
    const deep = `fragment D on Query { ${'q { '.repeat(10)} x ${'}'.repeat(10)} }`;
    expect(answer(`{ a: q { ...D } b: q { q { q { q { q { ...D } } } } } } ${deep}`, self).kind).toBe('TOO_DEEP');
    expect(answer(`{ a: q { ...D } b: q { q { q { ...D } } } } ${deep}`, self).kind).toBe('PLANNED');
  });

  test('8,000 inline fragments within each other do not exhaust the stack', () => {
    const document = nested(8000, (selectionSet) => ({ kind: Kind.INLINE_FRAGMENT, selectionSet }));
    expect(compileDocument(self, document, undefined, limits).kind).toBe('PLANNED');
  });
});

describe('introspection', () => {
  test('the standard query is planned, and its fields are no data', () => {
    const planned = answer(
      getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true, schemaDescription: true }),
    );
    expect(planned).toMatchObject({ kind: 'PLANNED', plan: { introspects: true, depth: 0 } });
  });

  test.each([
    `{ __type(name: "City") { ${'ofType { '.repeat(45)} name ${'}'.repeat(45)} } }`,
    `{ __schema { types { ...F0 } } } ${Array.from({ length: 50 }, (_, n) => `fragment F${n} on __Type { ofType { ...F${n + 1} } }`).join(' ')} fragment F50 on __Type { name }`,
  ])('what would take more stack than it tells is too deep: %s', (source) => {
    expect(answer(source).kind).toBe('TOO_DEEP');
  });

  test('a fragment bomb of introspection fields is bounded', () => {
    const levels = Array.from({ length: 30 }, (_, n) => `fragment F${n} on __Type { ...F${n + 1} ...F${n + 1} }`);
    expect(answer(`{ __schema { types { ...F0 } } } ${levels.join(' ')} fragment F30 on __Type { name }`).kind).toBe(
      'PLANNED',
    );
  });
});

test('variables keep their document defaults', () => {
  const { variables } = plan(
    'query($id: ID! = "1", $first: Int) { city(id: $id) { nearby(radiusKm: 1, first: $first) { id } } }',
  );
  expect([...variables].map(([name, { type, defaultValue }]) => [name, String(type), defaultValue?.kind])).toEqual([
    ['id', 'ID!', 'StringValue'],
    ['first', 'Int', undefined],
  ]);
});
