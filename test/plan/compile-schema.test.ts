import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { compileSchema } from '../../src/plan/compile-schema/compile-schema.ts';
import type { CompiledField, CompiledInput, CompiledSchema } from '../../src/plan/compiled-schema.ts';
import type { DeclarationConfig } from '../../src/plan/declarations.ts';
import { declare } from '../../src/plan/declare.ts';
import { ofBit } from '../../src/plan/privilege-bit.ts';
import { SchemaDeclarationError } from '../../src/plan/schema-declaration-error.ts';
import { places, schemaOf } from './places.ts';

function field(text: string, schema: CompiledSchema = places): CompiledField {
  const [type = '', name = ''] = text.split('.');
  const found = schema.objectByName.get(type)?.fields.get(name);
  if (!found) throw new Error(`no ${text}`);
  return found;
}

function rules(bits: readonly number[], schema: CompiledSchema = places): string[] {
  return bits.map((bit) => {
    const { coordinate, verb } = ofBit(schema.coordinates, bit);
    return `${verb}:${coordinate.type}.${coordinate.field}`;
  });
}

function inputField(input: CompiledInput | undefined, name: string) {
  const found = input?.kind === 'INPUT_OBJECT' ? input.fields.get(name) : undefined;
  if (!found) throw new Error(`no input field ${name}`);
  return found;
}

function inputOf(text: string, argument: string, schema: CompiledSchema = places): CompiledInput | undefined {
  return field(text, schema).arguments.get(argument)?.input;
}

function problemsOf(sdl: string, config: DeclarationConfig = {}): string[] {
  try {
    compileSchema(declare(buildSchema(sdl), config));
  } catch (error) {
    if (!(error instanceof SchemaDeclarationError)) throw error;
    return error.problems.map(({ code, coordinate }) => `${code} ${coordinate}`);
  }
  return [];
}

describe('access', () => {
  test.each([
    ['CityConnection.edges', 'TRANSPARENT'],
    ['CityConnection.nodes', 'TRANSPARENT'],
    ['CityConnection.pageInfo', 'TRANSPARENT'],
    ['CityConnection.totalCount', 'TRANSPARENT'],
    ['CityConnection.averagePopulation', 'GATED'],
    ['CityEdge.node', 'TRANSPARENT'],
    ['CityEdge.cursor', 'TRANSPARENT'],
    ['CityEdge.distance', 'GATED'],
    ['PageInfo.endCursor', 'TRANSPARENT'],
    ['CreateCityPayload.city', 'TRANSPARENT'],
    ['DeleteCityPayload.deletedCityId', 'GATED'],
    ['CreateKeyPayload.key', 'GATED'],
    ['CreateKeyPayload.owner', 'TRANSPARENT'],
    ['CityChange.city', 'GATED'],
    ['Query.viewer', 'OPEN'],
    ['Viewer.keyId', 'OPEN'],
    ['City.name', 'GATED'],
  ])('%s is %s', (text, access) => {
    expect(field(text).coordinate.access).toBe(access);
  });

  test('a name alone proves nothing: edges, node and pageInfo of other shapes are gated', () => {
    const schema = schemaOf(
      'type Query { graph: Graph } type Graph { edges: [Line!] pageInfo: String node: Dot } type Line { node: Dot } type Dot { x: Int }',
      { defaultAssumedSize: 10 },
    );
    for (const text of ['Graph.edges', 'Graph.pageInfo', 'Graph.node', 'Line.node']) {
      expect(field(text, schema).coordinate.access).toBe('GATED');
    }
  });

  test('a type that a query returns too is no payload', () => {
    const schema = schemaOf(
      'type Query { made: Made } type Mutation { make: Made } type Made { owner: Owner } type Owner { x: Int }',
      {
        mutations: { default: ['write'] },
      },
    );
    expect(field('Made.owner', schema).coordinate.access).toBe('GATED');
  });
});

describe('needs', () => {
  test.each([
    ['City.name', ['read:City.name']],
    ['Query.viewer', []],
    ['CityConnection.edges', []],
    ['Subscription.cityChanged', ['read:Subscription.cityChanged']],
    ['Mutation.createCity', ['write:Mutation.createCity']],
    ['Mutation.upsertCity', ['write:Mutation.upsertCity', 'update:Mutation.upsertCity']],
  ])('%s needs %j', (text, needs) => {
    expect(rules(field(text).needs)).toEqual(needs);
  });

  test('a delete needs update on every field of the entity that is not explicit', () => {
    expect(rules(field('Mutation.deleteCity').needs)).toEqual([
      'update:Mutation.deleteCity',
      'update:City.id',
      'update:City.name',
      'update:City.population',
      'update:City.location',
      'update:City.country',
      'update:City.status',
      'update:City.nearby',
    ]);
  });
});

