import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CityRow } from '../../../src/apis/places/city/city-columns.ts';
import { type CityStore, cityStore } from '../../../src/apis/places/city/city-store.ts';
import type { Coordinates } from '../../../src/apis/places/location/coordinates.ts';
import { boxesAround, earthRadiusKm, withinBoxes } from '../../../src/apis/places/location/nearby.ts';
import { buildPlacesSchema } from '../../../src/apis/places/places-schema.ts';
import { city } from '../../../src/apis/places/tables.ts';
import type { Database } from '../../../src/db/database.ts';
import { openTestDatabase } from '../../support/test-database.ts';
import { type PlacesClient, placesClient, placesServices } from './support.ts';

let database: Database;
let cities: CityStore;
let query: PlacesClient;
let rows: { id: string; latitude: number; longitude: number }[];

/** Where mistakes hide: the antimeridian, the poles, and places that are the same in one coordinate or in both. */
const corners: [number, number][] = [
  [0, 180],
  [0, -180],
  [0.5, 179.9],
  [-0.5, -179.9],
  [65, 179],
  [65, -179],
  [89.9, 0],
  [89.9, 180],
  [89.5, -90],
  [90, 12],
  [-90, 0],
  [-89.9, 77],
  [-89.9, -103],
  [88, 45],
  [0, 0],
  [0, 0],
];

beforeAll(async () => {
  database = await openTestDatabase({ places: true });
  await database.queries.insert(city).values(
    corners.map(([latitude, longitude], index) => ({
      id: `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`,
      name: `Corner ${index}`,
      countryCode: 'AQ',
      latitude,
      longitude,
      createdAt: 0,
      updatedAt: 0,
    })),
  );
  rows = await database.queries.select({ id: city.id, latitude: city.latitude, longitude: city.longitude }).from(city);
  cities = cityStore(database);
  query = placesClient(buildPlacesSchema(), placesServices(database));
});
afterAll(() => database.close());

/** By the angle between two vectors: another formula than the one under test, and exact for small angles too. */
function kmBetween(left: Coordinates, right: Coordinates): number {
  const vector = ({ latitude, longitude }: Coordinates): [number, number, number] => {
    const [row, column] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
    return [Math.cos(row) * Math.cos(column), Math.cos(row) * Math.sin(column), Math.sin(row)];
  };
  const [ax, ay, az] = vector(left);
  const [bx, by, bz] = vector(right);
  const cross = Math.hypot(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx);
  return earthRadiusKm * Math.atan2(cross, ax * bx + ay * by + az * bz);
}

const anywhere = fc.record({
  latitude: fc.oneof(
    fc.double({ min: -90, max: 90, noNaN: true }),
    fc.double({ min: 85, max: 90, noNaN: true }),
    fc.double({ min: -90, max: -85, noNaN: true }),
    fc.constantFrom(-90, 0, 90),
  ),
  longitude: fc.oneof(
    fc.double({ min: -180, max: 180, noNaN: true }),
    fc.double({ min: 175, max: 180, noNaN: true }),
    fc.double({ min: -180, max: -175, noNaN: true }),
    fc.constantFrom(-180, 0, 180),
  ),
});

test('finds exactly what a look at every city finds, nearest first', async () => {
  const somewhere = fc.oneof(
    anywhere,
    fc.nat({ max: 2999 }).map((index) => rows[index] ?? { latitude: 0, longitude: 0 }),
    fc.constantFrom(...corners).map(([latitude, longitude]) => ({ latitude, longitude })),
  );
  await fc.assert(
    fc.asyncProperty(somewhere, fc.double({ min: 0.1, max: 500, noNaN: true }), async (from, radiusKm) => {
      const found = await cities.near(from, radiusKm, 5000);
      // A millimetre on either side of the edge may be either.
      const sure = rows.filter((row) => kmBetween(from, row) <= radiusKm - 1e-6).map(({ id }) => id);
      const possible = new Set(rows.filter((row) => kmBetween(from, row) <= radiusKm + 1e-6).map(({ id }) => id));
      const ids = found.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(sure.filter((id) => !ids.includes(id))).toEqual([]);
      expect(ids.filter((id) => !possible.has(id))).toEqual([]);
      const distances = found.map((row: CityRow) => kmBetween(from, row));
      distances.forEach((distance, index) => {
        expect(distance).toBeGreaterThanOrEqual((distances[index - 1] ?? 0) - 1e-6);
      });
    }),
    { numRuns: 150 },
  );
});

