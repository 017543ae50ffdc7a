import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectRefused, expectServed, list, openStage, type Reviewed, type Stage, surfaces } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.test.close());
beforeEach(() => stage.test.clock.advance(60_000));

/** All that a weak key may know, but for what is open to every key and what GraphQL brings itself. */
const visible = {
  API: {
    types: [
      'City',
      'CityConnection',
      'CityEdge',
      'CityFilter',
      'CityOrder',
      'CityOrderField',
      'Node',
      'OrderDirection',
    ],
    more: ['PageInfo', 'Place', 'Query', 'StringFilter'],
    fields: ['id', 'name'],
    filters: ['name'],
    orders: ['ID', 'NAME'],
    interfaces: ['Node', 'Place'],
  },
  MANAGEMENT: {
    types: ['ApiKey', 'ApiKeyConnection', 'ApiKeyEdge', 'ApiKeyFilter', 'ApiKeyOrder', 'ApiKeyOrderField', 'Node'],
    more: ['OrderDirection', 'PageInfo', 'Query'],
    fields: ['id', 'name'],
    filters: ['name'],
    orders: ['ID', 'NAME'],
    interfaces: ['Node'],
  },
} as const;
const openTypes = [
  'ApiKeyEnvironment',
  'ApiKeyType',
  'DateTime',
  'RateLimit',
  'Viewer',
  'ViewerApiKey',
  'ViewerApplication',
  'ViewerUsage',
  'ViewerUsageInterval',
  'ViewerUsageNumbers',
  'ViewerUsagePoint',
];
const graphqlTypes = /^(__.*|Boolean|Float|ID|Int|String)$/;

/** Every name that introspection tells. */
function namesIn({ __schema: { types, directives } }: IntrospectionQuery): readonly string[] {
  return [
    ...directives.flatMap((directive) => [directive.name, ...directive.args.map(({ name }) => name)]),
    ...types.flatMap((type) => [
      type.name,
      ...(('fields' in type && type.fields) || []).flatMap(({ name, args }) => [name, ...args.map((arg) => arg.name)]),
      ...(('inputFields' in type && type.inputFields) || []).map(({ name }) => name),
      ...(('enumValues' in type && type.enumValues) || []).map(({ name }) => name),
    ]),
  ];
}

