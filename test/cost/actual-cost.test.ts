import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { ListBoundViolation } from '../../src/cost/actual-cost.ts';
import type { CompiledObject } from '../../src/plan/compiled-schema.ts';
import { actualPoints, compileSchema, price, schemaOf } from './priced.ts';

const sdl = /* GraphQL */ `
  type Query {
    users(first: Int!): [User] @cost(weight: "2") @listSize(slicingArguments: ["first"])
    matrix: [[User]] @listSize(assumedSize: 4)
    conn(first: Int): UserConnection @listSize(slicingArguments: ["first"], sizedFields: ["edges", "nodes", "cursors"])
    shape: Shape
    shapes: [Shape!] @listSize(assumedSize: 5)
    codes: [Code] @listSize(assumedSize: 5)
    strict: Strict
    boom: User @cost(weight: "3")
    secret: User @cost(weight: "3")
  }
  scalar Code @cost(weight: "2")
  type User { name: String best: User }
  type UserConnection { edges: [UserEdge] nodes: [User] cursors: [String] pageInfo: PageInfo! }
  type Strict { users: [User!]! @listSize(assumedSize: 2) }
  type UserEdge { cursor: String node: User }
  type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  interface Shape { area: Float }
  type Circle implements Shape @cost(weight: "5") { area: Float }
  type Square implements Shape { area: Float }
`;

/** The actual points of a query against a root value. */
async function run(source: string, rootValue: unknown, options: Parameters<typeof actualPoints>[3] = {}) {
  const schema = schemaOf(sdl);
  const compiled = compileSchema(schema);
  const priced = price(compiled, source);
  const { points, result } = await actualPoints(schema, compiled, priced, { rootValue, ...options });
  return { requested: priced.points(), points, result, compiled };
}

const user = { name: 'Ada', best: { name: 'Grace' } };

