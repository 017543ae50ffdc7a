import SchemaBuilder from '@pothos/core';
import RelayPlugin, { resolveArrayConnection } from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { type ExecutionResult, execute, type GraphQLSchema, parse, subscribe } from 'graphql';
import { describe, expect, test } from 'vitest';
import { compileSchema } from '../../src/plan/compile-schema/compile-schema.ts';
import { ofBit } from '../../src/plan/privilege-bit.ts';
import type { Access } from '../../src/privileges/access.ts';
import { fieldpassPlugin } from '../../src/privileges/pothos-plugin.ts';
import { held } from './held.ts';

interface City {
  readonly id: string;
  readonly name: string;
  readonly secret: string;
}

const cities: readonly City[] = [
  { id: '1', name: 'Lyon', secret: 'S1' },
  { id: '2', name: 'Oslo', secret: 'S2' },
];

function citySchema(hooks: { onResolve?: () => void; ownScope?: boolean } = {}): GraphQLSchema {
  const builder = new SchemaBuilder<{ Context: { access: Access }; AuthScopes: { staff: boolean } }>({
    plugins: [RelayPlugin, ScopeAuthPlugin, fieldpassPlugin],
    scopeAuth: { authScopes: () => ({ staff: hooks.ownScope ?? false }) },
    relay: {},
  });
  const Named = builder.interfaceRef<City>('Named').implement({
    fields: (t) => ({ name: t.exposeString('name') }),
    resolveType: () => 'City',
  });
  const CityType = builder.objectRef<City>('City').implement({
    interfaces: [Named],
    fields: (t) => ({
      id: t.exposeID('id'),
      secret: t.exposeString('secret', { privilege: { explicit: true } }),
      staffNote: t.string({ authScopes: { staff: true }, resolve: () => 'note' }),
      weather: t.string({ privilege: { open: true }, resolve: () => 'sun' }),
    }),
  });
  const Viewer = builder.objectRef<{ id: string }>('Viewer').implement({
    open: true,
    fields: (t) => ({ id: t.exposeID('id') }),
  });
  const Filter = builder.inputType('CityFilter', {
    entity: 'City',
    use: 'FILTER',
    fields: (t) => ({ name: t.string(), near: t.string({ looksAt: ['City.secret'] }) }),
  });
  const Order = builder.enumType('CityOrder', { values: { NEWEST: { value: 1, looksAt: ['City.id'] } } });
  const Input = builder.inputType('CityInput', { fields: (t) => ({ title: t.string({ sets: 'City.name' }) }) });
  const Payload = builder.objectRef<{ city: City; token: string }>('CreateCityPayload').implement({
    fields: (t) => ({ city: t.expose('city', { type: CityType }), token: t.exposeString('token') }),
  });
  builder.queryType({
    fields: (t) => ({
      viewer: t.field({ type: Viewer, privilege: { open: true }, resolve: () => ({ id: 'v' }) }),
      city: t.field({
        type: CityType,
        args: { name: t.arg.string({ looksAt: ['City.name'] }), by: t.arg({ type: Order, looksAt: [] }) },
        resolve: () => {
          hooks.onResolve?.();
          return cities[0];
        },
      }),
      named: t.field({ type: Named, resolve: () => cities[0] }),
      cities: t.connection({
        type: CityType,
        args: { filter: t.arg({ type: Filter }) },
        resolve: (_root, args) => resolveArrayConnection({ args }, [...cities]),
      }),
    }),
  });
  builder.mutationType({
    fields: (t) => ({
      createCity: t.field({
        type: Payload,
        privilege: { verbs: ['write'] },
        args: { input: t.arg({ type: Input, required: true }) },
        resolve: () => {
          hooks.onResolve?.();
          return { city: cities[0] as City, token: 't' };
        },
      }),
    }),
  });
  builder.subscriptionType({
    fields: (t) => ({
      tick: t.int({
        subscribe: async function* () {
          hooks.onResolve?.();
          yield 1;
        },
        resolve: (event) => event as number,
      }),
    }),
  });
  return builder.toSchema();
}

/** Runs without any plan: what a planner that grants everything would let through. */
async function run(source: string, rules: readonly string[], schema = citySchema()): Promise<ExecutionResult> {
  const access = held(rules, compileSchema(schema));
  return await execute({ schema, document: parse(source), contextValue: { access } });
}

function shape({ data, errors = [] }: ExecutionResult) {
  return {
    data: JSON.parse(JSON.stringify(data)),
    errors: errors.map(({ path, extensions }) => [path?.join('.'), extensions['code']]),
  };
}

const denied = 'UNAUTHORIZED_FIELD_OR_TYPE';

