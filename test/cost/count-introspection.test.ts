import fc from 'fast-check';
import {
  buildSchema,
  type DocumentNode,
  executeSync,
  type GraphQLSchema,
  getIntrospectionQuery,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  parse,
  validate,
  visit,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { countIntrospection, mostIntrospected } from '../../src/cost/count-introspection.ts';
import { introspectionCounts } from '../../src/cost/introspection-counts.ts';
import type { CompiledSchema } from '../../src/plan/compiled-schema.ts';
import { filterSchema } from '../../src/privileges/view/filter-schema.ts';
import { places } from '../plan/places.ts';
import { generateRules, generateSchema } from '../privileges/generated/generate-schema.ts';
import { type Random, randomFrom } from '../privileges/generated/random.ts';
import { held } from '../privileges/held.ts';
import { github as githubApi } from '../privileges/real-schemas/real-schemas.ts';
import { pool } from '../support/pool.ts';
import { randomIntrospection } from './random-introspection.ts';

const numRuns = Number(process.env['FIELDPASS_PROPERTY_RUNS'] ?? 100);

/** Each entry of each object, and each object, but for the answer itself; long texts more than once. */
function answered(value: unknown, key = ''): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + answered(item), 0);
  if (typeof value === 'string') return Math.floor(value.length / (key.startsWith(printed) ? 5 : 1000));
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum: number, [name, entry]) => sum + 1 + answered(entry, name), 1);
}

const printed = 'printed_';

/** Under a name that tells which texts are defaults, whatever the document calls them. */
function asked(source: string): DocumentNode {
  return visit(parse(source), {
    Field: (node) => {
      if (node.name.value !== 'defaultValue') return undefined;
      return { ...node, alias: { kind: Kind.NAME, value: printed + (node.alias ?? node.name).value } };
    },
  });
}

function executed(schema: GraphQLSchema, source: string, variableValues: Readonly<Record<string, unknown>> = {}) {
  const { data, errors } = executeSync({ schema, document: asked(source), variableValues });
  expect(errors).toBeUndefined();
  return answered(data) - 1;
}

function counted(schema: GraphQLSchema, source: string, variables: Readonly<Record<string, unknown>> = {}) {
  const count = countIntrospection(schema, parse(source), undefined, variables);
  if (count.kind !== 'COUNTED') return count.kind;
  return [...count.byKey.values()].reduce((sum, each) => sum + each, 0);
}

const small = buildSchema(`
  directive @old(a: Int @deprecated, b: Int) on FIELD
  enum Color { RED GREEN @deprecated }
  interface Node { id: ID! }
  type City implements Node { id: ID! name(language: String = "en", old: Int @deprecated): String color: Color gone: [Int!]! @deprecated }
  type Country implements Node { id: ID! cities: [City!]! }
  union Place = City | Country
  input Filter { name: String, old: Int @deprecated, not: [Filter!] }
  type Query { node(id: ID!): Node places(filter: Filter): [Place!]! }`);

