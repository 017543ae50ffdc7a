import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPlacesSchema } from '../../../src/apis/places/places-schema.ts';
import { encodeGlobalId } from '../../../src/apis/shared/global-id.ts';
import type { Database } from '../../../src/db/database.ts';
import { isUuid } from '../../../src/kernel/uuid.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { cityGlobalId, type PlacesClient, placesClient, placesServices } from './support.ts';

let database: Database;
let query: PlacesClient;

beforeAll(async () => {
  database = await openTestDatabase({ places: true });
  query = placesClient(buildPlacesSchema(), placesServices(database));
});
afterAll(() => database.close());

const fields = `id name alternateName country { code } population adminCode featureCode
  location { latitude longitude } editorNotes contributorEmail createdAt updatedAt`;
const create = (input: object) =>
  query(`mutation ($input: CreateCityInput!) { createCity(input: $input) { city { ${fields} } } }`, { input });
const update = (input: object) =>
  query(`mutation ($input: UpdateCityInput!) { updateCity(input: $input) { city { ${fields} } } }`, { input });
const upsert = (input: object) =>
  query(`mutation ($input: UpsertCityInput!) { upsertCity(input: $input) { created city { ${fields} } } }`, { input });
const remove = (input: object) =>
  query('mutation ($input: DeleteCityInput!) { deleteCity(input: $input) { deletedCityId } }', { input });
const read = async (id: string) => (await query(`query ($id: ID!) { city(id: $id) { ${fields} } }`, { id })).data.city;

const smallest = { name: 'Neustadt', countryCode: 'DE', latitude: 50, longitude: 10 };
const whole = {
  ...smallest,
  alternateName: 'New Town',
  population: 12,
  adminCode: '02',
  featureCode: 'PPLA',
  editorNotes: 'as of 1900',
  contributorEmail: 'ada@example.com',
};

describe('createCity', () => {
  test('stores what was given, and defaults for the rest', async () => {
    const { data, codes } = await create(smallest);
    expect(codes).toEqual([]);
    const { id, ...created } = data.createCity.city;
    expect(created).toEqual({
      name: 'Neustadt',
      alternateName: null,
      country: { code: 'DE' },
      population: 0,
      adminCode: null,
      featureCode: 'PPL',
      location: { latitude: 50, longitude: 10 },
      editorNotes: null,
      contributorEmail: null,
      createdAt: '2026-11-24T12:00:00.000Z',
      updatedAt: '2026-11-24T12:00:00.000Z',
    });
    const [type, uuid = ''] = Buffer.from(id, 'base64').toString().split(':');
    expect([type, isUuid(uuid), uuid[14]]).toEqual(['City', true, '7']);
    expect(await read(id)).toEqual(data.createCity.city);
  });

  test('stores every field', async () => {
    const { data } = await create(whole);
    expect(data.createCity.city).toMatchObject({
      alternateName: 'New Town',
      population: 12,
      adminCode: '02',
      featureCode: 'PPLA',
      editorNotes: 'as of 1900',
      contributorEmail: 'ada@example.com',
    });
  });

  test.each([
    ['an unknown country', { countryCode: 'XX' }],
    ['a country that is no code', { countryCode: 'Germany' }],
    ['a country in small letters', { countryCode: 'de' }],
    ['an empty name', { name: '' }],
    ['a name of 201 characters', { name: 'a'.repeat(201) }],
    ['a NUL in its name', { name: 'a\u0000b' }],
    ['half a surrogate pair', { alternateName: '\ud83d' }],
    ['a latitude beyond the pole', { latitude: 90.5 }],
    ['a longitude beyond the antimeridian', { longitude: -180.5 }],
    ['a negative population', { population: -1 }],
    ['no population', { population: null }],
    ['no feature code', { featureCode: null }],
    ['a feature code that is none', { featureCode: 'p; DROP' }],
    ['an address that is none', { contributorEmail: 'ada' }],
    ['a NUL in its notes', { editorNotes: '\u0000' }],
    ['endless notes', { editorNotes: 'a'.repeat(5001) }],
  ])('refuses %s', async (_what, wrong) => {
    const before = (await query('{ cities { totalCount } }')).data.cities.totalCount;
    const { codes, messages } = await create({ ...whole, ...wrong });
    expect(codes).toEqual(['BAD_USER_INPUT']);
    expect(messages[0]).toMatch(new RegExp(`^"input.${Object.keys(wrong)[0]}": |There is no country`));
    expect((await query('{ cities { totalCount } }')).data.cities.totalCount).toBe(before);
  });

  test.each([
    ['population', 2 ** 31],
    ['population', 1.5],
    ['latitude', 'north'],
    ['name', 7],
    ['__proto__', { polluted: true }],
    ['constructor', 1],
    ['id', 'x'],
  ])('does not let %s be %j', async (name, value) => {
    const input = Object.defineProperty({ ...whole }, name, { value, enumerable: true });
    const { data, messages } = await create(input);
    expect(data).toBeUndefined();
    expect(messages).toHaveLength(1);
    expect('polluted' in {}).toBe(false);
  });

  test('refuses infinity in a literal', async () => {
    const { codes } = await query(
      'mutation { createCity(input: { name: "a", countryCode: "DE", latitude: 1e309, longitude: 0 }) { city { id } } }',
    );
    expect(codes).toEqual(['BAD_USER_INPUT']);
  });

  test('takes the limits themselves', async () => {
    const { data, codes } = await create({
      ...whole,
      population: 2 ** 31 - 1,
      latitude: -90,
      longitude: 180,
      name: '𝓐'.repeat(100),
    });
    expect(codes).toEqual([]);
    expect(data.createCity.city).toMatchObject({
      population: 2 ** 31 - 1,
      location: { latitude: -90, longitude: 180 },
    });
  });
});

