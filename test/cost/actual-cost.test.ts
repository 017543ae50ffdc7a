import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { ListBoundViolation } from '../../src/cost/actual-cost.ts';
import type { CompiledObject } from '../../src/plan/compiled-schema.ts';
import { actualPoints, compileSchema, price, schemaOf } from './priced.ts';

const sdl = /* GraphQL */ `
  type Query {
    users(first: Int!): [User] @cost(weight: "2") @listSize(slicingArguments: ["first"])
    matrix: [[User]] @listSize(assumedSize: 4)
    conn(first: Int): UserConnection @listSize(slicingArguments: ["first"], sizedFields: ["edges", "nodes"])
    shape: Shape
    shapes: [Shape!] @listSize(assumedSize: 5)
    codes: [Code] @listSize(assumedSize: 5)
    boom: User @cost(weight: "3")
    secret: User @cost(weight: "3")
  }
  scalar Code @cost(weight: "2")
  type User { name: String best: User }
  type UserConnection { edges: [UserEdge] nodes: [User] pageInfo: PageInfo! }
  type UserEdge { cursor: String node: User }
  type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  interface Shape { area: Float }
  type Circle implements Shape @cost(weight: "5") { area: Float }
  type Square implements Shape { area: Float }
`;

/** The actual points of a query against a root value; lists that are too long throw unless `cut`. */
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

  test('a resolver that throws for its call only', async () => {
    const answer = await run('{ boom { best { name } } }', {
      boom: () => {
        throw new GraphQLError('no');
      },
    });
    expect(answer).toMatchObject({ requested: 5, points: 3 });
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

  function cutting() {
    const violations: ListBoundViolation[] = [];
    const report = (violation: ListBoundViolation) => violations.push(violation);
    return { violations, instrument: { onListTooLong: 'CUT', report } as const };
  }

  test.each([
    ['of a field', '{ users(first: 2) { name } }', { users: many }, ['users'], 'Query.users', 2],
    [
      'that comes late',
      '{ users(first: 2) { name } }',
      { users: () => Promise.resolve(many) },
      ['users'],
      'Query.users',
      2,
    ],
    [
      'of a connection',
      '{ conn(first: 3) { nodes { name } } }',
      { conn: { nodes: many } },
      ['conn', 'nodes'],
      'UserConnection.nodes',
      3,
    ],
    [
      'of edges, which weigh nothing',
      '{ conn(first: 3) { edges { cursor } } }',
      { conn: { edges: many } },
      ['conn', 'edges'],
      'UserConnection.edges',
      3,
    ],
  ])('%s is cut, reported, and paid as far as it goes', async (_, source, rootValue, path, coordinate, bound) => {
    const { violations, instrument } = cutting();
    const { result, points, requested } = await run(source, rootValue, { instrument });
    const list = path.reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], result.data);
    expect(list).toHaveLength(bound);
    expect(violations).toEqual([{ coordinate, length: 9, bound }]);
    expect(points).toBeLessThanOrEqual(requested);
  });

  test('nested lists share one bound', async () => {
    const { violations, instrument } = cutting();
    const matrix = [[user, user, user], [user, user], [user]];
    const { result, points } = await run('{ matrix { name } }', { matrix }, { instrument });
    expect(result.data).toMatchObject({ matrix: [{ length: 3 }, { length: 1 }, { length: 0 }] });
    expect(points).toBe(4);
    expect(violations).toHaveLength(2);
  });

  test('what is cut off may fail, and nobody is left to hear of it', async () => {
    const unheard: unknown[] = [];
    const hear = (thrown: unknown) => unheard.push(thrown);
    process.on('unhandledRejection', hear);
    const users = () => [user, user, Promise.reject(new Error('late'))];
    const { result } = await run('{ users(first: 2) { name } }', { users }, { instrument: cutting().instrument });
    await new Promise(setImmediate);
    process.off('unhandledRejection', hear);
    expect(result.data).toMatchObject({ users: { length: 2 } });
    expect(unheard).toEqual([]);
  });

  test('throws where a test wants to know', async () => {
    const { result } = await run('{ users(first: 2) { name } }', { users: many });
    expect(result.errors?.[0]?.message).toMatch(/Query\.users returned a list of 9.*at most 2/);
  });

  test('each call has its own page, also with the same connection', async () => {
    const conn = { nodes: many };
    const { violations, instrument } = cutting();
    const { result } = await run(
      '{ a: conn(first: 9) { nodes { name } } b: conn(first: 1) { nodes { name } } }',
      { conn },
      { instrument },
    );
    expect(result.data).toMatchObject({ a: { nodes: { length: 9 } }, b: { nodes: { length: 1 } } });
    expect(violations).toEqual([{ coordinate: 'UserConnection.nodes', length: 9, bound: 1 }]);
  });
});
