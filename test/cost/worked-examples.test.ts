import { describe, expect, test } from 'vitest';
import { compileSchema, price, schemaOf } from './priced.ts';

const schema = schemaOf(/* GraphQL */ `
  interface Node { id: ID! }
  union Item = Post | Ad
  enum Approx { YES NO }
  enum Color @cost(weight: "2") { RED }
  scalar Money @cost(weight: "3")
  type Query {
    me: User
    usersMax(max: Int): [User] @listSize(slicingArguments: ["max"])
    usersDef(first: Int = 10): [User] @listSize(slicingArguments: ["first"])
    usersOpt(first: Int, last: Int): [User] @listSize(slicingArguments: ["first", "last"], assumedSize: 50, requireOneSlicingArgument: false)
    top: [User!]! @listSize(assumedSize: 5)
    tags: [String!]! @listSize(assumedSize: 50)
    feed(first: Int!): [Item!]! @listSize(slicingArguments: ["first"])
    conn(first: Int, last: Int): UserConnection! @listSize(slicingArguments: ["first", "last"], sizedFields: ["edges", "nodes"])
    media(first: Int!): [Media!]! @listSize(slicingArguments: ["first"])
    topProducts(filter: Filter @cost(weight: "15.0")): [String] @cost(weight: "5.0") @listSize(assumedSize: 10)
    popular(approx: Approx @cost(weight: "-3.0")): Product @cost(weight: "5.0")
    free(approx: Approx @cost(weight: "-9.0")): Product @cost(weight: "5.0")
    heavyList: [Product!]! @cost(weight: "7") @listSize(assumedSize: 4)
    report: Report
    color: Color
    price: Money
    byIds(ids: [ID!]!): [User]! @listSize(slicingArguments: ["ids"])
    find(where: Where): [User!]! @listSize(assumedSize: 20)
  }
  type Mutation { rename(id: ID!, name: String!): User touch: Int }
  input Filter { approx: Approx @cost(weight: "-12.0") cat: String }
  input Where { and: [Where!] name: String age: Int @cost(weight: "4") }
  type User implements Node {
    id: ID!
    name: String
    age: Int @cost(weight: "2.0")
    best: User
    friends(first: Int!): [User!]! @listSize(slicingArguments: ["first"])
    posts(first: Int!): PostConnection! @listSize(slicingArguments: ["first"], sizedFields: ["edges", "nodes"])
  }
  type UserConnection { edges: [UserEdge] nodes: [User] pageInfo: PageInfo! totalCount: Int @cost(weight: "5") }
  type UserEdge { cursor: ID node: User }
  type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  type PostConnection { edges: [PostEdge] nodes: [Post] pageInfo: PageInfo! }
  type PostEdge { cursor: ID node: Post }
  type Post implements Node { id: ID! title: String author: User comments: [Comment!]! @listSize(assumedSize: 3) }
  type Comment { text: String author: User }
  type Product { id: ID }
  type Report @cost(weight: "40") { id: ID lines: [Line!]! @listSize(assumedSize: 10) }
  type Line { n: Int }
  type Ad { url: String sponsor: Sponsor }
  type Sponsor @cost(weight: "6") { name: String }
  interface Media { id: ID thumb: Image }
  type Photo implements Media { id: ID thumb: Image @cost(weight: "8") }
  type Video implements Media { id: ID thumb: Image @cost(weight: "1") }
  type Image { url: String }
`);
const compiled = compileSchema(schema);