describe('the backstop', () => {
  test.each([
    ['{ city { name } }', [], { city: null }, [['city', denied]]],
    [
      '{ city { id name } }',
      ['read:Query', 'read:City.id'],
      { city: { id: '1', name: null } },
      [['city.name', denied]],
    ],
    ['{ city { x: secret } }', ['read:*'], { city: { x: null } }, [['city.x', denied]]],
    ['{ city { secret } }', ['read:*', 'read:City.secret'], { city: { secret: 'S1' } }, []],
    ['{ named { name } }', ['read:Query'], { named: { name: null } }, [['named.name', denied]]],
    ['{ named { name } }', ['read:Query', 'read:City.name'], { named: { name: 'Lyon' } }, []],
    ['{ named { ... on City { secret } } }', ['read:*'], { named: { secret: null } }, [['named.secret', denied]]],
    [
      '{ cities(first: 1) { edges { cursor node { id name } } } }',
      ['read:Query', 'read:City.id'],
      { cities: { edges: [{ cursor: 'T2Zmc2V0Q29ubmVjdGlvbjow', node: { id: '1', name: null } }] } },
      [['cities.edges.0.node.name', denied]],
    ],
    ['{ viewer { id } }', [], { viewer: { id: 'v' } }, []],
    ['{ city { weather } }', ['read:Query'], { city: { weather: 'sun' } }, []],
    [
      'mutation { createCity(input: {}) { token } }',
      ['read:*', 'update:*'],
      { createCity: null },
      [['createCity', denied]],
    ],
    [
      'mutation { createCity(input: {}) { token city { name } } }',
      ['write:*', 'read:City.name'],
      { createCity: { token: null, city: { name: 'Lyon' } } },
      [['createCity.token', denied]],
    ],
  ])('%s with %j', async (source, rules, data, errors) => {
    expect(shape(await run(source, rules))).toEqual({ data, errors });
  });

  test('a denied resolver never runs', async () => {
    let calls = 0;
    const schema = citySchema({ onResolve: () => calls++ });
    await run('{ city { id } }', ['read:City'], schema);
    await run('mutation { createCity(input: {}) { token } }', ['read:*'], schema);
    expect(calls).toBe(0);
  });

  test('a denied stream is not opened', async () => {
    let opened = 0;
    const schema = citySchema({ onResolve: () => opened++ });
    const subscribeWith = (rules: readonly string[]) =>
      subscribe({
        schema,
        document: parse('subscription { tick }'),
        contextValue: { access: held(rules, compileSchema(schema)) },
      });
    expect(await subscribeWith([])).toMatchObject({ errors: [{ extensions: { code: denied } }] });
    expect(opened).toBe(0);
    expect(await subscribeWith(['read:Subscription'])).not.toHaveProperty('errors');
  });

  test('scopes of the field’s own are asked too', async () => {
    const source = '{ city { staffNote } }';
    const rules = ['read:*'];
    expect(shape(await run(source, rules, citySchema({ ownScope: false }))).data).toEqual({
      city: { staffNote: null },
    });
    expect(shape(await run(source, rules, citySchema({ ownScope: true }))).data).toEqual({
      city: { staffNote: 'note' },
    });
    expect(shape(await run(source, ['read:Query'], citySchema({ ownScope: true }))).data).toEqual({
      city: { staffNote: null },
    });
  });

  test('a context without access is denied', async () => {
    const result = await execute({ schema: citySchema(), document: parse('{ city { id } }'), contextValue: {} });
    expect(shape(result)).toEqual({ data: { city: null }, errors: [['city', denied]] });
  });

  test('two schemas that share one context share no decision', async () => {
    const [first, second] = [citySchema(), citySchema()];
    const contextValue = { access: held(['read:*'], compileSchema(first)) };
    const document = parse('{ city { name } }');
    expect(shape(await execute({ schema: first, document, contextValue })).errors).toEqual([]);
    contextValue.access = held([], compileSchema(second));
    expect(shape(await execute({ schema: second, document, contextValue })).data).toEqual({ city: null });
    expect(shape(await execute({ schema: first, document, contextValue })).data).toEqual({ city: null });
  });

  test('the plugin does not build without scope-auth', () => {
    const builder = new SchemaBuilder({ plugins: [fieldpassPlugin] } as never);
    builder.queryType({ fields: (t) => ({ x: t.int({ resolve: () => 1 }) }) });
    expect(() => builder.toSchema()).toThrow(/scope-auth/);
  });
});

test('declarations reach the compiled schema', () => {
  const compiled = compileSchema(citySchema());
  const rulesOf = (bits: readonly number[] | undefined) =>
    (bits ?? []).map((bit) => {
      const { coordinate, verb } = ofBit(compiled.coordinates, bit);
      return `${verb}:${coordinate.type}.${coordinate.field}`;
    });
  const inputFieldOf = (type: string, name: string) => {
    const input = compiled.inputs.get(type);
    return input?.kind === 'INPUT_OBJECT' ? input.fields.get(name) : undefined;
  };
  expect(compiled.byText.get('City.secret')?.explicit).toBe(true);
  expect(compiled.byText.get('Viewer.id')?.access).toBe('OPEN');
  expect(compiled.byText.get('QueryCitiesConnection.edges')?.access).toBe('TRANSPARENT');
  expect(rulesOf(compiled.queryType.fields.get('city')?.arguments.get('name')?.needs)).toEqual(['read:City.name']);
  expect(rulesOf(inputFieldOf('CityFilter', 'name')?.needs.read)).toEqual(['read:City.name']);
  expect(rulesOf(inputFieldOf('CityFilter', 'near')?.needs.read)).toEqual(['read:City.secret']);
  expect(rulesOf(inputFieldOf('CityInput', 'title')?.needs.write)).toEqual(['write:City.name']);
  expect(compiled.inputs.get('CityOrder')).toMatchObject({ kind: 'ENUM' });
  expect(rulesOf(compiled.mutationType?.fields.get('createCity')?.needs)).toEqual(['write:Mutation.createCity']);
});
