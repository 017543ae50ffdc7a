import { buildSchema, type GraphQLObjectType, type GraphQLResolveInfo, Kind, parse, print } from 'graphql';
import { expect, it } from 'vitest';
import { declare } from '../../../src/plan/declare.ts';
import { openTestSurface } from '../../support/test-surface.ts';

const schema = buildSchema(`
  input In { a: Int! = 1, list: [In!] }
  enum Size { BIG SMALL }
  interface Any { name: String }
  type One implements Any { name: String inner(in: In, size: Size = BIG): One any: Any }
  type Query { one(in: In, ids: [ID!]): One any: Any }
  type Mutation { one(in: In!): One }
  type Subscription { one(in: In!): One }
`);
const infos: GraphQLResolveInfo[] = [];
for (const type of Object.values(schema.getTypeMap())) {
  if (type.name.startsWith('__') || !('getFields' in type) || type.name === 'Any' || type.name === 'In') continue;
  for (const field of Object.values((type as GraphQLObjectType).getFields())) {
    field.resolve = (_source, _args, _context, info) => {
      infos.push(info);
      return field.name === 'name' ? 'n' : {};
    };
  }
}
Object.assign(schema.getType('Any') ?? {}, {
  resolveType: (_value: unknown, _context: unknown, info: GraphQLResolveInfo) => {
    infos.push(info);
    return 'One';
  },
});
Object.assign(schema.getSubscriptionType()?.getFields()['one'] ?? {}, {
  subscribe: async function* (_source: unknown, _args: unknown, _context: unknown, info: GraphQLResolveInfo) {
    infos.push(info);
    yield { one: {} };
  },
});
const { post } = openTestSurface(
  declare(schema, { mutations: { default: ['update'] }, undeclaredArguments: 'NEUTRAL', defaultAssumedSize: 5 }),
);

const operations: [query: string, variables?: object][] = [
  ['query Q($in: In = {a: 2, list: [{}]}, $ids: [ID!]) { one(in: $in, ids: $ids) { name } }'],
  ['query Q($in: In, $size: Size! = SMALL) { one(in: $in) { inner(size: $size) { name } } any { name } }', { in: {} }],
  ['query Q($in: In) { one(in: $in) { ...F } __schema { queryType { name } } } fragment F on One { any { name } }'],
  ['mutation Q($in: In!) { one(in: $in) { name } }', { in: { a: 3 } }],
  ['subscription Q($in: In!) { one(in: $in) { name any { name } } }', { in: { a: 3 } }],
  ['{ one { name } }'],
];

it.each<[query: string, variables?: object]>(operations)(
  'resolvers see the operation and the schema as they are: %s',
  async (query, variables = {}) => {
    infos.length = 0;
    const accept = query.startsWith('subscription') ? { Accept: 'text/event-stream' } : {};
    const answer = await post({ query, variables }, accept);
    expect(answer.text).not.toContain('"errors"');
    const [sent] = parse(query).definitions;
    expect(infos.length).toBeGreaterThan(1);
    for (const { operation, schema: seen } of infos) {
      expect(sent?.kind).toBe(Kind.OPERATION_DEFINITION);
      expect(sent && print(operation)).toBe(sent && print(sent));
      expect(seen.getType('already coerced')).toBeUndefined();
      expect(Object.getPrototypeOf(seen)).toBe(Object.getPrototypeOf(schema));
    }
  },
);