describe('worked examples', () => {
  test.each([
    ['slicing argument times weighted leaf', '{ usersMax(max: 5) { age } }', 15, 11, 6],
    ['one object', '{ me { id name } }', 1, 1, 2],
    ['three objects', '{ me { best { best { name } } } }', 3, 3, 4],
    ["the schema's default counts as given", '{ usersDef { name } }', 10, 1, 11],
    ['the largest of two slicing arguments', '{ usersOpt(first: 3, last: 8) { best { id } } }', 16, 9, 17],
    ['assumed size when none is given', '{ usersOpt { id } }', 50, 1, 51],
    ['null is absent', '{ usersOpt(first: null) { id } }', 50, 1, 51],
    ['edges weigh nothing', '{ conn(first: 10) { edges { node { id } } nodes { id } totalCount } }', 26, 18, 32],
    ['edges cost what nodes cost', '{ conn(first: 10) { edges { node { id } } } }', 11, 12, 22],
    ['nodes', '{ conn(first: 10) { nodes { id } } }', 11, 2, 12],
    ['a page of none', '{ conn(first: 0) { nodes { id best { id } } } }', 1, 2, 2],
    ['a weighted field of leaves is paid once', '{ topProducts }', 5, 5, 1],
    ['a weighted argument', '{ topProducts(filter: { cat: "x" }) }', 20, 20, 1],
    ['a negative input field', '{ topProducts(filter: { approx: YES }) }', 8, 8, 1],
    ['null arguments cost nothing', '{ topProducts(filter: null) }', 5, 5, 1],
    ['field and type weights add up', '{ popular { id } }', 6, 5, 2],
    ['a negative argument', '{ popular(approx: YES) { id } }', 3, 2, 2],
    ['never below 0', '{ free(approx: YES) { id } }', 1, 0, 2],
    ['nor does it make others cheaper', '{ free(approx: YES) { id } top { id } }', 6, 1, 7],
    ['a list field is paid once, its items each', '{ heavyList { id } }', 11, 7, 5],
    ['type weights', '{ report { lines { n } } }', 50, 2, 51],
    ['weighted scalars and enums', '{ color price tags }', 5, 0, 6],
    ['aliases are calls of their own', '{ a: top { id } b: top { id } c: top { id } }', 15, 3, 16],
    [
      '10 for each root field of a mutation',
      'mutation { a: rename(id: 1, name: "x") { id } b: rename(id: 2, name: "y") { best { id } } touch }',
      33,
      3,
      4,
    ],
    ['a list argument by its length', '{ byIds(ids: ["1", "2", "3"]) { best { id } } }', 6, 4, 7],
    ['introspection', '{ __schema { types { name } } me { __typename } }', 11, 1, 2],
    [
      'union: the dearest type',
      '{ feed(first: 2) { ... on Post { comments { text } } ... on Ad { sponsor { name } } } }',
      14,
      3,
      15,
    ],
    ['interface: weights of the concrete fields', '{ media(first: 2) { thumb { url } } }', 20, 17, 5],
    ['an input object costs 1', '{ find(where: { name: "x" }) { id } }', 21, 2, 21],
    ['and so does each one below', '{ find(where: { and: [{ age: 1 }, { age: 2 }] }) { id } }', 30, 11, 21],
    ['equal fields are one', '{ me { age } me { age name } }', 3, 3, 2],
    ['fields in fragments too', '{ me { ...F age } } fragment F on User { age best { id } }', 4, 4, 3],
    [
      'nested pages',
      '{ conn(first: 3) { nodes { posts(first: 2) { nodes { comments { author { id } } } } } } }',
      1 + 3 * (1 + 1 + 2 * (1 + 3 * 2)),
      32,
      50,
    ],
    ['the least charge', '{ __typename }', 1, 0, 1],
  ])('%s: %s', (_, source, points, fieldCost, typeCost) => {
    const priced = price(compiled, source);
    expect(priced.points()).toBe(points);
    expect(priced.formula.breakdown({}).ibm).toEqual({ fieldCost, typeCost });
  });

  test.each([
    ['query ($n: Int!) { feed(first: $n) { ... on Ad { url } } }', { n: 7 }, 7],
    ['query ($n: Int = 4) { usersDef(first: $n) { id } }', {}, 4],
    ['query ($n: Int) { usersDef(first: $n) { id } }', {}, 10],
    ['query ($ids: [ID!]!) { byIds(ids: $ids) { best { id } } }', { ids: ['1', '2', '3'] }, 6],
    ['query ($ids: [ID!]!) { byIds(ids: $ids) { id } }', { ids: 'one' }, 1],
    ['query ($w: Where) { find(where: $w) { id } }', { w: { and: [{ age: 1 }, { age: 2 }] } }, 30],
    ['query ($w: Where) { find(where: $w) { id } }', {}, 20],
    ['query ($a: Int) { find(where: { age: $a }) { id } }', { a: 3 }, 25],
    ['query ($a: Int) { find(where: { age: $a }) { id } }', {}, 21],
    ['query ($yes: Boolean!) { me @skip(if: $yes) { age } top { id } }', { yes: true }, 5],
    ['query ($yes: Boolean!) { me @skip(if: $yes) { age } top { id } }', { yes: false }, 8],
    [
      'query ($yes: Boolean!) { ...F @include(if: $yes) me { id } } fragment F on Query { top { id } }',
      { yes: false },
      1,
    ],
    ['query ($yes: Boolean!) { ... @include(if: $yes) { top { id } } me { id } }', { yes: true }, 6],
    ['query ($yes: Boolean!) { usersMax @include(if: $yes) { id } me { id } }', { yes: false }, 1],
  ])('coerced variables decide: %s %j', (source, variables, points) => {
    expect(price(compiled, source, variables).points()).toBe(points);
  });

  test('the contract of Shopify: 101 requested for a page of 100', () => {
    expect(price(compiled, '{ conn(first: 100) { nodes { id } } }').points()).toBe(101);
  });
});