describe('counts', () => {
  test('the call, and each item that is there', async () => {
    const answer = await run('{ users(first: 10) { name best { name } } }', { users: [user, null, { name: 'Bob' }] });
    expect(answer).toMatchObject({ requested: 22, points: 2 + 2 + 1 });
  });

  test('items that come late, and iterables', async () => {
    const users = new Set([Promise.resolve(user), user, Promise.resolve(null)]);
    const answer = await run('{ users(first: 10) { name } }', { users: () => Promise.resolve(users) });
    expect(answer.points).toBe(4);
    expect(answer.result.data).toEqual({ users: [{ name: 'Ada' }, { name: 'Ada' }, null] });
  });

  test('weighted scalars', async () => {
    expect((await run('{ codes }', { codes: ['a', null, 'b'] })).points).toBe(4);
  });

  test('an instance of an abstract type by its runtime type', async () => {
    const shapes = [{ __typename: 'Circle' }, { __typename: 'Square' }, { __typename: 'Circle' }];
    const answer = await run('{ shape { area } shapes { area } }', { shape: { __typename: 'Square' }, shapes });
    expect(answer).toMatchObject({ requested: 5 + 25, points: 1 + 11 });
  });

  test('edges as nothing, their nodes as one, the connection as one', async () => {
    const answer = await run('{ conn(first: 3) { edges { node { name } } } }', {
      conn: { edges: [{ node: user }, { node: null }] },
    });
    expect(answer).toMatchObject({ requested: 4, points: 2 });
  });

  const fails = () => {
    throw new GraphQLError('no');
  };

  test.each([
    ['throws', '{ boom { best { name } } }', { boom: fails }, 5, 3 + 1],
    ['rejects', '{ boom { best { name } } }', { boom: () => Promise.reject(new Error('no')) }, 5, 3 + 1],
    ['returns an error', '{ boom { best { name } } }', { boom: new Error('no') }, 5, 3 + 1],
    ['comes late with an error', '{ boom { name } }', { boom: () => Promise.resolve(new Error('no')) }, 4, 3 + 1],
    ['throws instead of a list', '{ users(first: 10) { name } }', { users: fails }, 12, 2 + 1],
    ['throws instead of a list that is empty at most', '{ users(first: 0) { name } }', { users: fails }, 2, 2],
    [
      'throws instead of a list that its page sizes',
      '{ conn(first: 3) { nodes { name } } }',
      { conn: { nodes: fails } },
      4,
      1 + 1,
    ],
    ['throws instead of a page of nothing', '{ conn(first: 0) { nodes { name } } }', { conn: { nodes: fails } }, 1, 1],
    ['throws instead of lists of lists', '{ matrix { name } }', { matrix: fails }, 4, 1],
    ['throws instead of weighted scalars', '{ codes }', { codes: fails }, 10, 2],
    ['throws instead of one of several types', '{ shape { area } codes }', { shape: fails, codes: ['a'] }, 15, 1 + 2],
    ['throws for each of its calls', '{ a: boom { name } b: boom { name } }', { boom: fails }, 8, 8],
    ['answers nothing', '{ boom { name } }', { boom: null }, 4, 3],
  ])('a resolver that %s', async (_, source, rootValue, requested, points) => {
    expect(await run(source, rootValue)).toMatchObject({ requested, points });
  });

  test('a failed call as an instance of the cheapest type that the key sees, and nothing when it sees none', async () => {
    const compiled = compileSchema(schemaOf(sdl));
    const seeing = (...names: readonly string[]) => ({
      has: () => true,
      seesObject: ({ name }: CompiledObject) => (name !== 'Circle' && name !== 'Square' ? true : names.includes(name)),
    });
    for (const [granted, points] of [
      [seeing('Circle', 'Square'), 1 + 3],
      [seeing('Circle'), 5 + 3],
      [seeing(), 3],
    ] as const) {
      const source = '{ shape { area } boom { name } }';
      const requested = price(compiled, source).formula.estimate({}, granted);
      const answer = await run(source, { shape: fails }, { meter: { granted } });
      expect(answer.points).toBe(points);
      expect(requested.kind === 'PRICED' && requested.points).toBeGreaterThanOrEqual(answer.points);
    }
  });

  test('at least 1, also when nothing was there', async () => {
    expect((await run('{ shape { area } }', {})).points).toBe(1);
  });

  test('introspection as the estimate says', async () => {
    const schema = schemaOf(sdl);
    const compiled = compileSchema(schema);
    const priced = price(compiled, '{ __schema { queryType { name } } __type(name: "User") { name } boom { name } }');
    const estimate = priced.estimate();
    if (estimate.kind !== 'PRICED') throw new Error(estimate.message);
    expect(estimate.introspection).toBe(20_000_000);
    const { points } = await actualPoints(schema, compiled, priced, {
      meter: { introspection: estimate.introspection },
    });
    expect([estimate.points, points]).toEqual([24, 23]);
  });

  test('nothing for a field that the key may not read, nor for a type that it does not see', async () => {
    const compiled = compileSchema(schemaOf(sdl));
    const secret = compiled.queryType.fields.get('secret')?.needs ?? [];
    const circle = compiled.objectByName.get('Circle')?.index;
    const granted = {
      has: (bit: number) => !secret.includes(bit),
      seesObject: (type: CompiledObject) => type.index !== circle,
    };
    const priced = price(compiled, '{ secret { name } shape { area } boom { name } }');
    expect(priced.formula.estimate({}, granted)).toMatchObject({ points: 5 });
    const answer = await run(
      '{ secret { name } shape { area } boom { name } }',
      { secret: user, shape: { __typename: 'Circle' }, boom: user },
      { meter: { granted } },
    );
    expect(answer.points).toBe(4);
  });

  test('nothing when no meter was begun', async () => {
    const schema = schemaOf(sdl);
    const compiled = compileSchema(schema);
    const { result } = await actualPoints(schema, compiled, price(compiled, '{ boom { name } }'), {
      rootValue: { boom: user },
    });
    expect(result.errors).toBeUndefined();
  });
});