describe('what introspection answers', () => {
  test.each<[string, string, Record<string, unknown>?]>([
    ['a leaf is a field', '{ __schema { description } }'],
    ['a list of leaves is one field', '{ __schema { directives { name locations } } }'],
    ['lists', '{ __schema { types { name fields { name } } } }'],
    ['what is null', '{ __type(name: "None") { name fields { name } } }'],
    [
      'fields that a kind does not have',
      '{ a: __type(name: "Color") { fields { name } enumValues { name } ofType { name } } }',
    ],
    [
      'deprecated ones',
      '{ __type(name: "City") { fields(includeDeprecated: true) { name args(includeDeprecated: true) { name } } } }',
    ],
    [
      'not the deprecated ones',
      '{ __type(name: "City") { fields { name args { name } } } x: __type(name: "Filter") { inputFields { name } } }',
    ],
    [
      'by a variable',
      'query ($d: Boolean) { __type(name: "Color") { enumValues(includeDeprecated: $d) { name } } }',
      { d: true },
    ],
    [
      'by a variable that is absent',
      'query ($d: Boolean) { __type(name: "Color") { enumValues(includeDeprecated: $d) { name } } }',
      {},
    ],
    [
      'a type by a variable',
      'query ($n: String!) { __type(name: $n) { possibleTypes { name interfaces { name } } } }',
      { n: 'Place' },
    ],
    [
      'the same twice',
      '{ __schema { types { name } ...A } ...B } fragment A on __Schema { types { name kind } } fragment B on Query { __schema { types { kind } } }',
    ],
    ['under other names', '{ a: __schema { queryType { name } } b: __schema { queryType { x: name y: name } } }'],
    [
      'conditions',
      'query ($a: Boolean!, $b: Boolean! = false) { __schema @include(if: $a) { types { name @skip(if: $a) kind @include(if: $b) description @include(if: true) } } __type(name: "City") @skip(if: true) { name } }',
      { a: true, b: false },
    ],
    ['names of types', '{ __schema { __typename types { __typename t: __typename } } }'],
    ['beside data', '{ node(id: 1) { id } __schema { queryType { name } } }'],
    ['data alone', '{ node(id: 1) { id } }'],
    [
      'by fragments on an interface of the schema',
      '{ ...on Query { __schema { queryType { name } } } ... { __type(name: "Int") { name } } }',
    ],
  ])('%s', (_, source, variables = {}) => {
    expect(validate(small, parse(source)).filter(({ message }) => !message.includes('introspection depth'))).toEqual(
      [],
    );
    const { data } = executeSync({ schema: small, document: asked(source), variableValues: variables });
    const { node: _data, ...introspection } = { ...data };
    const count = counted(small, source, asVariables(source, variables));
    expect(count).toBe(answered(introspection) - 1);
  });

  test(
    'of generated views and documents',
    () => {
      const schemaOf = pool(50, (seed) => withTexts(generateSchema(randomFrom(seed)), randomFrom(seed + 1)));
      fc.assert(
        fc.property(fc.noShrink(fc.nat()), randomIntrospection, (seed, { source, variables }) => {
          const schema = schemaOf(seed);
          const view = filterSchema(schema, held(generateRules(randomFrom(seed), schema), schema));
          const count = counted(view, source, variables);
          if (count === 'TOO_MANY') return;
          expect(count).toBe(executed(view, source, variables));
          if (typeof count !== 'number') return;
          for (const most of [0, 1, Math.floor(count / 2), count - 1, count]) {
            if (most < 0) continue;
            const upTo = countIntrospection(view, parse(source), undefined, variables, most);
            expect(upTo.kind).toBe(count > most ? 'STOPPED' : 'COUNTED');
            if (upTo.kind === 'TOO_MANY') continue;
            expect([...upTo.byKey.values()].reduce((sum, each) => sum + each, 0)).toBe(Math.min(count, most + 1));
          }
        }),
        { numRuns },
      );
    },
    60_000 + numRuns * 40,
  );
});

/** Some descriptions and reasons are long, and so are some defaults. */
function withTexts(compiled: CompiledSchema, random: Random): CompiledSchema {
  const text = () => (random.chance(0.3) ? 'x'.repeat(random.below(5000)) : undefined);
  const describe = (element: { description?: unknown; deprecationReason?: unknown }) =>
    Object.assign(
      element,
      { description: text() },
      element.deprecationReason ? { deprecationReason: text() ?? 'old' } : {},
    );
  for (const type of Object.values(compiled.schema.getTypeMap())) {
    if (type.name.startsWith('__') || (isScalarType(type) && isSpecifiedScalarType(type))) continue;
    describe(type);
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      describe(field);
      for (const input of 'args' in field ? field.args : [field]) {
        describe(input);
        if (String(input.type) === 'String') input.defaultValue = text();
      }
    }
  }
  return compiled;
}

function asVariables(source: string, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return source.includes('= false') ? { b: false, ...given } : { ...given };
}