describe('page sizes that cannot be used', () => {
  test.each([
    ['{ usersMax { name } }', 'SLICING_ARGUMENT_REQUIRED', ['usersMax'], /argument max must be given/],
    ['{ conn { nodes { id } } }', 'SLICING_ARGUMENT_REQUIRED', ['conn'], /Exactly one of the arguments first, last/],
    ['{ conn(first: 1, last: 1) { nodes { id } } }', 'SLICING_ARGUMENT_REQUIRED', ['conn'], /Exactly one/],
    ['{ feed(first: -1) { ... on Ad { url } } }', 'PAGE_SIZE_OUT_OF_RANGE', ['feed'], /first is -1.*from 0 to 100/],
    ['{ feed(first: 101) { ... on Ad { url } } }', 'PAGE_SIZE_OUT_OF_RANGE', ['feed'], /first is 101/],
    [
      '{ me { id a: best { ...F } } } fragment F on User { friends(first: 1) { f: friends(first: 1000) { id } } }',
      'PAGE_SIZE_OUT_OF_RANGE',
      ['me', 'a', 'friends', 'f'],
      /1000/,
    ],
    [
      '{ conn(first: 2) { nodes { posts(first: -3) { nodes { id } } } } }',
      'PAGE_SIZE_OUT_OF_RANGE',
      ['conn', 'nodes', 'posts'],
      /-3/,
    ],
  ])('%s', (source, code, path, message) => {
    const estimate = price(compiled, source).estimate();
    expect(estimate).toMatchObject({ kind: 'REFUSED', code, path });
    expect(estimate.kind === 'REFUSED' && estimate.message).toMatch(message);
  });
});

test('a list that nothing bounds fails the build', () => {
  expect(() => compileSchema(schemaOf('type Query { all: [User!]! } type User { id: ID }'))).toThrow(
    /UNBOUNDED_LIST|bound/,
  );
});

test('costs stop at the largest exact integer', () => {
  const deep = `{ ${'usersMax(max: 100) { friends(first: 100) { '.repeat(1)}${'friends(first: 100) { '.repeat(12)} age ${'}'.repeat(15)}`;
  const estimate = price(compiled, deep).estimate();
  expect(estimate).toMatchObject({ kind: 'PRICED', cost: Number.MAX_SAFE_INTEGER });
});