describe('arguments', () => {
  test.each([
    ['Query.node', 'id', []],
    ['Query.cities', 'first', []],
    ['Query.cities', 'before', []],
    ['Query.searchPlaces', 'first', []],
    ['Query.country', 'code', ['read:Country.code']],
    ['City.nearby', 'radiusKm', ['read:City.location']],
  ])('%s(%s:) needs %j', (text, name, needs) => {
    expect(rules(field(text).arguments.get(name)?.needs ?? [-1])).toEqual(needs);
  });

  test('an argument that looks at an abstract field needs it of each type that the key sees', () => {
    const argument = field('Query.searchPlaces').arguments.get('text');
    expect(rules(argument?.needsWhereVisible ?? [])).toEqual(['read:City.name', 'read:Country.name']);
    expect(argument?.needs).toEqual([]);
  });

  test('a filter needs read on what it looks at, whatever verb stands above', () => {
    const filter = inputOf('Query.cities', 'filter');
    expect(rules(inputField(filter, 'population').needs.read)).toEqual(['read:City.population']);
    expect(rules(inputField(filter, 'population').needs.update)).toEqual(['read:City.population']);
    expect(rules(inputField(filter, 'countryCode').needs.read)).toEqual(['read:Country.code']);
    expect(rules(inputField(filter, 'and').needs.read)).toEqual([]);
    expect(inputField(filter, 'and').input).toBe(filter);
    expect(inputField(inputField(filter, 'population').input, 'gte').needs.read).toEqual([]);
    const country = inputField(filter, 'country');
    expect(rules(inputField(country.input, 'code').needs.read)).toEqual(['read:Country.code']);
  });

  test('an order is inferred from the names of its enum', () => {
    const order = inputOf('Query.cities', 'orderBy');
    const values = inputField(order, 'field').input;
    expect(values?.kind === 'ENUM' && [...values.needs].map(([name, bits]) => [name, rules(bits)])).toEqual([
      ['NAME', ['read:City.name']],
      ['POPULATION', ['read:City.population']],
    ]);
    expect(inputField(order, 'direction').input).toBeUndefined();
  });
});

describe('inputs of mutations', () => {
  test.each([
    ['Mutation.createCity', 'name', ['write:City.name']],
    ['Mutation.createCity', 'note', ['write:CreateCityInput.note']],
    ['Mutation.createCity', 'idempotencyKey', []],
    ['Mutation.createCity', 'location', ['write:City.location']],
    ['Mutation.upsertCity', 'name', ['write:City.name', 'update:City.name']],
    ['Mutation.updateCity', 'id', []],
    ['Mutation.updateCity', 'formerName', ['read:City.name']],
    ['Mutation.deleteCity', 'etag', []],
  ])('%s input.%s needs %j', (text, name, needs) => {
    const found = inputField(inputOf(text, 'input'), name);
    expect(rules(field(text).inputVerbs.flatMap((verb) => found.needs[verb]))).toEqual(needs);
  });

  test('a nested input of an entity is judged on that entity', () => {
    const location = inputField(inputOf('Mutation.createCity', 'input'), 'location').input;
    expect(rules(inputField(location, 'latitude').needs.write)).toEqual(['write:Location.latitude']);
  });
});

