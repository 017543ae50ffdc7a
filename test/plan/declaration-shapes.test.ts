import SchemaBuilder from '@pothos/core';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { buildSchema, type GraphQLSchema, GraphQLString } from 'graphql';
import { describe, expect, test } from 'vitest';
import { fieldpassCostPlugin } from '../../src/cost/pothos-plugin.ts';
import { compileSchema } from '../../src/plan/compile-schema/compile-schema.ts';
import { declare } from '../../src/plan/declare.ts';
import { SchemaDeclarationError } from '../../src/plan/schema-declaration-error.ts';
import { fieldpassPlugin } from '../../src/privileges/pothos-plugin.ts';

const sdl = /* GraphQL */ `
  type Query { all(first: Int, filter: Filter): [T] }
  type T { x: Int secret: Int }
  type Mutation { drop(x: Int): Int }
  input Filter { x: Int }
  enum Order { X }
`;

/** What a configuration can declare on each thing, and the thing it stands on. */
const places = {
  field: { member: 'fields', name: 'Query.all' },
  argument: { member: 'arguments', name: 'Mutation.drop(x:)' },
  type: { member: 'types', name: 'T' },
  input: { member: 'inputs', name: 'Filter' },
  'input field': { member: 'inputFields', name: 'Filter.x' },
  'enum value': { member: 'enumValues', name: 'Order.X' },
  mutation: { member: 'mutations', name: 'drop' },
} as const;
type Place = keyof typeof places;

/** As JavaScript or JSON gives it: of no type. */
function problemsOf(build: () => GraphQLSchema): readonly string[] {
  try {
    compileSchema(build());
    return [];
  } catch (error) {
    if (!(error instanceof SchemaDeclarationError)) throw error;
    return error.problems.map(({ code, coordinate, message }) => `${code} ${coordinate}: ${message}`);
  }
}

function byConfig(place: Place, declaration: unknown): () => GraphQLSchema {
  const { member, name } = places[place];
  return () => declare(buildSchema(sdl), { [member]: { [name]: declaration } });
}

/** Written to the element by hand, as a tool that builds schemas from parts does. */
function byHand(place: Place, declaration: unknown): () => GraphQLSchema {
  return () => {
    const schema = buildSchema(sdl);
    const elements: Readonly<Record<Place, object | undefined>> = {
      field: schema.getQueryType()?.getFields()['all'],
      argument: schema.getMutationType()?.getFields()['drop']?.args[0],
      type: schema.getType('T'),
      input: schema.getType('Filter'),
      'input field': inputField(schema),
      'enum value': enumValue(schema),
      mutation: schema.getMutationType()?.getFields()['drop'],
    };
    Object.assign(elements[place] ?? {}, { extensions: { fieldpass: declaration } });
    return schema;
  };
}

function inputField(schema: GraphQLSchema): object | undefined {
  const type = schema.getType('Filter');
  return type && 'getFields' in type ? type.getFields()['x'] : undefined;
}

function enumValue(schema: GraphQLSchema): object | undefined {
  const type = schema.getType('Order');
  return type && 'getValue' in type ? (type.getValue('X') ?? undefined) : undefined;
}