describe('updateCity', () => {
  const made = async () => (await create(whole)).data.createCity.city;

  test('changes what is given, keeps what is absent, clears what is null', async () => {
    const city = await made();
    const { data, codes } = await update({ id: city.id, population: 13, alternateName: null, contributorEmail: null });
    expect(codes).toEqual([]);
    expect(data.updateCity.city).toEqual({ ...city, population: 13, alternateName: null, contributorEmail: null });
    expect(await read(city.id)).toEqual(data.updateCity.city);
  });

  test('moves a city to another country', async () => {
    const city = await made();
    const { data } = await update({ id: city.id, countryCode: 'FR', latitude: 45 });
    expect(data.updateCity.city).toMatchObject({ country: { code: 'FR' }, location: { latitude: 45, longitude: 10 } });
  });

  test.each(['name', 'countryCode', 'population', 'featureCode', 'latitude', 'longitude'])(
    'refuses null for %s',
    async (name) => {
      const city = await made();
      const { codes } = await update({ id: city.id, [name]: null });
      expect(codes).toEqual(['BAD_USER_INPUT']);
      expect(await read(city.id)).toEqual(city);
    },
  );

  test('twice in one operation answers each state', async () => {
    const city = await made();
    const { data } = await query(
      `mutation ($id: ID!) {
        first: updateCity(input: { id: $id, editorNotes: "1", countryCode: "FR" }) { city { editorNotes country { code } } }
        second: updateCity(input: { id: $id, editorNotes: "2", countryCode: "IT" }) { city { editorNotes country { code } } }
      }`,
      { id: city.id },
    );
    expect(data.first.city).toEqual({ editorNotes: '1', country: { code: 'FR' } });
    expect(data.second.city).toEqual({ editorNotes: '2', country: { code: 'IT' } });
  });
});

describe('upsertCity', () => {
  test('creates without an id, and with one that no city has, and changes the city that has it', async () => {
    const without = await upsert(smallest);
    expect(without.data.upsertCity).toMatchObject({ created: true, city: { name: 'Neustadt' } });
    const id = encodeGlobalId('City', '0190ffff-0000-7000-8000-000000000000');
    const first = await upsert({ id, ...smallest, population: 5 });
    expect(first.data.upsertCity).toMatchObject({ created: true, city: { id, population: 5 } });
    const second = await upsert({ id, ...smallest, name: 'Altstadt' });
    expect(second.codes).toEqual([]);
    expect(second.data.upsertCity).toMatchObject({ created: false, city: { id, name: 'Altstadt', population: 5 } });
  });

  test.each([
    ['another type', encodeGlobalId('Country', 'DE')],
    ['no UUID', encodeGlobalId('City', '1')],
    ['nothing', ''],
  ])('refuses an id of %s', async (_what, id) => {
    expect((await upsert({ id, ...smallest })).codes).toEqual(['BAD_USER_INPUT']);
  });
});

describe('deleteCity', () => {
  test('deletes once', async () => {
    const id = cityGlobalId(2988507);
    expect(await remove({ id })).toMatchObject({ data: { deleteCity: { deletedCityId: id } }, codes: [] });
    expect(await read(id)).toBeNull();
    expect((await remove({ id })).codes).toEqual(['NOT_FOUND']);
  });
});

test.each([
  encodeGlobalId('City', '0190ffff-0000-7000-8000-00000000dead'),
  encodeGlobalId('City', "1'OR(true)"),
  encodeGlobalId('Country', 'DE'),
  encodeGlobalId('Nothing', '1'),
])('an id that no city has (%s) is not found', async (id) => {
  expect((await update({ id, population: 1 })).codes).toEqual(['NOT_FOUND']);
  expect((await remove({ id })).codes).toEqual(['NOT_FOUND']);
});

test('a latitude too small to calculate with is no latitude: it would fail every search that meets it', async () => {
  const { data } = await create({ ...smallest, latitude: 5e-324, longitude: 1e-200 });
  expect(data.createCity.city.location).toEqual({ latitude: 0, longitude: 0 });
  const near = await query('{ citiesNear(latitude: 1e-320, longitude: 4e-310, radiusKm: 1) { name } }');
  expect(near).toEqual({ data: { citiesNear: [{ name: 'Neustadt' }] }, codes: [], messages: [] });
});