test('every point within the radius lies in one of the boxes', () => {
  fc.assert(
    fc.property(anywhere, anywhere, fc.double({ min: 0.001, max: 500, noNaN: true }), (from, to, radiusKm) => {
      // A point on the way from one to the other, within the radius.
      const target = { latitude: to.latitude, longitude: to.longitude };
      fc.pre(kmBetween(from, target) <= radiusKm);
      const inside = boxesAround(from, radiusKm).some(
        ({ latitude, longitude }) =>
          latitude.from <= target.latitude &&
          target.latitude <= latitude.to &&
          longitude.from <= target.longitude &&
          target.longitude <= longitude.to,
      );
      expect(inside).toBe(true);
    }),
    { numRuns: 200, maxSkipsPerRun: 2000 },
  );
});

test('equally near cities come in the order of their ids', async () => {
  const found = await cities.near({ latitude: 0, longitude: 0 }, 1, 10);
  expect(found.map(({ name }) => name)).toEqual(['Corner 14', 'Corner 15']);
});

test('the two sides of the antimeridian are near each other', async () => {
  const { data } = await query('{ citiesNear(latitude: 0, longitude: -180, radiusKm: 100) { name } }');
  expect(data.citiesNear.map(({ name }: { name: string }) => name).sort()).toEqual([
    'Corner 0',
    'Corner 1',
    'Corner 2',
    'Corner 3',
  ]);
});

test('a city is not near itself, but its twin is', async () => {
  const { data } = await query(
    '{ citiesNear(latitude: 0, longitude: 0, radiusKm: 1) { nearby(radiusKm: 1) { name } } }',
  );
  expect(data.citiesNear).toEqual([{ nearby: [{ name: 'Corner 15' }] }, { nearby: [{ name: 'Corner 14' }] }]);
});

test('the search uses the index', async () => {
  // The sample is so small that reading all of it is cheaper; with 135,000 cities it is not.
  const plan = await database.transaction(async (queries) => {
    await queries.execute(sql`SET LOCAL enable_seqscan = off`);
    const condition = withinBoxes(city, boxesAround({ latitude: 1, longitude: 180 }, 500));
    return database.rows<{ 'QUERY PLAN': string }>(sql`EXPLAIN SELECT id FROM city WHERE ${condition}`, queries);
  });
  expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toContain('city_location_index');
});

describe('arguments', () => {
  test.each([
    'latitude: 90.0001, longitude: 0, radiusKm: 1',
    'latitude: -91, longitude: 0, radiusKm: 1',
    'latitude: 0, longitude: 180.1, radiusKm: 1',
    'latitude: 0, longitude: 0, radiusKm: 0',
    'latitude: 0, longitude: 0, radiusKm: -1',
    'latitude: 0, longitude: 0, radiusKm: 500.1',
    'latitude: 1e309, longitude: 0, radiusKm: 1',
    'latitude: 0, longitude: -1e309, radiusKm: 1',
    'latitude: 0, longitude: 0, radiusKm: 1e309',
  ])('(%s) are refused', async (args) => {
    expect((await query(`{ citiesNear(${args}) { name } }`)).codes).toEqual(['BAD_USER_INPUT']);
  });

  test.each(['latitude: 90, longitude: 180, radiusKm: 500', 'latitude: -90, longitude: -180, radiusKm: 1e-300'])(
    '(%s) are at the edge, and taken',
    async (args) => {
      expect((await query(`{ citiesNear(${args}) { name } }`)).codes).toEqual([]);
    },
  );
});
