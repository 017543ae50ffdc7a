import { buildSchema, GraphQLScalarType, type GraphQLSchema } from 'graphql';
import { expect, it } from 'vitest';
import { declare } from '../../../src/plan/declare.ts';
import { openTestSurface } from '../../support/test-surface.ts';

/** A schema whose scalar reads in a promise, which is rejected or not. */
function slowlyRead(settle: () => Promise<unknown>): { readonly schema: GraphQLSchema; readonly seen: unknown[] } {
  const seen: unknown[] = [];
  const schema = declare(
    buildSchema('scalar Slow type Query { a(slow: Slow, in: In): Int } input In { slow: [Slow] }'),
    {
      undeclaredArguments: 'NEUTRAL',
    },
  );
  const slow = schema.getType('Slow');
  if (slow instanceof GraphQLScalarType) {
    slow.parseValue = settle;
    slow.parseLiteral = settle;
  }
  Object.assign(schema.getQueryType()?.getFields()['a'] ?? {}, {
    resolve: (_: unknown, args: unknown) => {
      seen.push(args);
      return 1;
    },
  });
  return { schema, seen };
}

const documents = [
  { query: '{ a(slow: 1) }' },
  { query: '{ a(in: { slow: [1] }) }' },
  { query: 'query ($slow: Slow) { a(slow: $slow) }', variables: { slow: 1 } },
  { query: 'query ($slow: Slow = 1) { a(slow: $slow) }' },
  { query: 'query ($slow: Slow) { a(in: { slow: [$slow] }) }', variables: { slow: 1 } },
  { query: 'query ($in: In) { a(in: $in) }', variables: { in: { slow: [1, 2] } } },
];

// One that is rejected and that nobody hears of fails the run.
it.each(documents)('refuses a value that a scalar reads in a promise: $query', async (body) => {
  for (const settle of [() => Promise.resolve(1), () => Promise.reject(new Error('late'))]) {
    const { schema, seen } = slowlyRead(settle);
    const { status, codes } = await openTestSurface(schema).post(body);
    expect([status, codes.length > 0, seen]).toEqual([400, true, []]);
    expect(codes).not.toContain('INTERNAL_SERVER_ERROR');
  }
});
