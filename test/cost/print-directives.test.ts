import { buildSchema, type DirectiveNode, Kind, parse, validateSchema, visit } from 'graphql';
import { expect, test } from 'vitest';
import { buildPlacesSchema } from '../../src/apis/places/places-schema.ts';
import { printViewWithCost } from '../../src/cost/print-directives.ts';
import { compileSchema } from '../../src/plan/compile-schema/compile-schema.ts';
import type { DeclarationConfig } from '../../src/plan/declarations.ts';
import { declare } from '../../src/plan/declare.ts';
import { filterSchema } from '../../src/privileges/view/filter-schema.ts';
import { held } from '../privileges/held.ts';

const places = compileSchema(buildPlacesSchema());

function sdlOf(rules: readonly string[], schema = places): string {
  return printViewWithCost(filterSchema(schema, held(rules, schema)), schema);
}

/** Every name that an argument of a directive gives, by the place of the directive. */
function named(sdl: string): readonly string[] {
  const names: string[] = [];
  const collect = ({ name, arguments: given = [] }: DirectiveNode) => {
    for (const argument of given) {
      if (argument.value.kind !== Kind.LIST) continue;
      for (const value of argument.value.values) {
        if (value.kind === Kind.STRING) names.push(`@${name.value}(${argument.name.value}: ${value.value})`);
      }
    }
  };
  visit(parse(sdl), { Directive: collect });
  return names;
}