describe.each(surfaces)('introspection on $path', (surface) => {
  const { type, secret, hidden, name } = surface;
  let own: Reviewed;
  beforeAll(() => {
    own = stage.of[name];
  });
  const introspect = async (key: string): Promise<IntrospectionQuery> => {
    const answer = await own.ask(key, getIntrospectionQuery({ inputValueDeprecation: true }));
    expectServed(answer);
    return answer.body.data;
  };

  it('T16 the whole introspection tells no name that the key may not know, and builds', async () => {
    const whole = await introspect(own.strong);
    const seen = await introspect(own.weak);
    const { types, more } = visible[name];
    const told = seen.__schema.types.map((one) => one.name).filter((one) => !graphqlTypes.test(one));
    expect(told.filter((one) => !openTypes.includes(one)).sort()).toEqual([...types, ...more].sort());

    const known = new Set(namesIn(seen));
    const unknown = [...new Set(namesIn(whole))].filter((one) => !known.has(one));
    expect(unknown).toEqual(expect.arrayContaining([secret, hidden, surface.secretOrder, `Create${type}Input`]));
    const text = JSON.stringify(seen);
    expect(unknown.filter((one) => text.includes(`"${one}"`))).toEqual([]);
    expect(text).not.toMatch(new RegExp(`\\b(${secret}|${surface.secretOrder}|Create${type}Input)\\b`));

    const built = buildClientSchema(seen).getType(type);
    expect(built && 'getFields' in built && Object.keys(built.getFields()).sort()).toEqual(visible[name].fields);
    expect(buildClientSchema(seen).getMutationType()).toBeFalsy();
  });

  it('T17 __type of a hidden type is null, and what types say of each other is what the key sees', async () => {
    const query = `{ hidden: __type(name: "${hidden}") { name kind fields { name } } input: __type(name: "Create${type}Input") { name }
      none: __type(name: "Nothing") { name } mutation: __type(name: "Mutation") { name }
      node: __type(name: "Node") { possibleTypes { name } } type: __type(name: "${type}") { interfaces { name } fields { name } }
      order: __type(name: "${type}OrderField") { enumValues(includeDeprecated: true) { name } }
      filter: __type(name: "${type}Filter") { inputFields { name } } }`;
    const answer = await own.ask(own.weak, query);
    expectServed(answer);
    const named = (...names: readonly string[]) => names.map((one) => ({ name: one }));
    const { interfaces, fields, orders, filters } = visible[name];
    expect(answer.body.data).toEqual({
      hidden: null,
      input: null,
      none: null,
      mutation: null,
      node: { possibleTypes: named(type) },
      type: { interfaces: named(...interfaces), fields: named(...fields) },
      order: { enumValues: named(...orders) },
      filter: { inputFields: named(...filters) },
    });
    expect((await own.ask(own.strong, `{ __type(name: "${hidden}") { name } }`)).body.data.__type).toEqual({
      name: hidden,
    });
  });

  it('T18 an operation that asks for data too is judged by them, and answered in both halves', async () => {
    expectRefused(
      await own.ask(own.weak, `{ __schema { queryType { name } } ${list(surface, secret)} }`),
      `read:${type}.${secret}`,
    );
    const mixed = `{ a: __schema { queryType { name } } ${list(surface, 'name')} ...F b: __type(name: "${hidden}") { name } }
      fragment F on Query { c: __type(name: "${type}") { name } }`;
    const answer = await own.ask(own.weak, mixed);
    expectServed(answer);
    expect(Object.entries(answer.body.data)).toEqual([
      ['a', { queryType: { name: 'Query' } }],
      [surface.root, { nodes: [{ name: expect.any(String) }] }],
      ['c', { name: type }],
      ['b', null],
    ]);
  });

  it('T39 no other door tells a name beyond the view: SDL, the page, _service, errors, logs', async () => {
    const names = [secret, hidden, surface.secretOrder, `Create${type}Input`].map((one) => new RegExp(`\\b${one}\\b`));
    const expectSilent = (text: string) => expect(names.filter((one) => one.test(text))).toEqual([]);

    const sdlPath = name === 'API' ? '/schema.graphql' : '/admin/schema.graphql';
    const sdl = await stage.test.fetch(sdlPath, { headers: { 'X-API-Key': own.weak } });
    const sdlText = await sdl.text();
    expect([sdl.status, sdlText.includes(`type ${type} `)]).toEqual([200, true]);
    expectSilent(sdlText);
    expect((await stage.test.fetch(sdlPath)).status).toBe(401);
    const strongText = await (await stage.test.fetch(sdlPath, { headers: { 'X-API-Key': own.strong } })).text();
    for (const one of names) expect(strongText).toMatch(one);

    for (const path of [surface.path, '/', '/schema.json', '/voyager', '/playground']) {
      for (const headers of [{}, { 'X-API-Key': own.weak }]) {
        expectSilent(await (await stage.test.fetch(path, { headers: { Accept: 'text/html', ...headers } })).text());
      }
    }

    const looked = stage.test.log.length;
    for (const query of [
      '{ _service { sdl } _entities(representations: []) { __typename } }',
      `{ ${list(surface, 'name { x }')} ${list(surface, 'zebra')} }`,
      `mutation { create${type}(input: {}) { __typename } }`.replace(`create${type}`, 'create'),
      '{ node(id: 1.5) { id } }',
      'query ($f: Nothing) { node(id: $f) { id } }',
      '{',
    ]) {
      const { status, body } = await own.ask(own.weak, query);
      expect(status, query).toBe(400);
      expectSilent(JSON.stringify(body));
      expect(JSON.stringify(body), query).not.toMatch(/\.[jt]s:\d|node_modules|stack/);
    }
    expectSilent(stage.test.log.slice(looked).join('\n'));
  });

  it('T40 a key without privileges is refused everything but what is open to every key, and nothing breaks', async () => {
    const { key } = await own.key([]);
    const operations: readonly (readonly [string, object])[] = [
      [`{ ${list(surface, 'id')} }`, {}],
      ['query ($id: ID!) { node(id: $id) { __typename } }', { id: own.objectId }],
      [
        `mutation ($input: Create${type}Input!) { create${type}(input: $input) { __typename } }`,
        { input: own.newObject },
      ],
    ];
    for (const [query, variables] of operations) {
      const { status, codes, body } = await own.ask(key, query, variables);
      expect([status, [...new Set(codes)], 'data' in body], query).toEqual([403, ['FORBIDDEN'], false]);
    }
    // `viewer` and `rateLimit` are open, so that there is a schema, of nothing else.
    const seen = await introspect(key);
    const types = seen.__schema.types.map((one) => one.name).filter((one) => !graphqlTypes.test(one));
    expect(types.filter((one) => !openTypes.includes(one))).toEqual(['Query']);
    const query = buildClientSchema(seen).getQueryType();
    expect(Object.keys(query?.getFields() ?? {})).toEqual(['rateLimit', 'viewer']);
    const viewer = await own.ask(key, '{ viewer { privileges apiKey { name } } rateLimit { maximumCost } }');
    expectServed(viewer);
    expect(viewer.body.data.viewer.privileges).toEqual([]);
  });
});
