import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { compileDocument } from '../../src/plan/compile-document/compile-document.ts';
import { checkDemands, compileDemands, forbiddenErrors } from '../../src/privileges/demands.ts';
import { denialErrors, deniedFields, withoutDenied } from '../../src/privileges/null-mode.ts';
import { places } from '../plan/places.ts';
import { denialsOf, held, missing } from './held.ts';

const read = ['read:Query', 'read:City', 'read:Country', 'read:Location'];

describe('output fields', () => {
  const weak = ['read:Query.city', 'read:City.id', 'read:City.name'];
  test.each([
    ['{ city(id: 1) { id name } }', []],
    ['{ city(id: 1) { population } }', ['read:City.population']],
    ['{ city(id: 1) { name: population } }', ['read:City.population']],
    ['{ city(id: 1) { id: population, population } }', ['read:City.population']],
    [
      '{ city(id: 1) { ...A } } fragment A on City { ...B } fragment B on City { ... { ...C } } fragment C on City { population }',
      ['read:City.population'],
    ],
    ['{ city(id: 1) { ... on Place { ... on City { population } } } }', ['read:City.population']],
    [
      '{ city(id: 1) { location { latitude } country { name } } }',
      ['read:City.location', 'read:Location.latitude', 'read:City.country', 'read:Country.name'],
    ],
    ['{ __typename city(id: 1) { __typename } }', []],
    ['{ viewer { keyId name __typename } }', []],
    ['{ __schema { queryType { name } } city(id: 1) { population } }', ['read:City.population']],
    ['{ cities { totalCount } }', ['read:Query.cities']],
    [
      '{ cities { edges { cursor node { name } } pageInfo { hasNextPage } averagePopulation } }',
      ['read:Query.cities', 'read:CityConnection.averagePopulation'],
    ],
  ])('%s', (source, rules) => {
    expect(missing(source, weak).sort()).toEqual([...rules].sort());
  });

  test('a denial has the path and coordinate of the first place', () => {
    const denials = denialsOf('{ a: city(id: 1) { b: population } c: city(id: 2) { population } }', weak);
    expect(denials).toMatchObject([
      { coordinate: 'City.population', verb: 'read', rule: 'read:City.population', path: ['a', 'b'] },
    ]);
  });
});

describe('abstract types', () => {
  test.each([
    ['{ node(id: 1) { id } }', ['read:Query.node', 'read:City.id'], []],
    ['{ node(id: 1) { id } }', ['read:Query.node', 'read:City.id', 'read:Country.name'], ['read:Country.id']],
    ['{ node(id: 1) { id } }', ['read:Query.node'], ['read:City.id', 'read:Country.id', 'read:Secret.id']],
    ['{ node(id: 1) { ... on City { name } } }', ['read:Query.node', 'read:City.name', 'read:Country.code'], []],
    ['{ node(id: 1) { ... on Secret { plan } } }', ['read:Query.node', 'read:City.id'], ['read:Secret.plan']],
    ['{ node(id: 1) { id ... on Secret { id } } }', ['read:Query.node', 'read:City.id'], ['read:Secret.id']],
    [
      '{ node(id: 1) { id ... on Secret { ... on Node { id } } } }',
      ['read:Query.node', 'read:City.id'],
      ['read:Secret.id'],
    ],
    [
      '{ node(id: 1) { id ... on Place { name } } }',
      ['read:Query.node', 'read:Secret.id'],
      ['read:City', 'read:Country'],
    ],
    ['{ node(id: 1) { id ... on Secret { __typename } } }', ['read:Query.node', 'read:City.id'], ['read:Secret']],
    ['{ node(id: 1) { __typename } }', ['read:Query.node', 'read:City.id'], []],
    ['{ node(id: 1) { __typename } }', ['read:Query.node'], ['read:City', 'read:Country', 'read:Secret']],
    ['{ node(id: 1) { ... on Secret { __typename } } }', ['read:Query.node', 'read:City.id'], ['read:Secret']],
    [
      '{ anything { ... on Place { name } } }',
      ['read:Query.anything', 'read:City.name', 'read:Country.id'],
      ['read:Country.name'],
    ],
    ['{ searchPlaces(text: "x") { id } }', ['read:Query.searchPlaces', 'read:City.id', 'read:City.name'], []],
    ['{ searchPlaces(text: "x") { id } }', ['read:Query.searchPlaces', 'read:City.id'], ['read:City.name']],
  ])('%s with %j lacks %j', (source, rules, lacks) => {
    expect(missing(source, rules)).toEqual(lacks);
  });

  test('nothing but __typename of a type that the key cannot see is refused', () => {
    expect(missing('{ cities { nodes { __typename } } }', ['read:Query.cities'])).toEqual(['read:City']);
    expect(missing('{ cities { nodes { __typename } } }', ['read:Query.cities', 'read:City.id'])).toEqual([]);
  });

  test('a mutation’s payload may be asked for its __typename by who may only write', () => {
    expect(
      missing('mutation { createCity(input: { name: "x" }) { __typename } }', [
        'write:Mutation.createCity',
        'write:City.name',
      ]),
    ).toEqual([]);
  });
});

