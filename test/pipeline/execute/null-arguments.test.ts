import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { declare } from '../../../src/plan/declare.ts';
import { openTestSurface } from '../../support/test-surface.ts';

const schema = declare(
  buildSchema(`
    type Query { near(radius: Int!): Int page(size: Int! = 10): Int sorted(by: Order): Int ids(of: [Int!]): Int always(radius: Int!): Int! ok: Int }
    type Mutation { set(value: Int!): Int }
    input Order { field: Int! direction: Int! = 1 note: Int }
  `),
  { undeclaredArguments: 'NEUTRAL', mutations: { set: ['update'] } },
);
const calls: string[] = [];
for (const type of [schema.getQueryType(), schema.getMutationType()]) {
  for (const [name, field] of Object.entries(type?.getFields() ?? {})) {
    field.resolve = (_source, args) => {
      calls.push(`${name} ${JSON.stringify(args)}`);
      return 7;
    };
  }
}
const { post, usage } = openTestSurface(schema);

/** GraphQL specification §6.4.1: an argument that cannot be made is an error of its field. */
describe('null in a variable that may be null, where the argument may not', () => {
  it.each([
    ['an argument', 'query ($v: Int = 1) { a: near(radius: $v) ok }', 'a', 39],
    ['an argument with a default of its own', 'query ($v: Int) { a: page(size: $v) ok }', 'a', 33],
    ['a field of an input', 'query ($v: Int = 1) { a: sorted(by: { field: $v }) ok }', 'a', 37],
    [
      'a field of an input with a default',
      'query ($v: Int) { a: sorted(by: { field: 1, direction: $v }) ok }',
      'a',
      33,
    ],
    ['an item of a list', 'query ($v: Int = 1) { a: ids(of: [1, $v]) ok }', 'a', 34],
    ['in a fragment', 'query ($v: Int = 1) { ...F ok } fragment F on Query { a: near(radius: $v) }', 'a', 71],
  ])('is the error of the field, and the rest resolves: %s', async (_, query, path, column) => {
    const { status, body } = await post({ query, variables: { v: null } });
    expect(status).toBe(200);
    expect(body.data).toEqual({ a: null, ok: 7 });
    expect(body.errors).toEqual([
      {
        message: 'A variable is null where the argument needs a value. Give one, or leave it out.',
        path: [path],
        locations: [{ line: 1, column }],
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
    expect(body.extensions.cost.actualQueryCost).toBeLessThanOrEqual(body.extensions.cost.requestedQueryCost);
    expect(usage.at(-1)).toMatchObject({ outcome: 'ERROR', errorCode: 'BAD_USER_INPUT' });
  });

  it('takes what may not be null with it', async () => {
    const query = 'query ($v: Int = 1) { always(radius: $v) ok }';
    const { status, body } = await post({ query, variables: { v: null } });
    expect([status, body.data, body.errors[0].path]).toEqual([200, null, ['always']]);
  });

  it('leaves the other fields of a mutation alone', async () => {
    calls.length = 0;
    const query = 'mutation ($v: Int = 1) { a: set(value: 1) b: set(value: $v) c: set(value: 2) }';
    const { body } = await post({ query, variables: { v: null } });
    expect(body.data).toEqual({ a: 7, b: null, c: 7 });
    expect(calls).toEqual(['set {"value":1}', 'set {"value":2}']);
  });

  it('gives way to the default where it is left out', async () => {
    const { body } = await post({ query: 'query ($v: Int = 1) { near(radius: $v) ok }' });
    expect(body).toMatchObject({ data: { near: 7, ok: 7 } });
  });

  it('of a condition is an error of the request: nobody knows what to execute', async () => {
    const query = 'query ($v: Boolean = true) { ok @include(if: $v) }';
    const { status, codes } = await post({ query, variables: { v: null } });
    expect([status, codes]).toEqual([400, ['BAD_USER_INPUT']]);
  });

  it('reveals nothing of the literal around it', async () => {
    const query = 'query ($v: Int = 1) { sorted(by: { field: $v, note: 4242 }) }';
    const { text } = await post({ query, variables: { v: null } });
    expect(text).not.toContain('4242');
  });
});

it('a scalar that refuses at execution what it took when the document was checked is a fault of the API', async () => {
  const flaky = buildSchema('scalar Flaky type Query { at(time: Flaky): Int ok: Int }');
  let asked = 0;
  const parseLiteral = () => {
    if (++asked > 1) throw new Error('secret');
    return 1;
  };
  Object.assign(flaky.getType('Flaky') ?? {}, { parseLiteral });
  const surface = openTestSurface(declare(flaky, { undeclaredArguments: 'NEUTRAL' }));
  const { body, text } = await surface.post({ query: '{ at(time: "now") ok }' });
  expect(body.data).toEqual({ at: null, ok: null });
  expect(body.errors).toEqual([expect.objectContaining({ message: 'Unexpected error.', path: ['at'] })]);
  expect(text).not.toContain('variable');
});
