import { describe, expect, test } from 'vitest';
import { buildPlacesSchema } from '../../../src/apis/places/places-schema.ts';
import { compileSchema } from '../../../src/plan/compile-schema/compile-schema.ts';
import type { CompiledInput } from '../../../src/plan/compiled-schema.ts';
import { verbs } from '../../../src/plan/verb.ts';

const compiled = compileSchema(buildPlacesSchema());

/** Bits as rules: `read:City.name`. */
function rules(bits: readonly number[] | undefined): string[] {
  return (bits ?? [])
    .map((bit) => {
      const { type, field } = compiled.coordinates[Math.floor(bit / 3)] ?? { type: '?', field: '?' };
      return `${verbs[bit % 3]}:${type}.${field}`;
    })
    .sort();
}

const fieldOf = (type: string, field: string) => compiled.objectByName.get(type)?.fields.get(field);

/** What an input field needs, by the verb of the mutation above it. */
function inputNeeds(input: CompiledInput | undefined, name: string) {
  const field = input?.kind === 'INPUT_OBJECT' ? input.fields.get(name) : undefined;
  return field && { read: rules(field.needs.read), write: rules(field.needs.write), update: rules(field.needs.update) };
}

test('the schema can be built again, and compiles without a complaint', () => {
  expect(() => compileSchema(buildPlacesSchema())).not.toThrow();
});

describe('what arguments look at', () => {
  test.each([
    ['Query', 'country', 'code', ['read:Country.code']],
    ['Query', 'citiesNear', 'latitude', ['read:City.location']],
    ['Query', 'citiesNear', 'longitude', ['read:City.location']],
    ['Query', 'citiesNear', 'radiusKm', ['read:City.location']],
    ['City', 'nearby', 'radiusKm', ['read:City.location']],
    ['Query', 'searchPlaces', 'text', []],
    ['Query', 'node', 'id', []],
    ['Query', 'city', 'id', []],
    ['Query', 'cities', 'first', []],
    ['Query', 'cities', 'after', []],
    ['Subscription', 'cityChanged', 'countryCode', ['read:City.country', 'read:Country.code']],
  ])('%s.%s(%s)', (type, field, argument, needs) => {
    expect(rules(fieldOf(type, field)?.arguments.get(argument)?.needs)).toEqual(needs);
  });

  test.each([
    ['name', ['read:City.name']],
    ['population', ['read:City.population']],
    ['countryCode', ['read:City.country', 'read:Country.code']],
  ])('a filter of cities by %s', (name, needs) => {
    for (const [type, field] of [
      ['Query', 'cities'],
      ['Country', 'cities'],
    ] as const) {
      expect(inputNeeds(fieldOf(type, field)?.arguments.get('filter')?.input, name)?.read).toEqual(needs);
    }
  });

  test('an order of cities', () => {
    const order = compiled.inputs.get('CityOrderField');
    const needs = order?.kind === 'ENUM' ? [...order.needs].map(([value, bits]) => [value, rules(bits)]) : [];
    expect(needs).toEqual([
      ['NAME', ['read:City.name']],
      ['POPULATION', ['read:City.population']],
    ]);
  });
});

describe('what mutations need', () => {
  test.each([
    ['createCity', ['write:Mutation.createCity']],
    ['updateCity', ['update:Mutation.updateCity']],
    ['upsertCity', ['update:Mutation.upsertCity', 'write:Mutation.upsertCity']],
  ])('%s', (field, needs) => {
    expect(rules(fieldOf('Mutation', field)?.needs)).toEqual(needs);
  });

  test('deleteCity needs update on every field of City that is not explicit', () => {
    const needs = rules(fieldOf('Mutation', 'deleteCity')?.needs);
    const fields = [...(compiled.objectByName.get('City')?.fields.keys() ?? [])];
    const expected = fields.filter((field) => field !== 'contributorEmail').map((field) => `update:City.${field}`);
    expect(needs).toEqual([...expected, 'update:Mutation.deleteCity'].sort());
  });

  test.each([
    ['population', 'City.population'],
    ['countryCode', 'City.country'],
    ['latitude', 'City.location'],
    ['longitude', 'City.location'],
    ['contributorEmail', 'City.contributorEmail'],
  ])('an input field %s sets %s', (name, coordinate) => {
    for (const mutation of ['createCity', 'updateCity', 'upsertCity']) {
      const needs = inputNeeds(fieldOf('Mutation', mutation)?.arguments.get('input')?.input, name);
      expect([needs?.write, needs?.update]).toEqual([[`write:${coordinate}`], [`update:${coordinate}`]]);
    }
  });

  test('ids of inputs need nothing', () => {
    for (const mutation of ['updateCity', 'upsertCity', 'deleteCity']) {
      const needs = inputNeeds(fieldOf('Mutation', mutation)?.arguments.get('input')?.input, 'id');
      expect(needs).toEqual({ read: [], write: [], update: [] });
    }
  });
});

test('every valid key reads viewer and rateLimit, and what they return', () => {
  const open = compiled.coordinates.filter(({ access }) => access === 'OPEN').map(({ type }) => type);
  const usage = ['ViewerUsage', 'ViewerUsageNumbers', 'ViewerUsagePoint'];
  expect(new Set(open)).toEqual(
    new Set(['Query', 'RateLimit', 'Viewer', 'ViewerApiKey', 'ViewerApplication', ...usage]),
  );
  expect(compiled.byText.get('Query.viewer')?.access).toBe('OPEN');
  expect(compiled.byText.get('Query.rateLimit')?.access).toBe('OPEN');
});

test('structure is transparent, and what a payload says of itself is not', () => {
  const access = (text: string) => compiled.byText.get(text)?.access;
  for (const text of [
    'CityConnection.nodes',
    'CityConnection.totalCount',
    'CityEdge.node',
    'PageInfo.endCursor',
    'CreateCityPayload.city',
    'CityChange.city',
  ]) {
    expect([text, access(text)]).toEqual([text, 'TRANSPARENT']);
  }
  for (const text of ['UpsertCityPayload.created', 'DeleteCityPayload.deletedCityId', 'CityChange.action']) {
    expect([text, access(text)]).toEqual([text, 'GATED']);
  }
  expect(compiled.byText.get('City.contributorEmail')?.explicit).toBe(true);
});

test('every list is bounded', () => {
  expect(fieldOf('Query', 'cities')?.listSize).toMatchObject({ defaultSize: 20, maximumSize: 100 });
  expect(fieldOf('Query', 'searchPlaces')?.listSize).toMatchObject({ defaultSize: 10, maximumSize: 100 });
  expect(fieldOf('Country', 'borders')?.listSize).toMatchObject({ assumedSize: 20 });
});