describe('a declaration of a wrong name or value fails the build, in a configuration and by hand', () => {
  test.each<[Place, unknown, RegExp]>([
    [
      'mutation',
      { verbs: ['wirte'] },
      /drop: declares verbs\[0\] as "wirte"; .*"write" or "update"; did you mean "write"/,
    ],
    ['mutation', { verbs: ['Write'] }, /declares verbs\[0\] as "Write".*did you mean "write"/],
    ['mutation', { verbs: ['write', 'read'] }, /declares verbs\[1\] as "read"; it must be "write" or "update"$/],
    ['mutation', { verbs: 'write' }, /declares verbs as "write"; it must be a list of "write" and "update"/],
    ['mutation', { verbs: { 0: 'write' } }, /declares verbs as an object; it must be a list/],
    [
      'mutation',
      { verb: ['write'] },
      /declares "verb", which means nothing here; did you mean "verbs"\? There are verbs, /,
    ],
    [
      'mutation',
      { verbs: ['update'], deletes: true },
      /declares deletes as true; it must be the name of an object type/,
    ],
    ['field', { explicit: 'yes' }, /Query\.all: declares explicit as "yes"; it must be true or false/],
    ['field', { explicit: null }, /declares explicit as null/],
    ['field', { open: 1 }, /declares open as 1/],
    ['field', { reads: 'T.x' }, /declares reads as "T\.x"; it must be a list of coordinates/],
    ['field', { reads: [1] }, /declares reads\[0\] as 1; it must be a coordinate/],
    ['field', { cost: 5 }, /declares cost as 5; it must be an object of weight, listSize/],
    ['field', { cost: { wieght: 1 } }, /declares "cost\.wieght", which means nothing here; did you mean "weight"\?/],
    ['field', { cost: { weight: '5' } }, /declares cost\.weight as "5"; it must be a number/],
    [
      'field',
      { cost: { listSize: { assumedSize: 1, maxSize: 4 } } },
      /declares "cost\.listSize\.maxSize", which means/,
    ],
    ['field', { cost: { listSize: { assumedSize: '20' } } }, /declares cost\.listSize\.assumedSize as "20"/],
    ['field', { cost: { listSize: { slicingArguments: 'first' } } }, /slicingArguments as "first"; it must be a list/],
    ['field', { cost: { listSize: { requireOneSlicingArgument: 'no' } } }, /requireOneSlicingArgument as "no"/],
    ['field', { rateLimit: { max: 1, window: '1m', identityArg: ['x'] } }, /"rateLimit\.identityArg".*"identityArgs"/],
    ['field', { rateLimit: { max: 1 } }, /declares rateLimit\.window as undefined; it must be a duration/],
    ['field', { rateLimit: { max: '1', window: '1m' } }, /declares rateLimit\.max as "1"; it must be a whole number/],
    ['argument', { looksat: [] }, /declares "looksat".*did you mean "looksAt"/],
    ['argument', { looksAt: true }, /declares looksAt as true/],
    ['argument', { looksAt: [], sets: 'T.x' }, /declares looksAt and sets at once; declare one of them/],
    ['argument', { sets: ['T.x'] }, /declares sets as a list/],
    ['type', { weight: '2' }, /T: declares weight as "2"; it must be a number/],
    ['type', { opne: true }, /declares "opne".*did you mean "open"/],
    ['input', { use: 'filter' }, /Filter: declares use as "filter"; it must be "SET" or "FILTER" or "OPERATOR"/],
    ['input', { use: 'FILTERS' }, /did you mean "FILTER"\?/],
    ['input field', { looksAt: [], sets: 'T.x' }, /Filter\.x: declares looksAt and sets at once/],
    ['enum value', { looksAt: [null] }, /Order\.X: declares looksAt\[0\] as null/],
    ['field', null, /declares null; it must be an object of verbs/],
    ['type', 'open', /declares "open"; it must be an object of open, weight/],
  ])('of a %s: %j', (place, declaration, message) => {
    for (const build of [byConfig(place, declaration), byHand(place, declaration)]) {
      expect(problemsOf(build)).toEqual([expect.stringMatching(message)]);
      expect(problemsOf(build)[0]).toMatch(/^INVALID_DECLARATION /);
    }
  });

  test.each<[unknown, RegExp]>([
    [
      { explict: ['T.secret'] },
      /^INVALID_DECLARATION config: declares "explict", which means nothing here; did you mean "explicit"\?/,
    ],
    [{ explicit: 'T.secret' }, /config: declares explicit as "T\.secret"; it must be a list/],
    [{ open: { 'T.x': true } }, /config: declares open as an object/],
    [{ fields: ['T.x'] }, /config: declares fields as a list; it must be an object of declarations, by name/],
    [{ mutations: { drop: ['read'] } }, /mutations\.drop: declares verbs\[0\] as "read"/],
    [{ mutations: { drop: 'write' } }, /mutations\.drop: declares "write"; it must be an object/],
    [{ mutations: { default: ['wirte'] } }, /mutations\.default: declares verbs\[0\] as "wirte"/],
    [{ defaultAssumedSize: -1 }, /config: declares defaultAssumedSize as -1; it must be a whole number of at least 0/],
    [{ defaultAssumedSize: 1.5 }, /defaultAssumedSize as 1\.5/],
    [{ defaultAssumedSize: Number.NaN }, /defaultAssumedSize as NaN/],
    [{ defaultAssumedSize: '20' }, /defaultAssumedSize as "20"/],
    [{ whenLonger: 'EROR' }, /whenLonger as "EROR"; it must be "CHARGE" or "ERROR"; did you mean "ERROR"\?/],
    [{ undeclaredArguments: 'RESULTS' }, /undeclaredArguments as "RESULTS".*did you mean "RESULT"\?/],
    [[], /config: declares a list; it must be an object of/],
  ])('of the whole configuration: %j', (config, message) => {
    const build = () => declare(buildSchema(sdl), config as object);
    expect(problemsOf(build)).toEqual([expect.stringMatching(message)]);
  });

  test('of the schema, by hand', () => {
    const schema = buildSchema(sdl);
    schema.extensions = { fieldpass: { defaultAssumedSize: -1, whenLongr: 'ERROR' } };
    expect(problemsOf(() => schema)).toEqual([
      expect.stringMatching(/schema: declares defaultAssumedSize as -1/),
      expect.stringMatching(/schema: declares "whenLongr".*did you mean "whenLonger"/),
    ]);
  });

  test("of Pothos' options, nested ones too", () => {
    const builder = new SchemaBuilder<object>({
      plugins: [ScopeAuthPlugin, fieldpassPlugin, fieldpassCostPlugin],
      scopeAuth: { authScopes: () => ({}) },
    });
    const option = (given: object) => given as Record<never, never>;
    builder.queryType({
      fields: (t) => ({
        a: t.int({ ...option({ privilege: { explict: true } }), resolve: () => 1 }),
        b: t.int({ ...option({ cost: { listSize: { asumedSize: 1 } } }), resolve: () => 1 }),
        c: t.int({ args: { x: t.arg.int({ ...option({ cost: { wieght: 1 }, looksAt: [] }) }) }, resolve: () => 1 }),
      }),
    });
    builder.mutationType({
      fields: (t) => ({ d: t.int({ ...option({ privilege: { verbs: ['delete'] } }), resolve: () => 1 }) }),
    });
    expect(problemsOf(() => builder.toSchema()).map((problem) => problem.split(';')[0])).toEqual([
      'INVALID_DECLARATION Mutation.d: declares verbs[0] as "delete"',
      'INVALID_DECLARATION Query.a: declares "explict", which means nothing here',
      'INVALID_DECLARATION Query.b: declares "cost.listSize.asumedSize", which means nothing here',
      'INVALID_DECLARATION Query.c(x:): declares "wieght", which means nothing here',
    ]);
  });

  test.each([
    ['Query.a', 'privileges', 'privilege'],
    ['Query.a', 'priviledge', 'privilege'],
    ['Query.a', 'costs', 'cost'],
    ['Query.a', 'ratelimit', 'rateLimit'],
    ['Query', 'opne', 'open'],
    ['Filter', 'entitiy', 'entity'],
    ['Filter.x', 'lookAt', 'looksAt'],
  ])("of Pothos' own place for them: at %s %s", (coordinate, given, meant) => {
    const builder = new SchemaBuilder<object>({
      plugins: [ScopeAuthPlugin, fieldpassPlugin, fieldpassCostPlugin],
      scopeAuth: { authScopes: () => ({}) },
    });
    const option = (at: string): Record<never, never> => (at === coordinate ? { [given]: {} } : {});
    const filter = builder.inputType('Filter', {
      ...option('Filter'),
      fields: (t) => ({ x: t.int({ ...option('Filter.x') }) }),
    });
    builder.queryType({
      ...option('Query'),
      fields: (t) => ({
        a: t.int({ ...option('Query.a'), args: { by: t.arg({ type: filter }) }, resolve: () => 1 }),
      }),
    });
    expect(problemsOf(() => builder.toSchema())).toEqual([
      `INVALID_DECLARATION ${coordinate}: has the option "${given}", which means nothing; did you mean "${meant}"?`,
    ]);
  });

  test.each<readonly [string, object, string]>([
    ['Query.a', { explicit: true }, 'has the option "explicit", which means nothing here'],
    ['Query.a', { reads: ['Query.a'] }, 'has the option "reads", which means nothing here'],
    ['Query.a', { looksAt: [] }, 'has the option "looksAt", which means nothing here'],
    ['Query', { explicit: true }, 'has the option "explicit", which means nothing here'],
    ['Filter.x', { verbs: [] }, 'has the option "verbs", which means nothing here'],
    ...[true, 1, null, [], () => ({}), new Map()].flatMap((value) => [
      ['Query.a', { privilege: value }, 'has the option "privilege" that is no object of declarations'] as const,
      ['Query', { cost: value }, 'has the option "cost" that is no object of declarations'] as const,
      ['Filter.x', { cost: value }, 'has the option "cost" that is no object of declarations'] as const,
    ]),
  ])("of Pothos' where they mean nothing: at %s %j", (coordinate, given, message) => {
    const builder = new SchemaBuilder<object>({
      plugins: [ScopeAuthPlugin, fieldpassPlugin, fieldpassCostPlugin],
      scopeAuth: { authScopes: () => ({}) },
    });
    const option = (at: string) => (at === coordinate ? given : {}) as Record<never, never>;
    const filter = builder.inputType('Filter', { fields: (t) => ({ x: t.int({ ...option('Filter.x') }) }) });
    builder.queryType({
      ...option('Query'),
      fields: (t) => ({
        a: t.int({ ...option('Query.a'), args: { by: t.arg({ type: filter }) }, resolve: () => 1 }),
      }),
    });
    expect(problemsOf(() => builder.toSchema())).toEqual([`INVALID_DECLARATION ${coordinate}: ${message}`]);
  });

  test('all of them at once, and nothing is written', () => {
    const schema = buildSchema(sdl);
    const config: object = {
      explict: [],
      fields: { 'T.x': { open: 1 }, 'T.secret': { explicit: true, cost: { a: 1 } } },
    };
    expect(problemsOf(() => declare(schema, config))).toHaveLength(3);
    const type = schema.getType('T');
    expect(type && 'getFields' in type && type.getFields()['secret']?.extensions).toEqual({});
  });
});

