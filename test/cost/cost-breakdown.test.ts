import { describe, expect, test } from 'vitest';
import { costExtension, costLimitDetails, costMode, throttledDetails } from '../../src/cost/cost-extensions.ts';
import { compileSchema, price, schemaOf } from './priced.ts';

const compiled = compileSchema(
  schemaOf(/* GraphQL */ `
    type Query { a(first: Int!): [A] @listSize(slicingArguments: ["first"]) c(first: Int!): AConnection @listSize(slicingArguments: ["first"], sizedFields: ["edges", "nodes"]) u: U dear: Int @cost(weight: "7.5") }
    type AConnection { edges: [AEdge] nodes: [A] pageInfo: PageInfo! }
    type AEdge { cursor: String node: A }
    type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
    type A { n: Int @cost(weight: "0.5") more(first: Int!): [A] @listSize(slicingArguments: ["first"]) }
    union U = A | B
    type B @cost(weight: "3") { n: Int }
  `),
);

describe('breakdown', () => {
  test('a line for each path, which add up to the price', () => {
    const priced = price(compiled, '{ x: a(first: 10) { n more(first: 2) { n } } dear }');
    const { fields, ibm } = priced.formula.breakdown({});
    expect(fields).toEqual([
      {
        path: 'x',
        coordinate: 'Query.a',
        calls: 1,
        size: 10,
        definedCost: 1,
        requestedTotalCost: 45,
        requestedChildrenCost: 35,
      },
      {
        path: 'x.n',
        coordinate: 'A.n',
        calls: 10,
        size: 1,
        definedCost: 0.5,
        requestedTotalCost: 5,
        requestedChildrenCost: 0,
      },
      {
        path: 'x.more',
        coordinate: 'A.more',
        calls: 10,
        size: 2,
        definedCost: 1,
        requestedTotalCost: 30,
        requestedChildrenCost: 10,
      },
      {
        path: 'x.more.n',
        coordinate: 'A.n',
        calls: 20,
        size: 1,
        definedCost: 0.5,
        requestedTotalCost: 10,
        requestedChildrenCost: 0,
      },
      {
        path: 'dear',
        coordinate: 'Query.dear',
        calls: 1,
        size: 1,
        definedCost: 7.5,
        requestedTotalCost: 7.5,
        requestedChildrenCost: 0,
      },
    ]);
    expect(priced.points()).toBe(Math.ceil(52.5));
    expect(ibm).toEqual({ fieldCost: 1 + 5 + 10 + 10 + 7.5, typeCost: 31 });
  });

  test('shows a page below its connection, and of a union the type that was charged', () => {
    const { fields } = price(
      compiled,
      '{ c(first: 4) { edges { node { n } } } u { ... on A { a: n } ... on B { b: n } } }',
    ).formula.breakdown({});
    expect(fields.map(({ path, calls, size, requestedTotalCost }) => [path, calls, size, requestedTotalCost])).toEqual([
      ['c', 1, 1, 7],
      ['c.edges', 1, 4, 6],
      ['c.edges.node', 4, 1, 6],
      ['c.edges.node.n', 4, 1, 2],
      ['u', 1, 1, 3],
    ]);
  });

  test('has 200 lines at most, also of a document that would have millions', () => {
    const fragments = Array.from({ length: 20 }, (_, level) =>
      level === 19
        ? `fragment F19 on A { n }`
        : `fragment F${level} on A { a: more(first: 1) { ...F${level + 1} } b: more(first: 1) { ...F${level + 1} } }`,
    );
    const priced = price(compiled, `{ a(first: 1) { ...F0 } } ${fragments.join(' ')}`);
    expect(priced.points()).toBe(Math.ceil(2 ** 20 - 1 + 2 ** 19 / 2));
    expect(priced.formula.breakdown({}).fields).toHaveLength(200);
    expect(priced.formula.topFields({})).toHaveLength(3);
  });

  test.each([10, 500, 6000])('is bounded in bytes under aliases of %i characters', (length) => {
    const long = 'x'.repeat(length);
    const nested = (depth: number): string =>
      depth === 0
        ? Array.from({ length: 190 }, (_, index) => `a${index}: more(first: 1) { n }`).join(' ')
        : `${long}: more(first: 1) { ${nested(depth - 1)} }`;
    const { formula } = price(compiled, `{ a(first: 1) { ${nested(10)} } }`);
    const { fields } = formula.breakdown({});
    expect(fields[1]?.path).toBe(`a.${long}`);
    expect(JSON.stringify(fields).length).toBeLessThan(140_000);
    const paths = formula.topFields({}).map(({ path }) => path);
    expect(paths).toHaveLength(3);
    for (const path of paths) expect(path.length).toBeLessThanOrEqual(500);
    expect(fields.length).toBeGreaterThan(length === 6000 ? 3 : 15);
  });
});

test('the dearest paths are those that cost most by themselves', () => {
  const priced = price(compiled, '{ a(first: 10) { n more(first: 20) { more(first: 5) { n } } } dear }');
  expect(priced.formula.topFields({})).toEqual([
    { path: 'a.more.more', cost: 1000 },
    { path: 'a.more.more.n', cost: 500 },
    { path: 'a.more', cost: 200 },
  ]);
});

describe('extensions', () => {
  const throttleStatus = { maximumAvailable: 1000, currentlyAvailable: 954, restoreRate: 50 };

  test("have Shopify's shape", () => {
    expect(costExtension({ requestedPoints: 101, actual: 46_000_000, throttleStatus })).toEqual({
      requestedQueryCost: 101,
      actualQueryCost: 46,
      throttleStatus,
    });
  });

  test('say null when nothing was executed', () => {
    const cost = costExtension({ requestedPoints: 101, actual: undefined, throttleStatus });
    expect(cost.actualQueryCost).toBeNull();
    expect(throttledDetails('cost', 4000, cost)).toEqual({ policy: 'cost', retryAfterMs: 4000, cost });
  });

  test('of COST_LIMIT_EXCEEDED name the dearest fields', () => {
    const topFields = [{ path: 'a', cost: 900 }];
    expect(costLimitDetails(901, 500, topFields)).toEqual({ requestedQueryCost: 901, maximumCost: 500, topFields });
  });

  test.each([
    ['report', 'report'],
    [' Validate ', 'validate'],
    ['x', undefined],
    [null, undefined],
  ])('header %j asks for %s', (header, mode) => {
    expect(costMode(header)).toBe(mode);
  });
});