describe('build errors', () => {
  const query = 'type Query { ok: Int } ';
  test.each([
    [
      `${query} type Mutation { a: Int b: Int }`,
      {},
      ['MUTATION_WITHOUT_VERBS Mutation.a', 'MUTATION_WITHOUT_VERBS Mutation.b'],
    ],
    ['type Query { a(x: Int): Int }', {}, ['UNDECLARED_ARGUMENT Query.a(x:)']],
    ['type Query { a(filter: F): Int } input F { x: Int }', {}, ['UNDECLARED_ARGUMENT Query.a(filter:)']],
    ['type Query { all: [T!]! } type T { x: Int }', {}, ['UNBOUNDED_LIST Query.all']],
    ['type Query { t: T } type T { all: [T] }', {}, ['UNBOUNDED_LIST T.all']],
    ['type Query { all: [String!]! }', {}, []],
    ['type Query { all: [C!] } enum C { RED }', { types: { C: { weight: 2 } } }, ['UNBOUNDED_LIST Query.all']],
    [
      'type Query { all(first: Int): [T] } type T { x: Int }',
      { fields: { 'Query.all': { cost: { listSize: { slicingArguments: ['frist'] } } } } },
      ['UNKNOWN_SLICING_ARGUMENT Query.all', 'UNDECLARED_ARGUMENT Query.all(first:)'],
    ],
    [
      'type Query { page(size: Int): Page } type Page { items: [T] } type T { x: Int }',
      { fields: { 'Query.page': { cost: { listSize: { slicingArguments: ['size'], sizedFields: ['items'] } } } } },
      [],
    ],
    [
      'type Query { c: C } type C { edges: [E] pageInfo: P! } type E { node: T cursor: String } type P { hasNextPage: Boolean } type T { x: Int }',
      {},
      ['UNBOUNDED_LIST Query.c'],
    ],
    [query, { explicit: ['Query.ko'] }, ['UNKNOWN_NAME Query.ko']],
    [query, { mutations: { nope: ['write'] } }, ['UNKNOWN_NAME mutations.nope']],
    [query, { explicit: ['Query.ok'], open: ['Query.ok'] }, ['INVALID_DECLARATION Query.ok']],
    [
      'type Query { a(x: Int): Int }',
      { arguments: { 'Query.a(x:)': { looksAt: ['Query.aa'] } } },
      ['UNKNOWN_NAME Query.a(x:)'],
    ],
    [
      `${query} type Mutation { a(name: String): Int }`,
      { mutations: { a: ['write'] } },
      ['UNDECLARED_ARGUMENT Mutation.a(name:)'],
    ],
    [
      'type Query { a(f: F): Int } input F { x: Int }',
      { inputs: { F: { entity: 'Nope', use: 'FILTER' } } },
      ['UNKNOWN_NAME F', 'UNDECLARED_ARGUMENT F.x'],
    ],
  ] satisfies [string, DeclarationConfig, string[]][])('%s %j', (sdl, config, problems) => {
    expect(problemsOf(sdl, config)).toEqual(problems);
  });

  test('all problems are in the message, with the nearest name', () => {
    expect(() =>
      schemaOf('type Query { all(first: Int): [T] } type T { x: Int } type Mutation { a: Int }', {
        fields: { 'Query.all': { cost: { listSize: { slicingArguments: ['frist'] } } } },
      }),
    ).toThrow(/did you mean "first"[\s\S]*MUTATION_WITHOUT_VERBS Mutation\.a/);
  });

  test('rules for the rest: lists of an assumed size, and arguments that look at all of their result', () => {
    const schema = schemaOf('type Query { all(x: Int): [T] } type T { x: Int y: Int }', {
      defaultAssumedSize: 50,
      undeclaredArguments: 'RESULT',
    });
    expect(field('Query.all', schema).listSize?.assumedSize).toBe(50);
    expect(rules(field('Query.all', schema).arguments.get('x')?.needs ?? [], schema)).toEqual(['read:T.x', 'read:T.y']);
  });
});

describe('sizes and weights', () => {
  test('a connection is sliced by first and last, sizes edges and nodes, and has a default page', () => {
    expect(field('Query.cities').listSize).toEqual({
      assumedSize: undefined,
      slicingArguments: ['first', 'last'],
      sizedFields: ['edges', 'nodes'],
      requireOneSlicingArgument: false,
      maximumSize: 100,
      defaultSize: 20,
      mayBeLonger: false,
    });
    expect(field('Country.cities').listSize?.slicingArguments).toEqual(['first']);
  });

  test.each([
    ['CHARGE by itself', {}, true],
    ['CHARGE', { whenLonger: 'CHARGE' }, true],
    ['ERROR', { whenLonger: 'ERROR' }, false],
  ] as const)('only a size that is assumed may be exceeded, unless the rule says ERROR: %s', (_, rule, mayBeLonger) => {
    const schema = schemaOf(
      'type Query { assumed: [T] own: [T] ids(ids: [ID!]!): [T] page(first: Int): [T] nested: [[T]] } type T { x: Int }',
      {
        defaultAssumedSize: 50,
        undeclaredArguments: 'NEUTRAL',
        ...rule,
        fields: {
          'Query.own': { cost: { listSize: { assumedSize: 5 } } },
          'Query.page': { cost: { listSize: { slicingArguments: ['first'], defaultSize: 5 } } },
        },
      },
    );
    const ofField = (name: string) => field(`Query.${name}`, schema).listSize?.mayBeLonger;
    expect(['assumed', 'nested'].map(ofField)).toEqual([mayBeLonger, mayBeLonger]);
    expect(['own', 'ids', 'page'].map(ofField)).toEqual([false, false, false]);
  });

  test('weights are millionths of a point', () => {
    const weightOf = (type: string) => places.objectByName.get(type)?.weight;
    expect(['City', 'CityConnection', 'CityEdge', 'PageInfo', 'Query', 'Mutation'].map(weightOf)).toEqual([
      1_000_000, 1_000_000, 0, 0, 0, 0,
    ]);
    expect(field('Mutation.createCity').weight).toBe(10_000_000);
    expect(field('Subscription.cityChanged').weight).toBe(10_000_000);
    expect(field('Query.cities').arguments.get('filter')?.weight).toBe(1_000_000);
    expect(field('Query.cities').arguments.get('first')?.weight).toBe(0);
  });
});
