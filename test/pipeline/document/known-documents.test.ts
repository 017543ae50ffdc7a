import { type DocumentNode, Kind, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildManagementSchema } from '../../../src/apis/management/schema.ts';
import { buildPlacesSchema } from '../../../src/apis/places/places-schema.ts';
import { argumentReader } from '../../../src/apis/shared/argument-reader.ts';
import { type KnownDocuments, knownDocuments } from '../../../src/pipeline/document/known-documents.ts';
import { operationPreparer, type PrepareOperation } from '../../../src/pipeline/document/prepare-operation.ts';
import { viewValidation } from '../../../src/pipeline/document/validate-document.ts';
import { compileSchema } from '../../../src/plan/compile-schema/compile-schema.ts';
import { heapGrowth } from '../../support/heap.ts';

const places = compileSchema(buildPlacesSchema());
const management = compileSchema(buildManagementSchema());

const repeat = (times: number, text: (index: number) => string) =>
  Array.from({ length: times }, (_, index) => text(index)).join(' ');

/** Each makes another document every time, as heavy as its kind can be. */
const worst: readonly (readonly [string, typeof places, (seed: number) => string])[] = [
  ['small', places, (seed) => `{ c${seed}: cities(first: 100) { nodes { name } } }`],
  [
    'aliases of a leaf',
    places,
    (seed) => `{ cities(first: 1) { nodes { ${repeat(1500, (i) => `a${i}x${seed}:name`)} } } }`,
  ],
  ['aliases of an object', places, (seed) => `{ ${repeat(400, (i) => `a${i}x${seed}:city(id:"x"){name}`)} }`],
  ['an interface', management, (seed) => `{ ${repeat(90, (i) => `a${i}x${seed}:node(id:"x"){id}`)} }`],
  [
    'an interface by all its types',
    management,
    (seed) => `{ ${repeat(400, (i) => `a${i}x${seed}:node(id:"x"){id __typename}`)} }`,
  ],
  [
    'fragments below each other',
    places,
    (seed) =>
      `{ ${repeat(30, (i) => `a${i}:city(id:"x"){...F}`)} } fragment F on City { ${repeat(20, (i) => `b${i}x${seed}:country{name}`)} }`,
  ],
  ['long names', places, (seed) => `{ ${repeat(40, (i) => `a${i}x${seed}${'y'.repeat(2000)}:city(id:"x"){name}`)} }`],
  [
    'many variables',
    places,
    (seed) =>
      `query(${repeat(300, (i) => `$v${i}x${seed}:ID!`)}) { ${repeat(300, (i) => `a${i}:city(id:$v${i}x${seed}){name}`)} }`,
  ],
  [
    'nested conditions',
    places,
    (seed) =>
      `query(${repeat(60, (i) => `$v${i}x${seed}:Boolean!`)}) { ${repeat(60, (i) => `...@include(if:$v${i}x${seed}){ a${i}:viewer{__typename} `)} ${'}'.repeat(60)} }`,
  ],
  [
    'large literals',
    places,
    (seed) => `{ cities(filter:{name:{in:[${repeat(2000, (i) => `"s${i}x${seed}"`)}]}}) { nodes { name } } }`,
  ],
  ['a long text', places, (seed) => `{ cities(filter:{name:{eq:"${seed}${'x'.repeat(90_000)}"}}) { nodes { name } } }`],
  [
    'inputs',
    places,
    (seed) =>
      `mutation { ${repeat(100, (i) => `a${i}x${seed}:createCity(input:{name:"x",countryCode:"CH",population:1,location:{latitude:1,longitude:1}}){city{name}}`)} }`,
  ],
  [
    'introspection',
    places,
    (seed) =>
      `{ ${repeat(20, (i) => `a${i}x${seed}:__type(name:"City"){fields{name args{name type{name}}}}`)} viewer{__typename} }`,
  ],
  ['many operations', places, (seed) => repeat(100, (i) => `query Q${i}x${seed} { city(id:"x") { name } }`)],
  ['a comment', places, (seed) => `{ viewer { __typename } } #${seed}${'x'.repeat(90_000)}`],
];

/** Keeps every operation of the document. */
function keepAll(documents: KnownDocuments, prepare: PrepareOperation, document: DocumentNode): void {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const prepared = prepare(document, definition.name?.value);
    if (prepared.kind === 'REFUSED') throw prepared.error;
    documents.keep(document, prepared.operation);
  }
}

/** As a text comes from a request. */
const received = (text: string): string => JSON.parse(JSON.stringify(text));
const preparer = (schema: typeof places, documents: KnownDocuments) =>
  operationPreparer(schema, documents, { argumentReader, maxDepth: 15 });

describe('known documents', () => {
  const maxBytes = 12_000_000;

  it.each(worst)(
    'weigh no less than they hold of the heap, and never more than the bound: %s',
    (_, schema, make) => {
      const documents = knownDocuments({ maxBytes });
      const prepare = preparer(schema, documents);
      keepAll(documents, prepare, parse(received(make(0))));
      const each = documents.bytes;
      let seed = 1;
      // Two caches full: the second pushes the first out.
      const grown = heapGrowth(() => {
        const most = Math.min(2_000, Math.ceil((2 * maxBytes) / each));
        for (; seed < most; seed++) {
          keepAll(documents, prepare, parse(received(make(seed))));
          expect(documents.bytes).toBeLessThanOrEqual(maxBytes);
        }
        return documents;
      });
      expect(grown).toBeLessThan(documents.bytes + 1_000_000);
    },
    120_000,
  );

  it('are found by their text, with the operations that were admitted and no others', () => {
    const documents = knownDocuments();
    const prepare = preparer(places, documents);
    const text = 'query A { viewer { __typename } } query B { country(code: "CH") { name } }';
    const document = parse(text);
    const [a, b] = ['A', 'B'].map((name) => prepare(document, name));
    expect([documents.find(text), documents.isKnown(document)]).toEqual([undefined, false]);
    if (a?.kind !== 'PREPARED' || b?.kind !== 'PREPARED') throw new Error('compiles');
    documents.keep(document, a.operation);
    expect(documents.find(text)).toBe(document);
    const again = prepare(document, 'A');
    expect(again).toEqual({ kind: 'PREPARED', operation: a.operation, steps: 0 });
    const other = prepare(document, 'B');
    expect(other.kind === 'PREPARED' && other.operation).not.toBe(b.operation);
    expect(other.steps).toBeGreaterThan(0);
    const before = documents.bytes;
    documents.keep(document, b.operation);
    expect(documents.bytes).toBeGreaterThan(before);
  });

  it('are not doubled by who sends the same text at the same time', () => {
    const documents = knownDocuments();
    const prepare = preparer(places, documents);
    const text = '{ viewer { __typename } }';
    const [first, second] = [parse(text), parse(text)];
    keepAll(documents, prepare, first);
    const { bytes } = documents;
    keepAll(documents, prepare, second);
    expect([documents.find(text), documents.bytes]).toEqual([first, bytes]);
  });

  it('keep what is wrong with them on a view as long as both live, by its weight', () => {
    const documents = knownDocuments();
    const validate = viewValidation(documents);
    const document = parse('{ country(code: "CH") { name } }');
    const view = management.schema;
    expect(validate(view, document)).not.toBe(validate(view, document));
    keepAll(documents, preparer(places, documents), document);
    const before = documents.bytes;
    const problems = validate(view, document);
    expect(problems.length).toBeGreaterThan(0);
    expect(validate(view, document)).toBe(problems);
    expect(documents.bytes).toBeGreaterThan(before);
  });
});
