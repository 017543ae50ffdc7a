import {
  assertValidSchema,
  buildClientSchema,
  type GraphQLSchema,
  graphqlSync,
  introspectionFromSchema,
  parse,
  printSchema,
  validate,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { filterSchema } from '../../../src/privileges/view/filter-schema.ts';
import { createViewCache } from '../../../src/privileges/view/view-cache.ts';
import { places, schemaOf } from '../../plan/places.ts';
import { held } from '../held.ts';

/** As a client sees it: introspected and built again. */
function viewOf(rules: readonly string[], schema = places): GraphQLSchema {
  const client = buildClientSchema(introspectionFromSchema(filterSchema(schema, held(rules, schema))));
  assertValidSchema(client);
  return client;
}

function sdlOf(rules: readonly string[], schema = places): string {
  return printSchema(viewOf(rules, schema));
}

test('a reader of two fields sees these, what leads to them, and what is open', () => {
  expect(sdlOf(['read:Query.city', 'read:City.id', 'read:City.name'])).toMatchInlineSnapshot(`
    "type Query {
      viewer: Viewer!
      city(id: ID!): City
    }

    type Viewer {
      keyId: ID!
      name: String
    }

    interface Node {
      id: ID!
    }

    interface Place {
      id: ID!
      name: String!
    }

    type City implements Node & Place {
      id: ID!
      name: String!
    }"
  `);
});

test('a writer that reads nothing sees the mutation, and a payload of nothing but __typename', () => {
  const view = viewOf(['write:Mutation.createCity', 'write:City.name']);
  const sdl = printSchema(view);
  expect(sdl).toContain('type Mutation {\n  createCity(input: CreateCityInput!): CreateCityPayload!\n}');
  expect(sdl).toMatch(
    /type CreateCityPayload \{\n {2}"""This key may read nothing here but `__typename`\."""\n {2}nothingVisible: Boolean\n\}/,
  );
  const document = 'mutation { createCity(input: { name: "X" }) { __typename } }';
  expect(validate(view, parse(document))).toEqual([]);
});

test('a mutation that is not granted leaves no payload behind', () => {
  expect(sdlOf(['write:City.name', 'read:Query.city', 'read:City.id'])).not.toMatch(/Payload|Mutation|CreateCity/);
});

test('a writer sees the mutation also where it may query nothing at all', () => {
  const schema = schemaOf(
    'type Query { x: Int } type Mutation { createX: Payload } type Payload { x: X } type X { a: Int }',
    { mutations: { createX: ['write'] } },
  );
  const view = viewOf(['update:Mutation', 'write:Mutation'], schema);
  expect(Object.keys(view.getQueryType()?.getFields() ?? {})).toEqual(['nothingVisible']);
  expect(Object.keys(view.getMutationType()?.getFields() ?? {})).toEqual(['createX']);
});

test('a writer sees the inputs that it may supply', () => {
  const sdl = sdlOf(['write:Mutation.createCity', 'write:City.name', 'read:City.id']);
  expect(sdl).toContain('input CreateCityInput {\n  name: String!\n  idempotencyKey: String\n}');
  expect(sdl).not.toMatch(/population|updateCity|UpdateCity|Location|note/);
});

describe('closure', () => {
  test.each([
    ['a field whose result is hidden is hidden', ['read:Query.city', 'read:City.id', 'read:City.location'], 'location'],
    [
      'a required input field that is hidden hides the mutation',
      ['write:Mutation.createCity', 'read:City.id', 'write:City.population'],
      'Mutation',
    ],
    ['an enum value that orders by a hidden field is hidden', ['read:Query.cities', 'read:City.name'], 'POPULATION'],
    ['an enum that only hidden fields use is hidden', ['read:Query.city', 'read:City.name'], 'CityStatus'],
    ['an input that only hidden fields use is hidden', ['read:Query.city', 'read:City.name'], 'StringFilter'],
    ['a union shows its visible members', ['read:Query.anything', 'read:City.name'], 'Secret'],
    [
      'an abstract type without visible members hides what returns it',
      ['read:Query.node', 'read:Query.anything'],
      'node|anything|Anything|Node',
    ],
    ['an empty mutation type is hidden', ['read:City'], 'Mutation|createCity'],
    [
      'a required argument that may not be given hides its field',
      ['read:Query.country', 'read:Country.name'],
      'country',
    ],
    [
      'an explicit field is hidden from wildcards',
      ['*'],
      'City\\.contributorEmail|contributorEmail: String\\n  status',
    ],
    ['a denied field is hidden', ['*', '!*:City.population'], 'population|averagePop.*population|POPULATION'],
  ])('%s', (_, rules, hidden) => {
    expect(sdlOf(rules)).not.toMatch(new RegExp(hidden));
  });

  test('an interface of which no field is common is shown as a union', () => {
    const view = viewOf(['read:Query.node', 'read:City.name', 'read:Country.code']);
    expect(printSchema(view)).toContain('union Node = City | Country');
    expect(validate(view, parse('{ node(id: 1) { ... on City { name } } }'))).toEqual([]);
    expect(validate(view, parse('{ node(id: 1) { id } }'))).not.toEqual([]);
  });

  test('interfaces above an interface that became a union give way', () => {
    const schema = schemaOf(`
      type Query { a: A }
      interface Base { id: ID }  interface Part implements Base { id: ID x: Int }
      interface A { link: Base }  type A1 implements A { link: Part }  type A2 implements A { link: Base }
      type P implements Part & Base { id: ID x: Int } type B implements Base { id: ID y: Int }
    `);
    for (const rules of [
      ['read:*', '!read:B.id'],
      ['read:*', '!read:*.id'],
      ['read:*', '!read:P'],
      ['read:*', '!read:B'],
    ]) {
      expect(() => viewOf(rules, schema)).not.toThrow();
    }
  });

  test('a default that mentions what is hidden is dropped, and its argument stays optional', () => {
    const schema = schemaOf(
      `type Query { ts(orderBy: O! = { by: B }): T } input O { by: By! } enum By { A B } type T { a: Int b: Int }`,
    );
    expect(sdlOf(['read:Query', 'read:T'], schema)).toContain('ts(orderBy: O! = {by: B}): T');
    expect(sdlOf(['read:Query', 'read:T.a'], schema)).toContain('ts(orderBy: O): T');
  });

  test('input types that contain themselves are shown as far as they can be used', () => {
    const sdl = sdlOf(['read:Query.cities', 'read:City.name']);
    expect(sdl).toContain('input CityFilter {\n  name: StringFilter\n  and: [CityFilter!]\n}');
  });
});

describe('a directive', () => {
  const schema = schemaOf(
    `
    directive @tag(by: By = B, only: Only, color: Color!) on FIELD
    directive @mark(kind: Hidden) on FIELD
    directive @must(kind: Hidden!) on FIELD
    type Query { ts(orderBy: By): T color: Color hidden: Hidden }
    input Only { color: Color }
    enum By { A B } enum Color { RED } enum Hidden { H }
    type T { a: Int b: Int only(filter: Only): Int }
  `,
    { inputs: { Only: { entity: 'Query', use: 'FILTER' } } },
  );
  const view = viewOf(['read:Query.ts', 'read:Query.color', 'read:T', '!read:T.b'], schema);

  test('is shown with the types as the view has them', () => {
    expect(printSchema(view)).toContain('directive @tag(by: By, only: Only, color: Color!) on FIELD');
    expect(printSchema(view)).toContain('enum By {\n  A\n}');
  });

  test('has no argument for what is hidden, and is unknown when it needs that', () => {
    const messages = (source: string) => validate(view, parse(source)).map(({ message }) => message);
    expect(messages('{ color @must }')).toEqual(['Unknown directive "@must".']);
    expect(messages('{ color @zark }')).toEqual(['Unknown directive "@zark".']);
    expect(messages('{ color @mark }')).toEqual([]);
    expect(messages('{ color @mark(kind: H) }')).toEqual(['Unknown argument "kind" on directive "@mark".']);
    expect(messages('{ color @tag(color: RED, by: B) }')).toEqual([
      'Value "B" does not exist in "By" enum. Did you mean the enum value "A"?',
    ]);
  });
});

describe('a directive with types of its own', () => {
  const schema = schemaOf(
    `
    directive @fmt(style: Style, as: Look = { style: BIG }, order: Order, mapped: Mapped) on FIELD
    directive @sort(order: Order!) on FIELD
    directive @needs(it: Needs) on FIELD
    enum Style { BIG SMALL }
    enum Direction { ASC DESC }
    input Look { style: Style!, inner: Look, width: Int = 1, order: Order }
    input Needs { order: Order!, width: Int }
    input Order { by: Direction }
    input Mapped { population: Int }
    type Query { ping: String pings(order: Order): String }
  `,
    { undeclaredArguments: 'NEUTRAL', inputs: { Mapped: { entity: 'Query', use: 'FILTER' } } },
  );

  test.each([['*'], ['read:Query.ping'], []])('is in the view of %j, with all that they are', (...rules) => {
    const view = viewOf(rules, schema);
    const sdl = printSchema(view);
    expect(sdl).toContain('enum Style {\n  BIG\n  SMALL\n}');
    expect(sdl).toMatch(/directive @fmt\(style: Style, as: Look = \{\s*style: BIG.*?\}/);
    expect(sdl).toMatch(/input Look \{\n {2}style: Style!\n {2}inner: Look\n {2}width: Int = 1\n/);
    const uses = ['style: BIG', 'as: { style: SMALL, inner: { style: BIG } }'];
    for (const use of uses) {
      expect(validate(view, parse(`{ __typename @fmt(${use}) }`)), use).toEqual([]);
    }
  });

  test('shows nothing that only fields may show', () => {
    const sdl = sdlOf(['read:Query.ping'], schema);
    for (const name of ['Order', 'Direction', '@sort', 'Needs']) expect(sdl).not.toContain(name);
    expect(sdlOf(['*'], schema)).toContain('directive @sort(order: Order!)');
    expect(sdlOf(['*'], schema)).toContain('input Needs {');
  });
});

test('a key without anything sees what is open; without that too, a schema that says so', () => {
  expect(sdlOf([])).toContain('viewer: Viewer!');
  expect(sdlOf([], schemaOf('type Query { x: Int }'))).toContain('nothingVisible');
});

test('a key with everything sees everything but explicit fields', () => {
  const client = buildClientSchema(introspectionFromSchema(places.schema));
  expect(printSchema(viewOf(['*', '*:City.contributorEmail']))).toBe(printSchema(client));
});

test('introspection runs on the view: a hidden name is an unknown one', () => {
  const view = filterSchema(places, held(['read:Query.city', 'read:City.name']));
  const answer = graphqlSync({
    schema: view,
    source: '{ a: __type(name: "Secret") { name } __type(name: "City") { fields { name } } }',
  });
  expect(JSON.parse(JSON.stringify(answer))).toEqual({ data: { a: null, __type: { fields: [{ name: 'name' }] } } });
});

test('keys with the same rules share one view', () => {
  const cache = createViewCache(places);
  expect(cache.get(held(['read:City', 'read:Query']))).toBe(cache.get(held(['read:Query.*', 'read:City'])));
});