test.each(['rateLimit', 'open', 'transparent', 'verbs', 'deletes'])(
  'what an interface says of its field for nobody: %s',
  (member) => {
    const schema = buildSchema('type Query { i: I } interface I { x: Int } type A implements I { x: Int }');
    const values = {
      rateLimit: { max: 1, window: '1m' },
      open: true,
      transparent: true,
      verbs: ['write'],
      deletes: 'A',
    };
    const fieldOf = (name: 'I' | 'A') => {
      const type = schema.getType(name);
      if (!type || !('getFields' in type)) throw new Error(name);
      return type.getFields()['x'];
    };
    const extensions = { fieldpass: { [member]: values[member as keyof typeof values] } };
    Object.assign(fieldOf('I') ?? {}, { extensions });
    const problem = `INVALID_DECLARATION I.x: declares ${member} and is a field of an interface, which has none; declare it on the same field of A`;
    expect(problemsOf(() => schema)).toContain(problem);
    Object.assign(fieldOf('A') ?? {}, { extensions });
    expect(problemsOf(() => schema)).not.toContain(problem);
  },
);

test.each([
  { types: { String: { weight: 9 } } },
  { types: { ID: { open: true } } },
  { types: { __Field: { open: true } } },
  { fields: { '__Type.name': { explicit: true } } },
  { explicit: ['__Schema.types'] },
])('what all schemas of the process share takes no declaration: %j', (config) => {
  const schema = buildSchema(sdl);
  expect(problemsOf(() => declare(schema, config as object))).toHaveLength(1);
  expect(GraphQLString.extensions).toEqual({});
});

