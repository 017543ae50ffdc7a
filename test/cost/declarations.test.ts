import SchemaBuilder from '@pothos/core';
import { buildSchema, printSchema } from 'graphql';
import { expect, test } from 'vitest';
import { fieldpassCostPlugin } from '../../src/cost/pothos-plugin.ts';
import { printSchemaWithCost } from '../../src/cost/print-directives.ts';
import { compileSchema, price, schemaOf } from './priced.ts';

test('what Pothos fields, types and arguments declare is printed, and read from there again', () => {
  const builder = new SchemaBuilder<object>({
    plugins: [fieldpassCostPlugin],
    scopeAuth: { authScopes: () => ({}) },
  });
  const Item = builder.objectRef<object>('Item').implement({
    cost: { weight: 2.5 },
    fields: (t) => ({ name: t.string({ resolve: () => 'x' }) }),
  });
  const Filter = builder.inputType('Filter', {
    fields: (t) => ({ text: t.string({ cost: { weight: 3 } }), other: t.int() }),
  });
  builder.enumType('Size', { values: ['S', 'L'] as const, cost: { weight: 1 } });
  builder.queryType({
    fields: (t) => ({
      items: t.field({
        type: [Item],
        args: { first: t.arg.int({ required: true }), filter: t.arg({ type: Filter, cost: { weight: -1 } }) },
        cost: { weight: 4, listSize: { slicingArguments: ['first'] } },
        rateLimit: { max: 10, window: '1m', identityArgs: ['first'] },
        extensions: { other: true },
        resolve: () => [],
      }),
      plain: t.string({ resolve: () => 'x' }),
    }),
  });
  const schema = builder.toSchema();
  expect(schema.getQueryType()?.getFields()['items']?.extensions).toMatchObject({
    other: true,
    fieldpass: { cost: { weight: 4 }, rateLimit: { max: 10 } },
  });
  schema.extensions = { fieldpass: { undeclaredArguments: 'NEUTRAL' } };

  const sdl = printSchemaWithCost(schema);
  for (const line of [
    'directive @cost(weight: String!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR',
    'type Item @cost(weight: "2.5") {',
    'text: String @cost(weight: "3")',
    'enum Size @cost(weight: "1") {',
    'items(filter: Filter @cost(weight: "-1"), first: Int!): [Item!] @cost(weight: "4") @listSize(slicingArguments: ["first"]) @rateLimit(max: 10, window: "1m", identityArgs: ["first"])',
    '  plain: String\n',
  ]) {
    expect(sdl).toContain(line);
  }

  const source = '{ items(first: 3, filter: { text: "x" }) { name } }';
  const points = price(compileSchema(schema), source).points();
  expect(points).toBe(Math.ceil(4 - 1 + 3 + 3 * 2.5));
  const again = buildSchema(sdl);
  again.extensions = schema.extensions;
  expect(price(compileSchema(again), source).points()).toBe(points);
});

test('a connection is printed with the page that was inferred', () => {
  const schema = schemaOf(/* GraphQL */ `
    type Query { items(first: Int, after: String, last: Int, before: String): ItemConnection }
    type ItemConnection { edges: [ItemEdge] nodes: [Item] pageInfo: PageInfo! }
    type ItemEdge { cursor: String node: Item }
    type Item { name: String }
    type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  `);
  const compiled = compileSchema(schema);
  const sdl = printSchemaWithCost(schema, compiled);
  expect(sdl).toContain(
    '@listSize(assumedSize: 20, slicingArguments: ["first", "last"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false)',
  );
  expect(price(compiled, '{ items { nodes { name } } }').points()).toBe(21);
});

test('a schema without prices is printed as it is', () => {
  const schema = buildSchema('type Query { "What it says." name(of: Int = 1): String @deprecated }');
  expect(printSchemaWithCost(schema)).toBe(printSchema(schema));
});