describe('a whole schema', () => {
  const github = githubApi().schema;

  test('as large as the largest may be asked for by every tool', () => {
    for (const options of [
      {},
      { descriptions: false },
      {
        inputValueDeprecation: true,
        oneOf: true,
        schemaDescription: true,
        specifiedByUrl: true,
        directiveIsRepeatable: true,
      },
    ]) {
      const source = getIntrospectionQuery(options);
      const count = counted(github, source);
      expect(count).toBe(executed(github, source));
      expect(count).toBeLessThan(200_000);
    }
  });

  test.each([2, 3, 5, 12])(
    'multiplied by %i aliases at each level is too many, and found out without answering',
    (m) => {
      expect(counted(github, fanOut(m))).toBe('TOO_MANY');
    },
  );

  test('is counted no further than somebody may ask', () => {
    const counts = introspectionCounts();
    const document = parse(fanOut(12));
    const most = 20_000;
    const stopped = counts(github, document, {}, most);
    expect(stopped).toMatchObject({ kind: 'STOPPED', byKey: new Map([['__schema', most + 1]]) });
    // A step is twenty that were met; what is met last may be a list.
    expect(stopped.steps).toBeLessThan((2 * most) / 20);
    // What is known answers those who may ask for less, and nobody who may ask for more.
    expect(counts(github, document, {}, most - 1)).toEqual({ ...stopped, steps: 0 });
    expect(counts(github, document, {}, most + 1)).toMatchObject({ kind: 'STOPPED', most: most + 1 });
    expect(counts(github, document, {})).toMatchObject({ kind: 'TOO_MANY', responseKey: '__schema' });
  });

  test('of few types may be multiplied, as far as it may be answered', () => {
    const view = filterSchema(places, held(['read:City.name', 'read:Query.city'], places));
    for (const m of [1, 2, 3]) {
      const count = counted(view, fanOut(m));
      if (count !== 'TOO_MANY') expect(count).toBe(executed(view, fanOut(m)));
      else expect(m).toBeGreaterThan(1);
    }
    expect(counted(view, fanOut(12))).toBe('TOO_MANY');
  });

  test('is never more than may be asked', () => {
    const times = (
      count: number,
    ) => `{ ${Array.from({ length: count }, (_, n) => `a${n}: __schema { ...T }`).join(' ')} }
      fragment T on __Schema { types { name fields { name type { name } } } }`;
    const one = counted(github, times(1));
    if (typeof one !== 'number') throw new Error(one);
    const most = Math.floor(mostIntrospected / one);
    expect(counted(github, times(most))).toBe(one * most);
    expect(counted(github, times(most + 1))).toBe('TOO_MANY');
  });

  test('with long defaults costs what they are long, and each is printed once to know that', () => {
    const prints = { count: 0 };
    const view = buildSchema('scalar Long type Query { a(long: [Long]): Int b(text: String): Int }');
    const long = view.getType('Long');
    if (!isScalarType(long)) throw new Error('no scalar');
    long.serialize = () => {
      prints.count++;
      return 'x'.repeat(98);
    };
    const argument = view.getQueryType()?.getFields()['a']?.args[0];
    if (!argument) throw new Error('no argument');
    argument.defaultValue = [1, 2, 3];
    const times = (count: number) => Array.from({ length: count }, (_, n) => `a${n}: defaultValue`).join(' ');
    const source = (count: number) => `{ __type(name: "Query") { fields { args { ${times(count)} } } } }`;
    const [none, one, many] = [source(0).replace('{  }', '{ name }'), source(1), source(1000)].map((each) =>
      counted(view, each),
    );
    // [ "…", "…", "…" ]: 306 characters.
    expect([one, many]).toEqual([Number(none) + 61, Number(none) - 2 + 1000 * (2 + 61)]);
    expect(prints.count).toBe(3);
  });

  test('in ever different mixtures of fragments is too many to merge', () => {
    const levels = Array.from(
      { length: 18 },
      (_, n) => `fragment F${n} on __Type {
      a: ofType { ...F${n + 1} x${n}: name } b: ofType { ...F${n + 1} ...G${n} } } fragment G${n} on __Type { y${n}: name a: ofType { z${n}: name } }`,
    );
    const source = `{ __schema { types { ...F0 } } } ${levels.join(' ')} fragment F18 on __Type { name }`;
    const count = counted(small, source);
    if (count !== 'TOO_MANY') expect(count).toBe(executed(small, source));
  });
});

function fanOut(m: number): string {
  const times = (text: (n: number) => string) => Array.from({ length: m }, (_, n) => text(n)).join(' ');
  return `{ __schema { types { ...A } } }
    fragment A on __Type { ${times((n) => `a${n}: fields { ...B }`)} } fragment B on __Field { ${times((n) => `b${n}: type { ...C }`)} }
    fragment C on __Type { ${times((n) => `c${n}: ofType { ...D }`)} } fragment D on __Type { ${times((n) => `d${n}: fields { ...E }`)} }
    fragment E on __Field { ${times((n) => `e${n}: name`)} }`;
}