describe('a coordinate', () => {
  const own: Readonly<Record<string, (coordinate: string) => object>> = {
    fields: (coordinate) => ({ fields: { [coordinate]: { explicit: true } } }),
    explicit: (coordinate) => ({ explicit: [coordinate] }),
    open: (coordinate) => ({ open: [coordinate] }),
    reads: (coordinate) => ({ fields: { 'T.secret': { reads: [coordinate] } } }),
    looksAt: (coordinate) => ({ arguments: { 'Query.all(first:)': { looksAt: [coordinate] } } }),
    'looksAt of an input field': (coordinate) => ({ inputFields: { 'Filter.x': { looksAt: [coordinate] } } }),
    sets: (coordinate) => ({ arguments: { 'Mutation.drop(x:)': { sets: coordinate } } }),
    arguments: (coordinate) => ({ arguments: { [`${coordinate}(x:)`]: { looksAt: [] } } }),
  };
  const rest = { mutations: { drop: ['update'] }, undeclaredArguments: 'NEUTRAL', defaultAssumedSize: 5 };
  const problemsAt = (place: string, coordinate: string) =>
    problemsOf(() => declare(buildSchema(sdl), { ...rest, ...own[place]?.(coordinate) } as object));

  test.each(
    Object.keys(own).flatMap((place) =>
      ['T.x.y', 'T.x.', 'T.x ', ' T.x', 'T..x', '.x', 'T.', 'T', 'T.x(a:)', 'T.x.x'].map(
        (text) => [place, text] as const,
      ),
    ),
  )('that is none names nothing: %s %j', (place, text) => {
    const coordinate = place === 'arguments' ? text.replace('T.x', 'Mutation.drop') : text;
    expect(problemsAt(place, coordinate)).not.toEqual([]);
  });

  test.each(Object.keys(own))('that is one names what it says: %s', (place) => {
    expect(problemsAt(place, place === 'arguments' ? 'Mutation.drop' : 'T.x')).toEqual([]);
  });

  test.each(['inputFields', 'enumValues'])('of %s names no more than one member', (place) => {
    const [type, member] = place === 'inputFields' ? ['Filter', 'x'] : ['Order', 'X'];
    const at = (coordinate: string) =>
      problemsOf(() => declare(buildSchema(sdl), { ...rest, [place]: { [coordinate]: { looksAt: [] } } } as object));
    expect(at(`${type}.${member}`)).toEqual([]);
    for (const text of [`${type}.${member}.y`, `${type}.${member}.`, `${type}..${member}`]) {
      expect(at(text)).toEqual([expect.stringContaining(`UNKNOWN_NAME ${text}: `)]);
    }
  });
});

