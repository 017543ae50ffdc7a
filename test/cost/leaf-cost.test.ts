import { describe, expect, test } from 'vitest';
import { leafCost } from '../../src/cost/leaf-cost.ts';
import { actualPoints, compileSchema, price, schemaOf } from './priced.ts';

const sdl = /* GraphQL */ `
  type Query {
    one: A
    same: Same
    some(first: Int!): [A] @listSize(slicingArguments: ["first"])
    page(first: Int!): AConnection @listSize(slicingArguments: ["first"], sizedFields: ["edges", "nodes"])
    either(first: Int!): [Either] @listSize(slicingArguments: ["first"])
    n: Int
    pick(of: [Int]): Int
    halves(first: Int!): [Half] @listSize(slicingArguments: ["first"])
    wide: Wide
    again: Query
  }
  type Half @cost(weight: "0.5") { a: Int }
  type Wide @cost(weight: "0.01") { b: Int c: Int d: Int e: Int f: Int g: Int h: Int words: [Int] one: A }
  type Mutation { touch: A }
  interface Named { name: String }
  type A implements Named { name: String words: [String!] sized(first: Int!): [String] @listSize(slicingArguments: ["first"]) assumed: [Int] @listSize(assumedSize: 50) dear: Int @cost(weight: "0.5") one: A pick(of: [Int], by: By): Int find(by: By): A }
  input By { of: [Int] not: [By] }
  type B implements Named { name: String n: Int }
  union Either = A | B
  type Free @cost(weight: "0") { x: String }
  union Same = A | Free
  type AConnection { edges: [AEdge] nodes: [A] pageInfo: PageInfo! totalCount: Int }
  type AEdge { cursor: String node: A }
  type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
`;
const compiled = compileSchema(schemaOf(sdl));

