import { buildSchema, type GraphQLInterfaceType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { priceDocument } from '../../src/cost/price-document.ts';
import { compileSchema } from '../../src/plan/compile-schema/compile-schema.ts';
import type { DeclarationConfig } from '../../src/plan/declarations.ts';
import { declare } from '../../src/plan/declare.ts';
import { SchemaDeclarationError } from '../../src/plan/schema-declaration-error.ts';
import { openTestSurface } from '../support/test-surface.ts';
import { actualPoints, price as pricedOperation } from './priced.ts';

/** IBM's directives; Apollo's take an Int weight, so both are taken. */
const directives = (weight = 'String!') => /* GraphQL */ `
  directive @cost(weight: ${weight}) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
`;

/** What the build says, a line for each problem; nothing when the schema is good. */
function problemsOf(sdl: string, config: DeclarationConfig = {}): readonly string[] {
  try {
    compileSchema(declare(buildSchema(sdl), { undeclaredArguments: 'NEUTRAL', ...config }));
    return [];
  } catch (error) {
    if (!(error instanceof SchemaDeclarationError)) throw error;
    return error.problems.map(({ coordinate, message }) => `${coordinate} ${message}`);
  }
}

// Numbers are sections of IBM's GraphQL Cost Directives specification, draft of 2023-10-03, in our own words.
describe('a declaration that means nothing fails the build', () => {
  const t = 'type T { x: Int items: [T] @listSize(assumedSize: 1) one: T }';
  const query = (field: string) => `type Query { ${field} } ${t}`;

  test.each([
    [
      '§9.1.1: a price of a field of an interface',
      `${query('t: T')} interface I { x: Int @cost(weight: "2") } type A implements I { x: Int }`,
      /^I\.x has a price and is a field of an interface/,
    ],
    [
      '§9.1.1, where list sizes are ours: a list size of a field of an interface',
      `${query('i: I')} interface I { all: [Int] @listSize(assumedSize: 2) } type A implements I { all: [Int] }`,
      /^I\.all has a price/,
    ],
    [
      "a price of an argument of an interface's field",
      `${query('t: T')} interface I { x(a: Int @cost(weight: "50")): Int } type A implements I { x(a: Int): Int }`,
      /^I\.x\(a:\) has a price and is an argument of an interface's field, .* of A$/,
    ],
    [
      'such a price also where the object has one',
      `${query('t: T')} interface I { x(a: Int @cost(weight: "5")): Int } type A implements I { x(a: Int @cost(weight: "5")): Int }`,
      /^I\.x\(a:\) has a price .* the same argument$/,
    ],
    [
      'a weight of an extension that is no number',
      `${query('b: B')} type B { x: Int } extend type B @cost(weight: "five")`,
      /^B has the weight "five"/,
    ],
    [
      '§9.2.1: a list size of an object',
      query('t: T @listSize(assumedSize: 5)'),
      /^Query\.t has a list size and is no list/,
    ],
    [
      '§9.2.1: a list size of a leaf',
      query('n: Int @listSize(assumedSize: 5)'),
      /^Query\.n has a list size and is no list/,
    ],
    ['§8: a list size without a size', query('n: [Int] @listSize'), /^Query\.n has a list size that says no size/],
    ['§8.3: sized fields without a size', query('t: T @listSize(sizedFields: ["items"])'), /says no size/],
    [
      '§9.2.2: sized fields that do not exist',
      query('t(first: Int): T @listSize(slicingArguments: ["first"], sizedFields: ["item"])'),
      /sizes the field "item", which T does not have/,
    ],
    [
      '§9.2.2: sized fields that are no lists',
      query('t(first: Int): T @listSize(slicingArguments: ["first"], sizedFields: ["one"])'),
      /sizes the field "one", which is no list/,
    ],
    [
      '§9.2.2: sized leaves that are no lists',
      query('t(first: Int): T @listSize(slicingArguments: ["first"], sizedFields: ["x"])'),
      /sizes the field "x", which is no list/,
    ],
    [
      '§9.2.2, of paths ours: two lists on one path',
      query('t(first: Int): T @listSize(slicingArguments: ["first"], sizedFields: ["one { items one }"])'),
      /no path to one list/,
    ],
    [
      '§9.2.2, of paths ours: a path through a list',
      query('t(first: Int): T @listSize(slicingArguments: ["first"], sizedFields: ["items { items }"])'),
      /sizes through the field "items"/,
    ],
    [
      '§9.2.2, of paths ours: a path that ends at an object',
      query('t(first: Int): T @listSize(slicingArguments: ["first"], sizedFields: ["one { one }"])'),
      /which is no list/,
    ],
    [
      '§9.2.2, of paths ours: a path to what does not exist',
      query('t(first: Int): T @listSize(slicingArguments: ["first"], sizedFields: ["one { itms }"])'),
      /which T does not have/,
    ],
    [
      '§9.2.3: a slicing argument that does not exist',
      query('a(first: Int): [T] @listSize(slicingArguments: ["frist"])'),
      /no argument "frist".*did you mean "first"\?$/,
    ],
    [
      '§9.2.3: a slicing argument that is a String',
      query('a(first: String): [T] @listSize(slicingArguments: ["first"])'),
      /slices by "first", which is a String/,
    ],
    [
      '§9.2.3: a slicing argument that is a Float',
      query('a(first: Float!): [T] @listSize(slicingArguments: ["first"])'),
      /which is a Float/,
    ],
    [
      '§9.2.3: a slicing argument that is an ID',
      query('a(id: ID): [T] @listSize(slicingArguments: ["id"])'),
      /which is a ID/,
    ],
    [
      '§9.2.3: a slicing argument that is an input object',
      `${query('a(in: In): [T] @listSize(slicingArguments: ["in"])')} input In { first: Int }`,
      /which is a In/,
    ],
    [
      '§9.2.3, of paths ours: a path to an argument that does not exist',
      `${query('a(in: In): [T] @listSize(slicingArguments: ["in.last"])')} input In { first: Int }`,
      /has no "last" in "in\.last"/,
    ],
    [
      '§9.2.3, of paths ours: a path through a list of inputs',
      `${query('a(in: [In]): [T] @listSize(slicingArguments: ["in.first"])')} input In { first: Int }`,
      /has no "first" in "in\.first"/,
    ],
    [
      '§9.2.4: an assumed size beside a required slicing argument',
      query('a(first: Int): [T] @listSize(assumedSize: 5, slicingArguments: ["first"])'),
      /assumedSize that never counts: a slicing argument is required/,
    ],
    [
      '§9.2.4: an assumed size beside a default',
      query(
        'a(first: Int = 3): [T] @listSize(assumedSize: 5, slicingArguments: ["first"], requireOneSlicingArgument: false)',
      ),
      /never counts: the argument first always has a value/,
    ],
    [
      '§9.2.4, where it is ours: an assumed size beside an argument that must be given',
      query(
        'a(first: Int!): [T] @listSize(assumedSize: 5, slicingArguments: ["first"], requireOneSlicingArgument: false)',
      ),
      /the argument first always has a value/,
    ],
    ['§8.1: a negative size', query('a: [T] @listSize(assumedSize: -1)'), /not a whole number/],
    [
      '§7.1: a weight that is no number',
      query('t: T @cost(weight: "much")'),
      /^Query\.t has the weight "much", which is no Float/,
    ],
    ['§7.1: a weight with spaces', query('t: T @cost(weight: " 5")'), /which is no Float/],
    ['§7.1: a weight in hex', query('t: T @cost(weight: "0x10")'), /which is no Float/],
    ['§7.1: an empty weight', query('t: T @cost(weight: "")'), /which is no Float/],
    ['§7.1: an infinite weight', query('t: T @cost(weight: "Infinity")'), /which is no Float/],
    [
      '§7.1: such a weight of an argument',
      query('a(x: Int @cost(weight: "NaN")): Int'),
      /^Query\.a\(x:\) has the weight "NaN"/,
    ],
    [
      '§7.1: such a weight of an input field',
      `${query('a(in: In): Int')} input In { x: Int @cost(weight: "1,5") }`,
      /^In\.x has the weight "1,5"/,
    ],
    [
      '§7.1: such a weight of a type',
      `${query('b: B')} type B @cost(weight: "1.") { x: Int }`,
      /^B has the weight "1\."/,
    ],
    ['§7.1: such a weight of a scalar', `${query('b: B')} scalar B @cost(weight: ".5")`, /^B has the weight "\.5"/],
    [
      '§7.1: such a weight of an enum',
      `${query('b: B')} enum B @cost(weight: "five") { C }`,
      /^B has the weight "five"/,
    ],
    [
      '§7.1, where it is ours: a negative weight of an object',
      `${query('b: B')} type B @cost(weight: "-1") { x: Int }`,
      /^B has a weight that is not a number of at least 0/,
    ],
  ])('%s', (_, sdl, message) => {
    expect(problemsOf(directives() + sdl)).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
  });

  test('in code as in SDL', () => {
    const sdl = `${directives()} ${query('t(x: Int): T')} interface I { x: Int } type A implements I { x: Int } union U = A | T`;
    expect(
      problemsOf(sdl, {
        types: { U: { weight: 2 }, I: { weight: 2 } },
        arguments: { 'Query.t(x:)': { weight: Number.NaN } },
        fields: {
          'Query.t': { cost: { listSize: { assumedSize: 3 } } },
          'T.items': { cost: { listSize: { assumedSize: 2, maximumSize: 9 } } },
        },
      }).join('\n'),
    ).toMatch(
      /I has a weight and is abstract[\s\S]*U has a weight and is abstract[\s\S]*Query\.t has a list size and is no list[\s\S]*Query\.t\(x:\) has a weight that is not a number[\s\S]*T\.items has a maximumSize/,
    );
    // Of an interface's field all its objects take it.
    expect(
      problemsOf(sdl, {
        fields: { 'I.x': { cost: { weight: 2 } }, 'T.items': { cost: { listSize: { assumedSize: 1 } } } },
      }),
    ).toEqual([]);
  });

  test.each([
    ['an object', 'type B { x: Int }', 'type', '{ b { x } }'],
    ['a scalar', 'scalar B', 'scalar', '{ b }'],
    ['an enum', 'enum B { A }', 'enum', '{ b }'],
  ])('a weight counts where %s is extended as where it is defined', (_, definition, kind, document) => {
    const sdl = (extension: string) => `${directives()} type Query { b: B } ${definition} ${extension}`;
    const points = (text: string) => {
      const answer = priceDocument({ sdl: text, document });
      return answer.kind === 'PRICES' ? answer.operations[0]?.points : answer.problems;
    };
    expect(points(sdl(`extend ${kind} B @cost(weight: "7")`))).toBe(7);
    expect(points(sdl(''))).not.toBe(7);
  });

  test('two weights of a type that differ fail the build, and two that are the same are one', () => {
    const built = (second: string) => {
      const sdl = `${directives()} ${query('b: B')} type B @cost(weight: "2") { x: Int } extend type B @cost(weight: "${second}")`;
      return () => compileSchema(declare(buildSchema(sdl, { assumeValidSDL: true }), {}));
    };
    expect(built('3')).toThrow(/B: has several weights by @cost that differ/);
    expect(built('2')().objectByName.get('B')?.weight).toBe(2_000_000);
  });

  test.each<[string, string, object, RegExp]>([
    ['a default page', 'a(first: Int): [T]', { defaultSize: 10 }, /defaultSize of 10, above its maximumSize of 5/],
    ['a default argument', 'a(first: Int = 50): [T]', {}, /whose default is 50, and pages are from 0 to 5:/],
    ['a negative default argument', 'a(first: Int = -1): [T]', {}, /whose default is -1/],
    ['a default list', 'a(first: [Int] = [1,2,3,4,5,6]): [T]', {}, /whose default is 6/],
  ])('%s that is out of the range of pages', (_, field, listSize, message) => {
    const sdl = `${directives()} ${query(field)}`;
    const config = (maximumSize: number): DeclarationConfig => ({
      fields: { 'Query.a': { cost: { listSize: { slicingArguments: ['first'], maximumSize, ...listSize } } } },
    });
    expect(problemsOf(sdl, config(5))).toEqual([expect.stringMatching(message)]);
    if (!field.includes('-1')) expect(problemsOf(sdl, config(50))).toEqual([]);
  });

  test('a default within an input that is out of the range of pages', () => {
    const sdl = `${query('a(in: In = { page: { first: 101 } }): [T]')} input In { page: Page } input Page { first: Int }`;
    const config = (maximumSize?: number): DeclarationConfig => ({
      fields: {
        'Query.a': {
          cost: {
            listSize: { slicingArguments: ['in.page.first'], ...(maximumSize === undefined ? {} : { maximumSize }) },
          },
        },
      },
    });
    const problem = expect.stringMatching(/slices by "in\.page\.first", whose default is 101/);
    expect(problemsOf(directives() + sdl, config(100))).toEqual([problem]);
    expect(problemsOf(directives() + sdl, config(101))).toEqual([]);
    // IBM's directive says no largest page, so that a printed schema does not either.
    expect(problemsOf(directives() + sdl, config())).toEqual([]);
  });

  test("in code, a weight of an argument of an interface's field alone", () => {
    const schema = buildSchema(
      'type Query { i: I } interface I { x(a: Int): Int } type A implements I { x(a: Int): Int }',
    );
    declare(schema, { undeclaredArguments: 'NEUTRAL' });
    const promised = (schema.getType('I') as GraphQLInterfaceType).getFields()['x']?.args[0];
    Object.assign(promised ?? {}, { extensions: { fieldpass: { weight: 5 } } });
    expect(() => compileSchema(schema)).toThrow(/I\.x\(a:\): has a price .* of A$/);
    declare(schema, { arguments: { 'I.x(a:)': { weight: 5 } } });
    expect(() => compileSchema(schema)).not.toThrow();
  });

  test('all of them at once', () => {
    const sdl = `${directives()} type Query { a: Int @cost(weight: "x") b: Int @listSize(assumedSize: 1) c(n: String): [Int] @listSize(slicingArguments: ["n"]) }`;
    expect(problemsOf(sdl)).toHaveLength(4);
  });

  test.each([
    [
      'prices of everything that has one',
      `${query('a(x: Int @cost(weight: "-1.5e0")): B @cost(weight: "2")')} scalar B @cost(weight: "0")`,
    ],
    [
      'an assumed size for when nothing is given',
      query(
        'a(first: Int): [T] @listSize(assumedSize: 5, slicingArguments: ["first"], requireOneSlicingArgument: false)',
      ),
    ],
    [
      'slicing by the length of a list, and within an input',
      `${query('a(ids: [ID!], in: In): [T] @listSize(slicingArguments: ["ids", "in.page.first"], assumedSize: 1, requireOneSlicingArgument: false)')} input In { page: Page } input Page { first: Int }`,
    ],
    ['a list of leaves', query('a: [String] @listSize(assumedSize: 5)')],
  ])('but not %s', (_, sdl) => {
    expect(problemsOf(directives() + sdl)).toEqual([]);
  });
});

describe('directives under another name', () => {
  const link = (rest: string) => `
    schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/cost/v0.1", ${rest}) { query: Query }
    directive @link(url: String, as: String, import: [Import]) repeatable on SCHEMA
    scalar Import
    directive @price(weight: Int!) on FIELD_DEFINITION
    directive @c__listSize(assumedSize: Int) on FIELD_DEFINITION
    directive @cost__listSize(assumedSize: Int) on FIELD_DEFINITION
    ${directives('Int!')}`;

  test.each([
    [
      'import: [{ name: "@cost", as: "@price" }]',
      'a: Int @price(weight: 1)',
      /has @price, which is @cost under another name \(by @link\)/,
    ],
    ['as: "c"', 'a: [Int] @c__listSize(assumedSize: 1)', /has @c__listSize, which is @listSize/],
    ['import: ["@cost"]', 'a: [Int] @cost__listSize(assumedSize: 1)', /has @cost__listSize, which is @listSize/],
  ])('are said: %s', (rest, field, message) => {
    expect(problemsOf(`${link(rest)} type Query { ${field} }`)).toEqual([expect.stringMatching(message)]);
  });

  const federated = (version: string, rest: string, field: string) => `
    schema @link(url: "https://specs.apollo.dev/federation/v${version}"${rest}) { query: Query }
    directive @link(url: String, as: String, import: [Import]) repeatable on SCHEMA
    scalar Import
    directive @price(weight: Int!) on FIELD_DEFINITION
    directive @federation__cost(weight: Int!) on FIELD_DEFINITION
    directive @federation__listSize(assumedSize: Int) on FIELD_DEFINITION
    directive @fed__cost(weight: Int!) on FIELD_DEFINITION
    type Query { ${field} }`;

  test.each([
    ['2.9', ', import: [{ name: "@cost", as: "@price" }]', 'a: Int @price(weight: 1)', /@price, which is @cost/],
    ['2.9', ', import: ["@key"]', 'a: Int @federation__cost(weight: 1)', /@federation__cost, which is @cost/],
    ['2.10', '', 'a: [Int] @federation__listSize(assumedSize: 1)', /@federation__listSize, which is @listSize/],
    ['3.0', ', as: "fed"', 'a: Int @fed__cost(weight: 1)', /@fed__cost, which is @cost/],
  ])('are said when they come with federation %s%s', (version, rest, field, message) => {
    expect(problemsOf(federated(version, rest, field))).toEqual([expect.stringMatching(message)]);
  });

  test('are names like others before federation had costs', () => {
    expect(problemsOf(federated('2.8', '', 'a: Int @federation__cost(weight: 1)'))).toEqual([]);
  });

  test('are no matter under their own', () => {
    const sdl = `${link('import: ["@listSize", { name: "@cost" }]')} type Query { a: [Int] @cost(weight: 1) @listSize(assumedSize: 1) }`;
    expect(problemsOf(sdl)).toEqual([]);
  });
});

describe('sized fields and interfaces', () => {
  const types = `interface Page { rows: [Row] } type A implements Page { rows: [Row] } type B implements Page { rows: [Row] extra: Row }
    type Row { id: ID }`;
  const listSize = '@listSize(slicingArguments: ["first"], sizedFields: ["rows"])';
  const shop = (onInterface: string, onObject: string) => `${types} type Query { shop: Shop }
    interface Shop { page(first: Int!): Page ${onInterface} } type S implements Shop { page(first: Int!): Page ${onObject} }`;
  const price = (sdl: string, document: string, config: DeclarationConfig = {}) => {
    const schema = declare(buildSchema(directives() + sdl), { undeclaredArguments: 'NEUTRAL', ...config });
    return pricedOperation(compileSchema(schema), document).points();
  };

  test('the lists of an interface are as long as the field says that answers it, in whichever object', () => {
    const sdl = `${types} type Query { page(first: Int!): Page ${listSize} }`;
    expect(price(sdl, '{ page(first: 7) { rows { id } } }')).toBe(1 + 7);
    expect(price(sdl, '{ page(first: 7) { ... on A { rows { id } } ... on B { rows { id } extra { id } } } }')).toBe(
      1 + 8,
    );
  });

  test('what an object says counts where the interface is asked, and what is said of the interface fails the build', () => {
    const document = '{ shop { page(first: 7) { rows { id } } } }';
    expect(price(shop('', listSize), document)).toBe(2 + 7);
    expect(problemsOf(directives() + shop(listSize, ''))).toEqual([
      'Shop.page has a price and is a field of an interface, which has none; give it to the same field of S',
      expect.stringMatching(/^A\.rows is a list with no bound/),
      expect.stringMatching(/^B\.rows is a list with no bound/),
    ]);
    const cost = { listSize: { slicingArguments: ['first'], sizedFields: ['rows'] } };
    expect(price(shop('', ''), document, { fields: { 'Shop.page': { cost } } })).toBe(2 + 7);
  });

  test.each<[string, string, RegExp]>([
    [
      'another way to the lists bounds nothing',
      `page(first: Int!): Page ${listSize} other: Page`,
      /^A\.rows is a list with/,
    ],
    ['another way to one object', `page(first: Int!): Page ${listSize} other: A`, /^A\.rows is a list with no bound/],
    [
      'lists that only an object has',
      'page(first: Int!): Only @listSize(slicingArguments: ["first"], sizedFields: ["rows"])',
      /sizes the field "rows", which Only does not have/,
    ],
    ['lists of a union', `page(first: Int!): Either ${listSize}`, /sizes the field "rows", which Either does not have/],
    [
      'a path through an interface',
      'page(first: Int!): Box @listSize(slicingArguments: ["first"], sizedFields: ["in { rows }"])',
      /sizes through the field "in", which must be a single object/,
    ],
  ])('not bounded: %s', (_, fields, message) => {
    const more = `interface Only { x: Int } type O implements Only { x: Int rows: [Row] @listSize(assumedSize: 1) }
      union Either = A | B type Box { in: Page }`;
    expect(problemsOf(`${directives()} ${types} ${more} type Query { ${fields} }`)).toEqual(
      expect.arrayContaining([expect.stringMatching(message)]),
    );
  });
});

describe("Apollo's nested sized fields", () => {
  const sdl = /* GraphQL */ `
    ${directives('Int!')}
    type Query {
      box(first: Int = 10): Box! @listSize(slicingArguments: ["first"], sizedFields: ["inner { rows }"], requireOneSlicingArgument: false)
      both(first: Int = 10): Box! @listSize(slicingArguments: ["first"], sizedFields: ["rows", "inner{rows}"], requireOneSlicingArgument: false)
      flat(first: Int): Inner! @listSize(slicingArguments: ["first"], sizedFields: ["rows"], requireOneSlicingArgument: false, assumedSize: 3)
      deep(first: Int!): Outer @listSize(slicingArguments: ["first"], sizedFields: ["box { inner { rows } }"])
    }
    type Outer { box: Box }
    type Box { rows: [Row] @listSize(assumedSize: 50) inner: Inner count: Int }
    type Inner { rows: [Row] @listSize(assumedSize: 60) note: String }
    type Row { id: ID }
  `;
  const price = (document: string, variables: object = {}) => {
    const answer = priceDocument({ sdl, document, variables: { ...variables } });
    if (answer.kind !== 'PRICES') throw new Error(answer.problems.join('\n'));
    return answer.operations[0]?.points;
  };

  // The totals of the Router's demand control for operations of these shapes.
  test.each<[string, number, object?]>([
    ['{ box(first: 7) { inner { rows { id } } } }', 9],
    ['query ($n: Int!) { box(first: $n) { inner { rows { id } } } }', 5, { n: 3 }],
    ['{ box { inner { rows { id } } } }', 12],
    ['{ box(first: 100) { count } }', 1],
    ['{ box(first: 100) { inner { note } } }', 2],
    ['{ both(first: 5) { rows { id } inner { rows { id } } } }', 12],
    ['{ flat(first: 5) { rows { id } note } }', 6],
    ['{ deep(first: 4) { box { inner { rows { id } } rows { id } } } }', 3 + 4 + 50],
    ['{ box(first: 7) { a: inner { rows { id } } b: inner { rows { id } } rows { id } } }', 1 + 2 * 8 + 50],
  ])('%s costs %i', (document, points, variables = {}) => {
    expect(price(document, variables)).toBe(points);
  });

  test('bound the lists that resolvers return', async () => {
    const schema = declare(buildSchema(sdl), { undeclaredArguments: 'NEUTRAL' });
    const compiled = compileSchema(schema);
    const rows = (length: number) => ({ box: { inner: { rows: Array.from({ length }, () => ({ id: 1 })) } } });
    const priced = pricedOperation(compiled, '{ box(first: 7) { inner { rows { id } } } }');
    const { points } = await actualPoints(schema, compiled, priced, { rootValue: rows(7) });
    expect(points).toBe(9);
    const { result } = await actualPoints(schema, compiled, priced, { rootValue: rows(8) });
    expect(result.errors?.[0]?.extensions).toEqual({ code: 'LIST_TOO_LONG', bound: 7 });
  });

  test('are lines of a page each', () => {
    const answer = priceDocument({ sdl, document: '{ box(first: 7) { inner { rows { id } } } }' });
    expect(answer).toMatchObject({
      operations: [{ dearest: [{ path: 'box.inner.rows', cost: 7 }, {}, {}], ibm: { fieldCost: 3, typeCost: 10 } }],
    });
  });
});

describe('page sizes of a scalar of the API', () => {
  const sdl = (type: string) => `
    ${type}
    type T { x: Int } type E { node: T cursor: String } type PageInfo { hasNextPage: Boolean! endCursor: String }
    type C { edges: [E] pageInfo: PageInfo! }
    type Query { pages(first: Size = 10, after: String): C! }`;

  test.each(['String', 'ID', 'Float', 'Boolean'])('are no %s', (type) => {
    expect(problemsOf(sdl('').replace('Size', type).replace(' = 10', ''))).toEqual([
      expect.stringMatching(/slices by "first", which is a/),
    ]);
  });

  test.each(['enum Size { A }', 'input Size { a: Int }'])('are no %s', (type) => {
    expect(problemsOf(sdl(type).replace(' = 10', ''))).toEqual([expect.stringMatching(/slices by "first"/)]);
  });

  test.each<[string, unknown, unknown, number | undefined]>([
    ['a number', 3, 3, 3],
    ['a bigint', '3', 3n, 3],
    ['zero', 0, 0, 0],
    ['too many', 101, 101, undefined],
    ['too few', -1, -1, undefined],
    ['a fraction', 2.5, 2.5, undefined],
    ['no number', 'x', Number.NaN, undefined],
    ['endless', 'x', Number.POSITIVE_INFINITY, undefined],
    ['a huge bigint', '1', 10n ** 400n, undefined],
    ['a text', '3', '3', undefined],
    ['an empty text', '', '', undefined],
    ['a boolean', true, true, undefined],
    ['a date', 'x', new Date(3), undefined],
    ['an object that is one', 'x', { valueOf: () => 3 }, undefined],
  ])('are %s', async (_, sent, coerced, length) => {
    const schema = buildSchema(sdl('scalar Size'));
    Object.assign(schema.getType('Size') ?? {}, { parseValue: () => coerced, parseLiteral: () => coerced });
    const rows = Array.from({ length: length ?? 0 }, () => ({ node: { x: 1 } }));
    Object.assign(schema.getQueryType()?.getFields()['pages'] ?? {}, {
      resolve: () => ({ edges: rows, pageInfo: { hasNextPage: false } }),
    });
    const { post } = openTestSurface(declare(schema, { undeclaredArguments: 'NEUTRAL' }));
    const answer = await post({
      query: 'query ($n: Size) { pages(first: $n) { edges { node { x } } } }',
      variables: { n: sent },
    });
    if (length === undefined) expect(answer.codes).toEqual(['PAGE_SIZE_OUT_OF_RANGE']);
    else expect(answer.body.data.pages.edges).toHaveLength(length);
  });
});