test('the SDL of a view carries the prices, list sizes and limits of what it shows, and builds', () => {
  const sdl = sdlOf(['*']);
  expect(validateSchema(buildSchema(sdl))).toEqual([]);
  expect(sdl).toMatch(/directive @cost\(/);
  expect(sdl).toMatch(/directive @listSize\(/);
  expect(sdl).toMatch(
    /cities\(.*?\): CityConnection! .*@listSize\(assumedSize: 20, slicingArguments: \["first", "last"\], sizedFields: \["edges", "nodes"\]/s,
  );
  // As the whole schema, which is printed for the repository, says it.
  expect(named(sdl)).not.toEqual([]);
});

test('a view that shows little carries little, and names nothing that it hides', () => {
  const sdl = sdlOf(['read:Query.city', 'read:City.name']);
  expect(validateSchema(buildSchema(sdl))).toEqual([]);
  expect(sdl).not.toMatch(/CityConnection|cities|"nodes"/);
});

const guest = (sdl: string, looking: DeclarationConfig['arguments'] = {}) =>
  compileSchema(
    declare(
      buildSchema(`
      directive @cost(weight: String!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
      directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
      ${sdl}`),
      {
        arguments: looking,
        undeclaredArguments: 'NEUTRAL',
      },
    ),
  );

const shop = guest(
  `
  type Query {
    items(first: Int, secret: Int): [Item!]! @cost(weight: "4") @listSize(assumedSize: 7, slicingArguments: ["first", "secret"], requireOneSlicingArgument: false)
    page(secret: Int, first: Int): Page @listSize(assumedSize: 3, slicingArguments: ["secret"], sizedFields: ["good", "hidden"], requireOneSlicingArgument: false)
  }
  type Page { good: [Item!]! hidden: [Secret!]! }
  type Item @cost(weight: "2.5") { name: String secret: Int }
  type Secret { a: Int }`,
  { 'Query.items(secret:)': { looksAt: ['Item.secret'] }, 'Query.page(secret:)': { looksAt: ['Item.secret'] } },
);

test('declarations of SDL are carried too, though a view has no nodes of that SDL', () => {
  const sdl = sdlOf(['*'], shop);
  expect(validateSchema(buildSchema(sdl))).toEqual([]);
  expect(sdl).toContain('type Item @cost(weight: "2.5") {');
  expect(sdl).toContain('slicingArguments: ["first", "secret"]');
  expect(sdl.match(/directive @cost/g)).toHaveLength(1);
});

test('slicing arguments and sized fields that are hidden are left out', () => {
  const sdl = sdlOf(['read:Query', 'read:Item.name', 'read:Page'], shop);
  expect(validateSchema(buildSchema(sdl))).toEqual([]);
  expect(sdl).not.toMatch(/secret|hidden|Secret/);
  expect(sdl).toContain(
    'items(first: Int): [Item!]! @cost(weight: "4") @listSize(assumedSize: 7, slicingArguments: ["first"], requireOneSlicingArgument: false)',
  );
  expect(sdl).toContain('page(first: Int): Page @listSize(assumedSize: 3, sizedFields: ["good"])');
});

test('a list size of which nothing is shown is no list size', () => {
  const only = guest(`
    type Query { page(first: Int): Page @listSize(slicingArguments: ["first"], sizedFields: ["hidden"]) }
    type Page { good: Int hidden: [Secret!]! } type Secret { a: Int }`);
  expect(sdlOf(['read:Query', 'read:Page.good'], only)).toContain('page(first: Int): Page\n');
});

test.each<[string, string, DeclarationConfig, RegExp]>([
  [
    '@cost of another shape',
    'directive @cost(complexity: Int!) on FIELD_DEFINITION',
    { fields: { 'Query.a': { cost: { weight: 3 } } } },
    /directive @cost\(weight: String!\).*a\(n: Int\): Int @cost\(weight: "3"\)/s,
  ],
  [
    '@cost in fewer places',
    'directive @cost(weight: String!) on FIELD_DEFINITION',
    { types: { Query: { weight: 3 } } },
    /directive @cost\(weight: String!\) on ARGUMENT_DEFINITION.*type Query @cost\(weight: "3"\)/s,
  ],
  [
    '@cost that takes an Int',
    'directive @cost(weight: Int!) on FIELD_DEFINITION',
    { fields: { 'Query.a': { cost: { weight: 3 } } } },
    /directive @cost\(weight: Int!\) on FIELD_DEFINITION.*@cost\(weight: 3\)/s,
  ],
  [
    '@cost that takes an Int, for a weight that is none',
    'directive @cost(weight: Int!) on FIELD_DEFINITION',
    { fields: { 'Query.a': { cost: { weight: 2.5 } } } },
    /directive @cost\(weight: String!\).*@cost\(weight: "2.5"\)/s,
  ],
  [
    '@cost that needs more',
    'directive @cost(weight: String!, why: String!) on FIELD_DEFINITION',
    { fields: { 'Query.a': { cost: { weight: 3 } } } },
    /directive @cost\(weight: String!\).*@cost\(weight: "3"\)/s,
  ],
  [
    '@rateLimit of another shape',
    'directive @rateLimit(limit: Int!, duration: Int!) on FIELD_DEFINITION',
    { fields: { 'Query.a': { rateLimit: { max: 3, window: '1m' } } } },
    /directive @rateLimit\(max: Int!.*@rateLimit\(max: 3, window: "1m"\)/s,
  ],
  [
    '@listSize of another shape',
    'directive @listSize(max: Int) on FIELD_DEFINITION',
    { fields: { 'Query.list': { cost: { listSize: { slicingArguments: ['first'] } } } } },
    /directive @listSize\(assumedSize: Int.*@listSize\(slicingArguments: \["first"\]\)/s,
  ],
])('the SDL of an API that has a %s builds, and says what counts', (_, directive, config, expected) => {
  const sdl = `${directive} type Query { list(first: Int): [Int] a(n: Int): Int }`;
  const schema = compileSchema(declare(buildSchema(sdl), { undeclaredArguments: 'NEUTRAL', ...config }));
  for (const rules of [['*'], ['read:Query.a', 'read:Query.list']]) {
    const printed = sdlOf(rules, schema);
    expect(validateSchema(buildSchema(printed))).toEqual([]);
    expect(printed).toMatch(expected);
  }
});