const times = (count: number, name: string, prefix = name) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}: ${name}`).join(' ');
const points = (document: string, variables = {}) => price(compiled, document, variables).points();

test("a page may be as long as the API's own default, where nothing says how long it may be", () => {
  const own = compileSchema(
    schemaOf('type Query { page(first: Int = 500): [A] @listSize(slicingArguments: ["first"]) } type A { x: Int }'),
  );
  expect(price(own, '{ page { x } }').points()).toBe(500);
  expect(price(own, '{ page(first: 500) { x } }').points()).toBe(500);
  expect(price(own, '{ page(first: 501) { x } }').formula.estimate({})).toMatchObject({
    kind: 'REFUSED',
  });
});

describe('leaves of one object', () => {
  test.each([
    [0, 0],
    [100, 0],
    [101, 1],
    [200, 1],
    [201, 2],
    [1600, 15],
  ])('%i of them cost %i points', (leaves, cost) => {
    expect(leafCost(leaves, 100)).toBe(cost * 1_000_000);
    expect(points(`{ one { ${times(leaves, 'name')} __typename @skip(if: true) one { name } } }`)).toBe(2 + cost);
  });

  test.each([
    ['for each object of a list', `{ some(first: 10) { ${times(300, 'name')} } }`, 10 * (1 + 2)],
    [
      'of a page, and of what carries it',
      `{ page(first: 3) { ${times(101, 'totalCount')} edges { ${times(106, 'cursor')} node { name } }
      pageInfo { ${times(106, 'startCursor')} } } }`,
      1 + 1 + 3 * (1 + 2) + 2,
    ],
    ['of the root', `{ ${times(150, 'n')} }`, 1],
    ['of the root of a mutation', `mutation { ${times(150, '__typename')} touch { name } }`, 1 + 10 + 1],
    ['names of types among them', `{ one { ${times(60, 'name')} ${times(60, '__typename')} } }`, 1 + 1],
    ['a list of leaves as ten', `{ one { ${times(10, 'words')} } }`, 1],
    ['and one list more', `{ one { ${times(11, 'words')} } }`, 1 + 1],
    ['a list of leaves as long as it may be', `{ one { a: sized(first: 99) name b: sized(first: 0) } }`, 1 + 1],
    ['by its arguments', `{ one { a: sized(first: 98) name b: sized(first: 0) } }`, 1],
    ['by what is assumed of it', `{ one { ${times(5, 'assumed')} } }`, 1 + 2],
    ['beside their own price', `{ one { ${times(101, 'dear')} } }`, Math.ceil(1 + 101 * 0.5 + 1)],
    [
      'merged ones once',
      `{ one { ${times(90, 'name')} ...F } } fragment F on A { ${times(90, 'name')} ${times(10, '__typename')} }`,
      1,
    ],
    [
      'of fragments together',
      `{ one { ${times(60, 'name')} ...F } } fragment F on A { ${times(60, 'name', 'more')} }`,
      1 + 1,
    ],
    [
      'of the dearest type',
      `{ either(first: 2) { ...on A { ${times(90, 'name')} } ...on B { ${times(90, 'n')} ${times(60, 'name', 'b')} } } }`,
      2 * (1 + 1),
    ],
    [
      'through an interface, for each type',
      `{ either(first: 2) { ...on Named { ${times(101, 'name')} } } }`,
      2 * (1 + 1),
    ],
  ])('%s', (_, document, cost) => {
    expect(points(document)).toBe(cost);
  });

  const numbers = (count: number) => `[${'1 '.repeat(count)}]`;
  test.each([
    ['with a leaf for as many leaves', (n: number) => `{ one { pick(of: ${numbers(n - 1)}) } }`],
    ['of several arguments', (n: number) => `{ one { pick(of: ${numbers(n - 4)}, by: { of: [1] }) } }`],
    ['objects among them', (n: number) => `{ one { pick(by: { not: [${'{} '.repeat(n - 2)}] }) } }`],
    [
      'of several leaves',
      (n: number) => `{ one { ${times(20, 'pick(of: [1 1 1])', 'p')} a: pick(of: ${numbers(n - 81)}) } }`,
    ],
    [
      'with an object beyond ten',
      (n: number) => `{ one { find(by: { of: ${numbers(n + 8)} }) { name @skip(if: true) } } }`,
    ],
  ])('count values that are written out %s', (_, document) => {
    const least = points(document(90));
    expect(points(document(100))).toBe(least);
    expect(points(document(101))).toBe(1 + least);
    expect(points(document(201))).toBe(2 + least);
  });

  test('of a filter are what docs/cost.md says', () => {
    const filter = (count: number) => `one { find(by: { of: ${numbers(count)} }) { pick } }`;
    const at = (count: number) => points(`{ ${filter(count)} }`) - points(`{ ${filter(1)} }`);
    expect([at(90), at(1000)]).toEqual([0, 9]);
    // Of the root nothing counts.
    expect(points(`{ pick(of: ${numbers(1000)}) }`)).toBe(points('{ pick }'));
  });

  test('count what is given by a variable like what is written out', () => {
    const of = Array.from({ length: 150 }, () => 1);
    const least = points('{ one { pick(by: {}) } }');
    const written = points(`{ one { pick(of: ${numbers(150)}, by: { of: ${numbers(150)} }) } }`);
    expect(written).toBe(least + 3);
    for (const [given, variables] of [
      ['of: $of, by: $by', { of, by: { of } }],
      ['of: $of, by: { of: $of }', { of }],
      [`of: ${numbers(150)}, by: $by`, { by: { of } }],
    ] as const) {
      const names = Object.keys(variables).map((name) => (name === 'of' ? '$of: [Int]' : '$by: By'));
      expect(points(`query (${names}) { one { pick(${given}) } }`, variables)).toBe(written);
    }
  });

  test('of lists are as many as variables say', () => {
    const document = `query ($n: Int!) { one { ${times(3, 'sized(first: $n)', 'sized')} } }`;
    expect([33, 34, 66, 67].map((n) => points(document, { n }))).toEqual([1, 2, 2, 3]);
  });

  test.each([
    ['an edge', (leaves: string) => `{ page(first: 10) { edges { ${leaves} } } }`, 'cursor', 5, 1, 1 + 10],
    ['a PageInfo', (leaves: string) => `{ page(first: 10) { pageInfo { ${leaves} } } }`, 'startCursor', 5, 1, 1 + 1],
    ['an object for half a point', (leaves: string) => `{ halves(first: 10) { ${leaves} } }`, 'a', 50, 5, 5 + 10],
    ['a wide object for little', (leaves: string) => `{ wide { ${leaves} } }`, 'b', 1 + 7 + 10, 1, 2],
    ['the root', (leaves: string) => `{ one { name } ${leaves} }`, 'n', 100, 1, 1 + 1],
    ['a root below the root', (leaves: string) => `{ one { name } again { ${leaves} } }`, 'n', 5, 1, 1 + 1],
  ])('cost nothing up to what %s has, and then a point for each hundred', (_, around, leaf, free, cost, beyond) => {
    expect(points(around(times(free, leaf)))).toBe(cost);
    expect(points(around(times(free + 1, leaf)))).toBe(beyond);
    expect(points(around(times(free + 100, leaf)))).toBe(beyond);
  });

  test('are those that variables leave', () => {
    const document = `query ($yes: Boolean!) { one { ${times(80, 'name')} ... @include(if: $yes) { ${times(80, 'name', 'more')} } } }`;
    expect([points(document, { yes: true }), points(document, { yes: false })]).toEqual([2, 1]);
  });

  test('are those that the key may read', () => {
    const { formula } = price(compiled, `{ one { ${times(80, 'name')} ${times(80, 'dear')} } }`);
    const dear = compiled.objectByName.get('A')?.fields.get('dear')?.needs ?? [];
    const granted = { has: (bit: number) => !dear.includes(bit), seesObject: () => true };
    expect(formula.estimate({}, granted)).toMatchObject({ kind: 'PRICED', points: 1 });
  });

  test('stand in the line of the field that returns the object, and among the dearest', () => {
    const { formula } = price(compiled, `{ some(first: 10) { ${times(1600, 'name')} } n }`);
    expect(formula.breakdown({}).fields[0]).toMatchObject({ path: 'some', definedCost: 16, requestedTotalCost: 160 });
    expect(formula.topFields({})).toEqual([{ path: 'some', cost: 160 }]);
    expect(formula.breakdown({}).ibm).toEqual({ fieldCost: 1, typeCost: 11 });
  });
});

describe('leaves that are answered', () => {
  const a = { __typename: 'A', sized: ['x'], name: 'a', dear: 1, words: ['x', 'y'] };
  const b = { __typename: 'B', name: 'b', n: 1 };

  test.each([
    [
      'of the objects that are there',
      `{ some(first: 10) { ${times(201, 'name')} } }`,
      { some: [a, null, a] },
      2 * (1 + 2),
      30,
    ],
    [
      'of each by its own type',
      `{ either(first: 9) { ...on A { ${times(300, 'name')} } ...on B { n } } }`,
      { either: [a, b, b] },
      3 + 2,
      27,
    ],
    [
      'of pages',
      `{ page(first: 5) { nodes { name } pageInfo { ${times(101, 'endCursor')} } } }`,
      { page: { nodes: [a], pageInfo: { hasNextPage: true } } },
      1 + 1 + 1,
      7,
    ],
    [
      'of edges',
      `{ page(first: 5) { edges { ${times(106, 'cursor')} node { name } } } }`,
      { page: { edges: [{ node: a }, { node: null }] } },
      1 + 2 * 2 + 1,
      1 + 5 * (2 + 1),
    ],
    [
      'in lists, for as many as they may have where they are there',
      `{ some(first: 3) { a: sized(first: 90) b: words c: name } }`,
      { some: [a, { ...a, words: [] }, { ...a, words: null }, { ...a, sized: null }].slice(0, 3) },
      3 + 1 + 1,
      3 * 2,
    ],
    [
      'of types that select the same: of the one that costs less',
      `{ same { ... on Free { ${times(150, 'x')} } ... on A { ${times(150, 'name', 'x')} } } }`,
      { same: { __typename: 'Free', x: 1 } },
      1,
      2,
    ],
    [
      'with what is written out in their arguments, for each object',
      `{ some(first: 3) { pick(of: [${'1 '.repeat(100)}]) } }`,
      { some: [a, null, a] },
      2 * (1 + 1),
      3 * (1 + 1),
    ],
    ['none', `{ some(first: 10) { ${times(201, 'name')} } }`, { some: [] }, 1, 30],
    ['also null ones', `{ one { ${times(101, 'dear')} } }`, { one: {} }, Math.ceil(1 + 1 + 101 * 0.5), 53],
  ])('%s', async (_, document, rootValue, actual, requested) => {
    const schema = schemaOf(sdl);
    const own = compileSchema(schema);
    const priced = price(own, document);
    expect(priced.points()).toBe(requested);
    const { points: paid, result } = await actualPoints(schema, own, priced, { rootValue });
    expect(result.errors).toBeUndefined();
    expect(paid).toBe(actual);
  });

  test('are not looked for where there cannot be so many', () => {
    expect(price(compiled, `{ one { ${times(100, 'name')} } }`).formula.answeredLeaves).toBeUndefined();
  });
});