describe("what SDL says by IBM's directives", () => {
  /** With the directives as the specification defines them, and as an API that validates nothing takes them. */
  function ofSdl(directive: string, definitions = ''): readonly string[] {
    const text = `type Query { all(first: Int): [T] ${directive} } type T { x: Int } ${definitions}`;
    return problemsOf(() =>
      declare(buildSchema(text, { assumeValidSDL: true }), { undeclaredArguments: 'NEUTRAL', defaultAssumedSize: 5 }),
    );
  }

  test.each([
    ['@cost', 'declares weight as undefined; it must be a Float, written as a String'],
    ['@cost(weight: true)', 'declares weight as true; it must be a Float, written as a String'],
    ['@cost(weight: ["1"])', 'declares weight as a list; it must be a Float, written as a String'],
    ['@listSize(assumedSize: "5")', 'declares assumedSize as "5"; it must be a number'],
    ['@listSize(asumedSize: 5)', 'declares "asumedSize", which means nothing here; did you mean "assumedSize"?'],
    ['@listSize(slicingArguments: [1])', 'declares slicingArguments[0] as 1; it must be a name'],
    ['@listSize(slicingArguments: ["first"], requireOneSlicingArgument: "no")', 'it must be true or false'],
    ['@listSize(sizedFields: {a: 1})', 'declares sizedFields[0] as an object; it must be a name'],
    ['@rateLimit(max: "1", window: "1m")', 'declares max as "1"; it must be a whole number, 1 or more'],
    ['@rateLimit(max: 1)', 'declares window as undefined; it must be a duration such as 30s, 1m or PT1M'],
    ['@rateLimit(max: 1, window: "1m", identityArgs: [1])', 'declares identityArgs[0] as 1; it must be a name'],
  ])('cannot be %s', (directive, message) => {
    const problems = ofSdl(directive);
    expect(problems).toEqual([expect.stringContaining(`INVALID_DECLARATION Query.all: `)]);
    expect(problems[0]).toContain(message);
  });

  test.each([
    '@cost(weight: "2.5")',
    '@cost(weight: 2)',
    '@listSize(slicingArguments: "first")',
    '@listSize(assumedSize: 5, slicingArguments: null)',
  ])('can be %s', (directive) => {
    expect(ofSdl(directive)).toEqual([]);
  });

  test('is a call limit, as it is printed', () => {
    const text =
      'type Query { all(first: Int): Int @rateLimit(max: 3, window: "1m", identityArgs: "first", message: "No") }';
    const schema = declare(buildSchema(text, { assumeValidSDL: true }), { undeclaredArguments: 'NEUTRAL' });
    const field = compileSchema(schema).objectByName.get('Query')?.fields.get('all');
    expect(field?.rateLimit).toEqual({ max: 3, window: '1m', identityArgs: ['first'] });
  });

  test('is nothing of ours where the API gives the name to something else', () => {
    const definitions =
      'directive @cost(complexity: Int) on FIELD_DEFINITION directive @rateLimit(limit: Int, duration: Int) on FIELD_DEFINITION';
    const used = '@cost(complexity: 5) @listSize(assumedSize: 3) @rateLimit(limit: 5, duration: 60)';
    expect(ofSdl(used, definitions)).toEqual([]);
  });
});