describe('words that reach beyond the objects that can be met', () => {
  const part = ['read:Query', 'read:City', 'read:Country.name'];
  const lacks = ['read:Country.id'];
  test.each([
    ['{ city(id: 1) { ... on Node { id } } }', {}, lacks],
    ['{ city(id: 1) { ... on Place { id name } } }', {}, lacks],
    ['{ city(id: 1) { ... on Place { name } } }', {}, []],
    ['{ city(id: 1) { ... on Node { __typename } ... on Anything { __typename } } }', {}, []],
    ['{ city(id: 1) { ... on Place { ... on Node { key: id } } } }', {}, lacks],
    ['{ city(id: 1) { ... on Place { ... on City { id } } } }', {}, []],
    ['{ searchPlaces(text: "x") { ... on City { ... on Place { id } } } }', {}, lacks],
    ['{ city(id: 1) { ...F } } fragment F on Anything { ... on Country { code } }', {}, ['read:Country.code']],
    ['{ city(id: 1) { ... on Node { ... on Country { cities { nodes { name } } } } } }', {}, ['read:Country.cities']],
    ['{ city(id: 1) { ... on Node { ... on Secret { __typename } } } }', {}, ['read:Secret']],
    ['query($v: Boolean!) { city(id: 1) { name ... on Node @include(if: $v) { id } } }', { v: true }, lacks],
    ['query($v: Boolean!) { city(id: 1) { name ... on Node @include(if: $v) { id } } }', { v: false }, []],
    ['query($v: Boolean!) { city(id: 1) { name ... on Node { id @skip(if: $v) } } }', { v: true }, []],
    [
      'query($v: Boolean!) { viewer { name } city(id: 1) @skip(if: $v) { ...F } } fragment F on Node { id }',
      { v: true },
      [],
    ],
    [
      'query($v: Boolean!) { a: city(id: 1) @skip(if: $v) { ...F } b: city(id: 1) { ...F } } fragment F on Node { id }',
      { v: true },
      lacks,
    ],
  ])('%s with %j lacks %j', (source, variables, rules) => {
    expect(missing(source, part, variables)).toEqual(rules);
  });

  test('two abstract types fit where the key can see what is both', () => {
    const source = '{ node(id: 1) { ... on Place { __typename } } }';
    expect(missing(source, ['read:Query.node', 'read:Secret.id'])).toEqual(['read:City', 'read:Country']);
  });

  test('a denial says where it is written', () => {
    expect(denialsOf('{ a: city(id: 1) { ... on Node { b: id } } }', part)).toMatchObject([
      { coordinate: 'Country.id', path: ['a', 'b'] },
    ]);
  });

  test('fragments that double at each step are walked once each', () => {
    const steps = Array.from({ length: 40 }, (_, n) => `fragment F${n} on Node { ...F${n + 1} ... { ...F${n + 1} } }`);
    const source = `{ city(id: 1) { ...F0 } } ${steps.join(' ')} fragment F40 on Node { id }`;
    expect(missing(source, part)).toEqual(lacks);
  });

  test('under NULL what may be read is given, and what is denied of the others is said', () => {
    const document = parse('{ city(id: 1) { ... on Node { id } name } }');
    const answer = compileDocument(places, document, undefined, { maxSteps: 10_000, maxDepth: 15 });
    if (answer.kind !== 'PLANNED') throw new Error(answer.kind);
    const values = { raw: {}, coerced: {} };
    const denied = deniedFields(answer.plan, compileDemands(places, answer.plan), held(part), values);
    if (!denied) throw new Error('Country.id is denied');
    expect(denied.denials.size).toBe(0);
    expect(denialErrors(answer.plan, denied)).toMatchObject([
      { path: ['city', 'id'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', required: ['read:Country.id'] } },
    ]);
    const left = compileDocument(places, withoutDenied(answer.plan, denied, document).document, undefined, {
      maxSteps: 10_000,
      maxDepth: 15,
    });
    if (left.kind !== 'PLANNED') throw new Error(left.kind);
    expect(checkDemands(compileDemands(places, left.plan), held(part), values)).toEqual([]);
  });
});

describe('conditions', () => {
  const rules = ['read:Query', 'read:City.name'];
  test.each([
    ['{ city(id: 1) { name population @include(if: false) } }', {}, []],
    ['{ city(id: 1) { name population @skip(if: true) } }', {}, []],
    ['query($v: Boolean!) { city(id: 1) { name population @include(if: $v) } }', { v: true }, ['read:City.population']],
    ['query($v: Boolean!) { city(id: 1) { name population @include(if: $v) } }', { v: false }, []],
    ['query($v: Boolean = true) { city(id: 1) { name population @include(if: $v) } }', {}, ['read:City.population']],
    [
      'query($v: Boolean!) { city(id: 1) { name ...F @include(if: $v) } } fragment F on City { population }',
      { v: true },
      ['read:City.population'],
    ],
    [
      'query($v: Boolean!) { city(id: 1) { name ...F @skip(if: $v) } } fragment F on City { population }',
      { v: true },
      [],
    ],
    ['query($v: Boolean!) { viewer { name } city(id: 1) @include(if: $v) { population } }', { v: false }, []],
    [
      'query($v: Boolean!) { viewer { name } city(id: 1) @include(if: $v) { population } }',
      { v: true },
      ['read:City.population'],
    ],
    [
      'query($v: Boolean!) { a: city(id: 1) @include(if: $v) { ...F } b: city(id: 1) @skip(if: $v) { ...F } } fragment F on City { population }',
      { v: false },
      ['read:City.population'],
    ],
    ['query($v: Boolean!) { city(id: 1) @include(if: $v) { population } city(id: 1) { name } }', { v: false }, []],
    [
      'query($v: Boolean!) { city(id: 1) @include(if: $v) { population } city(id: 1) { name } }',
      { v: true },
      ['read:City.population'],
    ],
  ])('%s %j', (source, variables, lacks) => {
    expect(missing(source, rules, variables)).toEqual(lacks);
  });
});

describe('arguments', () => {
  const rules = ['read:Query', 'read:City.id', 'read:City.name', 'read:Country.name'];
  test.each([
    ['{ cities(first: 3, after: "x") { nodes { id } } }', {}, []],
    ['{ country(code: "FR") { name } }', {}, ['read:Country.code']],
    ['query($c: String!) { country(code: $c) { name } }', { c: 'FR' }, ['read:Country.code']],
    ['{ cities(filter: { population: { gte: 5 } }) { nodes { id } } }', {}, ['read:City.population']],
    ['{ cities(filter: { population: null }) { nodes { id } } }', {}, ['read:City.population']],
    ['{ cities(filter: { name: { eq: "x" } }) { nodes { id } } }', {}, []],
    ['{ cities(filter: { and: [{ and: { population: {} } }] }) { nodes { id } } }', {}, ['read:City.population']],
    [
      '{ cities(filter: { country: { code: "FR" } }) { nodes { id } } }',
      {},
      ['read:City.country', 'read:Country.code'],
    ],
    [
      'query($f: CityFilter) { cities(filter: $f) { nodes { id } } }',
      { f: { and: { population: { gte: 1 } } } },
      ['read:City.population'],
    ],
    ['query($f: CityFilter) { cities(filter: $f) { nodes { id } } }', {}, []],
    ['query($f: CityFilter) { cities(filter: $f) { nodes { id } } }', { f: null }, []],
    [
      'query($f: CityFilter = { population: {} }) { cities(filter: $f) { nodes { id } } }',
      {},
      ['read:City.population'],
    ],
    ['query($f: CityFilter = { population: {} }) { cities(filter: $f) { nodes { id } } }', { f: { name: {} } }, []],
    ['query($p: IntFilter) { cities(filter: { population: $p }) { nodes { id } } }', {}, []],
    [
      'query($p: IntFilter) { cities(filter: { population: $p }) { nodes { id } } }',
      { p: null },
      ['read:City.population'],
    ],
    ['{ cities(orderBy: { field: POPULATION }) { nodes { id } } }', {}, ['read:City.population']],
    ['{ cities(orderBy: { field: NAME }) { nodes { id } } }', {}, []],
    [
      'query($o: CityOrder) { cities(orderBy: $o) { nodes { id } } }',
      { o: { field: 'POPULATION' } },
      ['read:City.population'],
    ],
    [
      'query($o: CityOrderField!) { cities(orderBy: { field: $o }) { nodes { id } } }',
      { o: 'POPULATION' },
      ['read:City.population'],
    ],
    [
      'query($o: CityOrderField! = POPULATION) { cities(orderBy: { field: $o }) { nodes { id } } }',
      {},
      ['read:City.population'],
    ],
    ['query($o: CityOrderField! = POPULATION) { cities(orderBy: { field: $o }) { nodes { id } } }', { o: 'NAME' }, []],
    ['{ city(id: 1) { nearby(radiusKm: 3) { id } } }', {}, ['read:City.nearby', 'read:City.location']],
  ])('%s %j lacks %j', (source, variables, lacks) => {
    expect(missing(source, rules, variables).sort()).toEqual([...lacks].sort());
  });
});

describe('supplied inputs', () => {
  const rules = ['write:Mutation', 'update:Mutation', 'write:City.name', 'update:City.name', ...read];
  const create = (input: string) => `mutation { createCity(input: ${input}) { city { id } } }`;
  const with$ = (type: string, input: string) =>
    `mutation($v: ${type}) { createCity(input: ${input}) { city { id } } }`;
  test.each([
    [create('{ name: "x" }'), {}, []],
    [create('{ name: "x", population: 5 }'), {}, ['write:City.population']],
    [create('{ name: "x", population: null }'), {}, ['write:City.population']],
    [create('{ name: "x", note: "n", idempotencyKey: "k" }'), {}, ['write:CreateCityInput.note']],
    [
      create('{ name: "x", location: { latitude: 1, longitude: 2 } }'),
      {},
      ['write:City.location', 'write:Location.latitude', 'write:Location.longitude'],
    ],
    [
      create('{ name: "x", parts: { name: "y", population: 1 } }'),
      {},
      ['write:CreateCityInput.parts', 'write:City.population'],
    ],
    [create('{ name: "x", contributorEmail: "a@b" }'), {}, ['write:City.contributorEmail']],
    [with$('CreateCityInput!', '$v'), { v: { name: 'x', population: 5 } }, ['write:City.population']],
    [with$('CreateCityInput!', '$v'), { v: { name: 'x', population: null } }, ['write:City.population']],
    [
      with$('CreateCityInput!', '$v'),
      { v: { name: 'x', parts: [{ name: 'x', parts: { name: 'z', population: 1 } }] } },
      ['write:CreateCityInput.parts', 'write:City.population'],
    ],
    [with$('CreateCityInput! = { name: "x", population: 1 }', '$v'), {}, ['write:City.population']],
    [with$('Int', '{ name: "x", population: $v }'), { v: 1 }, ['write:City.population']],
    [with$('Int', '{ name: "x", population: $v }'), { v: null }, ['write:City.population']],
    [with$('Int', '{ name: "x", population: $v }'), {}, []],
    [with$('Int = 3', '{ name: "x", population: $v }'), {}, ['write:City.population']],
    [with$('LocationInput', '{ name: "x", location: $v }'), {}, []],
    [
      with$('LocationInput', '{ name: "x", location: $v }'),
      { v: { latitude: 1, longitude: 2 } },
      ['write:City.location', 'write:Location.latitude', 'write:Location.longitude'],
    ],
    [
      'mutation { upsertCity(input: { name: "x", population: 1 }) { __typename } }',
      {},
      ['write:City.population', 'update:City.population'],
    ],
    ['mutation { updateCity(input: { id: 1, name: "x" }) { __typename } }', {}, []],
    [
      'mutation($v: [CreateCityInput!]!) { tagCities(inputs: $v) { __typename } }',
      { v: { name: 'x', population: 1 } },
      ['write:City.population'],
    ],
    [
      'mutation($v: CreateCityInput!) { tagCities(inputs: [$v]) { __typename } }',
      { v: { name: 'x', population: 1 } },
      ['write:City.population'],
    ],
    ['mutation { createKey(name: "x") { key owner { name } } }', {}, ['read:CreateKeyPayload.key']],
  ])('%s %j lacks %j', (source, variables, lacks) => {
    expect(missing(source, rules, variables).sort()).toEqual([...lacks].sort());
  });

  test('a key that reads what a denied mutation returns is still denied, and every denial is told', () => {
    const source =
      'mutation { a: createCity(input: { name: "x" }) { city { name } } b: deleteCity(input: { id: 1 }) { deletedCityId } }';
    expect(
      missing(source, [
        'write:Mutation.createCity',
        'write:City.name',
        'read:City.name',
        'update:Mutation.deleteCity',
        'update:City',
      ]).sort(),
    ).toEqual(['read:DeleteCityPayload.deletedCityId']);
  });

  test('own properties only: __proto__ and inherited names supply nothing', () => {
    const v: unknown = JSON.parse('{ "name": "x", "parts": [] }');
    expect(missing(with$('CreateCityInput!', '$v'), rules, { v })).toEqual(['write:CreateCityInput.parts']);
    const variables = Object.create({ v: { name: 'x', population: 1 } }) as Record<string, unknown>;
    expect(missing(with$('Int', '{ name: "x", population: $v }'), rules, variables)).toEqual([]);
  });

  test('values that nest 100,000 deep are walked without a stack', async () => {
    const { suppliedInValue } = await import('../../src/privileges/demands/supplied-in-value.ts');
    const { places } = await import('../plan/places.ts');
    const input = places.inputs.get('CreateCityInput');
    if (input === undefined) throw new Error('no input');
    let value: unknown = { population: 1 };
    for (let level = 0; level < 100_000; level++) value = { parts: [value] };
    expect(new Set(suppliedInValue(value, input, ['write'])).size).toBe(2);
  });
});

describe('the errors', () => {
  test('say what is missing, once for each coordinate and verb', () => {
    const [error] = forbiddenErrors(denialsOf('{ city(id: 1) { population } }', ['read:Query.city']));
    expect(error?.message).toBe(
      'Forbidden: this key may not read City.population. It needs the privilege read:City.population.',
    );
    expect(error?.extensions).toEqual({
      code: 'FORBIDDEN',
      coordinate: 'City.population',
      privilege: 'READ',
      required: ['read:City.population'],
    });
    expect(error?.locations).toEqual([{ line: 1, column: 17 }]);
  });

  test.each<[string, string, Record<string, unknown>, string]>([
    ['a field', '{ city(id: 1) { population } }', {}, 'population } }'],
    [
      'an input field',
      'mutation { createCity(input: { name: "X", population: 5 }) { __typename } }',
      {},
      'population: 5',
    ],
    [
      'an input field of a variable that is given',
      'mutation ($n: Int) { createCity(input: { name: "X", population: $n }) { __typename } }',
      { n: 5 },
      'population: $n',
    ],
    [
      'the use of a variable that holds it',
      'mutation ($i: CreateCityInput!) { createCity(input: $i) { __typename } }',
      { i: { name: 'X', population: 5 } },
      '$i) {',
    ],
    [
      'an input field of a default of the document',
      'mutation ($i: CreateCityInput! = { name: "X", population: 5 }) { createCity(input: $i) { __typename } }',
      {},
      'population: 5',
    ],
    [
      'an input field of a filter',
      '{ cities(filter: { name: { eq: "x" }, population: { gte: 1 } }) { totalCount } }',
      {},
      'population: {',
    ],
    ['a value', '{ cities(orderBy: { field: POPULATION }) { totalCount } }', {}, 'POPULATION'],
  ])('stand at what needs the privilege: %s', (_, source, variables, place) => {
    const rules = ['read:Query', 'read:City', '!read:City.population', 'write:Mutation', 'write:City.name'];
    const errors = forbiddenErrors(denialsOf(source, rules, variables));
    expect(errors.map(({ locations }) => locations)).toEqual([[{ line: 1, column: source.indexOf(place) + 1 }]]);
  });

  test('are at most 20, and the last says how many more there are', () => {
    const [denial] = denialsOf('{ city(id: 1) { population } }', ['read:Query.city']);
    if (!denial) throw new Error('no denial');
    const errors = forbiddenErrors(Array.from({ length: 25 }, () => denial));
    expect(errors).toHaveLength(20);
    expect(errors.map(({ extensions }) => extensions['more']).filter(Boolean)).toEqual([5]);
  });
});