describe('a list longer than its bound', () => {
  const many = Array.from({ length: 9 }, () => user);

  function reporting() {
    const violations: ListBoundViolation[] = [];
    return { violations, instrument: { report: (violation: ListBoundViolation) => violations.push(violation) } };
  }

  /** Items without end, and how many of them were asked for. */
  function endless(make: () => unknown = () => user, most = Number.POSITIVE_INFINITY) {
    const read = { items: 0, closed: false };
    const items = {
      *[Symbol.iterator]() {
        try {
          while (read.items < most) {
            read.items++;
            yield make();
          }
        } finally {
          read.closed = true;
        }
      },
    };
    return { read, items };
  }

  test.each([
    ['of a field', '{ users(first: 2) { name } }', { users: many }, 'users', 'Query.users', 2],
    ['of length 0', '{ users(first: 0) { name } }', { users: [user] }, 'users', 'Query.users', 0],
    ['of an iterable', '{ users(first: 2) { name } }', { users: new Set([1, 2, 3]) }, 'users', 'Query.users', 2],
    [
      'that comes late',
      '{ users(first: 2) { name } }',
      { users: () => Promise.resolve(many) },
      'users',
      'Query.users',
      2,
    ],
    ['of weighted scalars', '{ codes }', { codes: many }, 'codes', 'Query.codes', 5],
    [
      'of a connection',
      '{ conn(first: 3) { nodes { name } } }',
      { conn: { nodes: many } },
      'conn.nodes',
      'UserConnection.nodes',
      3,
    ],
    [
      'of edges, which weigh nothing',
      '{ conn(first: 3) { edges { cursor } } }',
      { conn: { edges: many } },
      'conn.edges',
      'UserConnection.edges',
      3,
    ],
    [
      'of scalars that a field above sizes',
      '{ conn(first: 3) { cursors } }',
      { conn: { cursors: many.map(() => 'c') } },
      'conn.cursors',
      'UserConnection.cursors',
      3,
    ],
  ])('%s is an error of the field, null, and reported', async (_, source, rootValue, path, coordinate, bound) => {
    const { violations, instrument } = reporting();
    const { result, points, requested } = await run(source, rootValue, { instrument });
    const list = path
      .split('.')
      .reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], result.data);
    expect(list).toBeNull();
    expect(result.errors).toHaveLength(1);
    expect(result.errors?.[0]).toMatchObject({
      path: path.split('.'),
      locations: [expect.anything()],
      extensions: { code: 'LIST_TOO_LONG', bound },
    });
    const [{ length } = { length: 0 }] = violations;
    expect(length).toBeGreaterThan(bound);
    expect(violations).toEqual([{ coordinate, length, bound }]);
    expect(points).toBeLessThanOrEqual(requested);
  });

  const [three, two, one] = [[user, user, user], [user, user], [user]];
  test.each([
    ['at once', () => [three, two, one]],
    ['later', () => Promise.resolve([three, two])],
    ['with lists that come later', () => [Promise.resolve(three), two]],
    ['with lists that all come later', () => [Promise.resolve(three), Promise.resolve(two)]],
    ['with one list that is too long by itself', () => [many]],
    ['with a list that fails beside it', () => [Promise.reject(new Error('own')), Promise.resolve(many)]],
    ['of iterables', () => new Set([new Set(['a', 'b', 'c']), new Set(['d', 'e'])])],
  ])('nested lists share one bound: nothing of them is answered (%s)', async (_, matrix) => {
    const { violations, instrument } = reporting();
    const { result, points } = await run('{ matrix { name } }', { matrix }, { instrument });
    expect(result.data).toEqual({ matrix: null });
    expect(result.errors).toMatchObject([{ path: ['matrix'], extensions: { code: 'LIST_TOO_LONG', bound: 4 } }]);
    expect(violations).toMatchObject([{ coordinate: 'Query.matrix', bound: 4 }]);
    expect(points).toBe(1);
  });

  test('nested lists within their bound are as they are, with the errors of their places', async () => {
    const matrix = () => [Promise.resolve(new Set([user, null])), Promise.reject(new Error('own')), null, two];
    const { result, points } = await run('{ matrix { name } }', { matrix });
    expect(result.data).toEqual({ matrix: [[{ name: 'Ada' }, null], null, null, [{ name: 'Ada' }, { name: 'Ada' }]] });
    expect(result.errors?.map(({ path, message }) => [path, message])).toEqual([[['matrix', 1], 'own']]);
    expect(points).toBe(3);
  });

  test.each([
    ['a list', '{ users(first: 3) { name } }', (items: unknown) => ({ users: items }), 4],
    ['a list in a list', '{ matrix { name } }', (items: unknown) => ({ matrix: [items] }), 5],
    [
      'a list in a list that comes late',
      '{ matrix { name } }',
      (items: unknown) => ({ matrix: [Promise.resolve(items)] }),
      5,
    ],
    ['a page', '{ conn(first: 3) { nodes { name } } }', (items: unknown) => ({ conn: { nodes: items } }), 4],
  ])('%s without end is read no further than its bound', async (_, source, rootOf, items) => {
    const { read, items: without } = endless();
    const { result } = await run(source, rootOf(without));
    expect(result.errors).toMatchObject([{ extensions: { code: 'LIST_TOO_LONG' } }]);
    expect(read).toEqual({ items, closed: true });
  });

  test('lists in a list without end, too', async () => {
    const { read, items } = endless(() => one);
    const { result } = await run('{ matrix { name } }', { matrix: items });
    expect(result.errors).toMatchObject([{ path: ['matrix'], extensions: { code: 'LIST_TOO_LONG' } }]);
    expect(read).toEqual({ items: 5, closed: true });
  });

  test.each([
    ['empty lists', () => []],
    ['nulls', () => null],
    ['lists that come late', () => Promise.resolve([])],
    ['empty iterables', () => new Set()],
  ])('%s in a list without end, too', async (_, item) => {
    const { read, items } = endless(item, 2000);
    const { result } = await run('{ matrix { name } }', { matrix: items });
    expect(result.errors).toMatchObject([{ path: ['matrix'], extensions: { code: 'LIST_TOO_LONG', bound: 4 } }]);
    expect(read).toEqual({ items: 1005, closed: true });
  });

  test('empty lists are no items: more of them than the bound are answered', async () => {
    const lists = Array.from({ length: 9 }, () => []);
    for (const matrix of [lists, new Set(lists)]) {
      const { result } = await run('{ matrix { name } }', { matrix });
      expect(result.errors).toBeUndefined();
      expect(result.data).toEqual({ matrix: lists });
    }
  });

  test('an asynchronous iterable is no list, and nothing of it is read', async () => {
    let read = 0;
    const users = async function* () {
      for (;;) yield read++;
    };
    const { result } = await run('{ users(first: 2) { name } }', { users: () => users() });
    expect(result.errors?.[0]?.message).toContain('Expected Iterable');
    expect(read).toBe(0);
  });

  test.each([
    ['{ users(first: 2) { name } }', (late: () => unknown) => ({ users: () => [user, late(), late()] })],
    ['{ users(first: 1) { name } }', (late: () => unknown) => ({ users: () => new Set([late(), late()]) })],
    [
      '{ matrix { name } }',
      (late: () => unknown) => ({
        matrix: () => [
          [late()],
          Promise.resolve([late(), late()]),
          new Set([late()]),
          Promise.resolve([late(), late()]),
        ],
      }),
    ],
  ])('what is let go may fail, and nobody is left to hear of it: %s', async (source, rootOf) => {
    const unheard: unknown[] = [];
    const hear = (thrown: unknown) => unheard.push(thrown);
    process.on('unhandledRejection', hear);
    const late = () => new Promise((_, reject) => setImmediate(() => reject(new Error('late'))));
    const { result } = await run(source, rootOf(late));
    for (let turns = 0; turns < 3; turns++) await new Promise(setImmediate);
    process.off('unhandledRejection', hear);
    expect(result.errors).toMatchObject([{ extensions: { code: 'LIST_TOO_LONG' } }]);
    expect(unheard).toEqual([]);
  });

  test('takes along what may not be null above it, and stays what it is', async () => {
    const { result } = await run('{ strict { users { name } } boom { name } }', {
      strict: { users: many },
      boom: user,
    });
    expect(result.data).toEqual({ strict: null, boom: { name: 'Ada' } });
    expect(result.errors).toMatchObject([
      { path: ['strict', 'users'], extensions: { code: 'LIST_TOO_LONG', bound: 2 } },
    ]);
  });

  test('each call has its own page, also with the same connection', async () => {
    const conn = { nodes: many };
    const { violations, instrument } = reporting();
    const { result } = await run(
      '{ a: conn(first: 9) { nodes { name } } b: conn(first: 1) { nodes { name } } }',
      { conn },
      { instrument },
    );
    expect(result.data).toMatchObject({ a: { nodes: { length: 9 } }, b: { nodes: null } });
    expect(violations).toEqual([{ coordinate: 'UserConnection.nodes', length: 9, bound: 1 }]);
  });
});
