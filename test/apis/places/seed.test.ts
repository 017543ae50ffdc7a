import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cityId } from '../../../src/apis/places/seed/city-id.ts';
import { bundledPlaces, type PlacesSource } from '../../../src/apis/places/seed/places-source.ts';
import { isSeeded, seedPlaces } from '../../../src/apis/places/seed/seed-places.ts';
import { city, country } from '../../../src/apis/places/tables.ts';
import type { Database } from '../../../src/db/database.ts';
import { isUuid } from '../../../src/kernel/uuid.ts';
import { sampleClock } from '../../support/places-sample.ts';
import { openTestDatabase } from '../../support/test-database.ts';

let database: Database;
const all = bundledPlaces.cities();
/** Three batches. */
const some: PlacesSource = { ...bundledPlaces, cities: () => all.slice(0, 12_000) };

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(() => database.close());

beforeEach(async () => {
  await database.queries.delete(city);
  await database.queries.delete(country);
  await database.queries.execute(sql`DELETE FROM instance_setting`);
});

async function count(): Promise<number> {
  return await database.queries.$count(city);
}

async function indexes(): Promise<string[]> {
  const found = await database.rows<{ name: string }>(
    sql`SELECT indexname AS name FROM pg_indexes WHERE tablename = 'city' ORDER BY 1`,
  );
  return found.map(({ name }) => name);
}

/** Dies, as a process does, right after the given number of batches. */
function dieAfter(batches: number): (progress: unknown) => void {
  let seen = 0;
  return () => {
    seen++;
    if (seen === batches) throw new Error('killed');
  };
}

describe('the seed of Places', () => {
  it('puts in every country and city, tells its progress, and leaves every index in place', async () => {
    const before = await indexes();
    const progress: number[] = [];
    expect(
      await seedPlaces(database, { clock: sampleClock, source: some, onProgress: ({ done }) => progress.push(done) }),
    ).toBe(true);
    expect(await count()).toBe(12_000);
    expect(await database.queries.$count(country)).toBe(bundledPlaces.countries().length);
    expect(progress).toEqual([5000, 10_000, 12_000]);
    expect(await indexes()).toEqual(before);
    expect(before).toContain('city_location_index');
  });

  it('does nothing the second time, does not even load the cities, and lets changes of clients stand', async () => {
    await seedPlaces(database, { clock: sampleClock, source: some });
    await database.queries.delete(city).where(eq(city.geonameId, all[0]?.geonameId ?? 0));
    const untouched: PlacesSource = {
      countries: () => [],
      cities: () => {
        throw new Error('loaded');
      },
    };
    expect(await seedPlaces(database, { clock: sampleClock, source: untouched })).toBe(false);
    expect(await count()).toBe(11_999);
  });

  it('goes on where a process died, and repeats nothing', async () => {
    const before = await indexes();
    const killed = seedPlaces(database, { clock: sampleClock, source: some, onProgress: dieAfter(2) });
    await expect(killed).rejects.toThrow('killed');
    expect(await isSeeded(database.queries)).toBe(false);
    expect(await count()).toBe(10_000);
    // Deleted by a client before the second start: it does not come back.
    await database.queries.delete(city).where(eq(city.geonameId, all[0]?.geonameId ?? 0));
    await seedPlaces(database, { clock: sampleClock, source: some });
    expect(await isSeeded(database.queries)).toBe(true);
    expect(await count()).toBe(11_999);
    expect(await indexes()).toEqual(before);
  });

  it('is done once when two instances do it at the same moment', async () => {
    const seed = (): Promise<boolean> => seedPlaces(database, { clock: sampleClock, source: some });
    await Promise.all([seed(), seed()]);
    expect(await count()).toBe(12_000);
    expect(await isSeeded(database.queries)).toBe(true);
  });

  it('finds what is near through the index', async () => {
    await seedPlaces(database, { clock: sampleClock, source: some });
    const plan = await database.rows(
      sql`EXPLAIN SELECT id FROM city WHERE point(longitude, latitude) <@ box(point(8, 47), point(9, 48))`,
    );
    expect(JSON.stringify(plan)).toContain('city_location_index');
  });
});

describe('the bundled data', () => {
  it('has unique ids that follow from the GeoNames id', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(130_000);
    expect(cityId(3_039_163)).toBe('67656f6e-616d-8573-8000-0000002e5fbb');
    expect(isUuid(cityId(3_039_163))).toBe(true);
  });

  it('describes a country by alpha-2 codes, and by null where the source has no value', () => {
    const countries = new Map(bundledPlaces.countries().map((row) => [row.code, row]));
    expect(countries.get('CH')).toEqual({
      code: 'CH',
      name: 'Switzerland',
      officialName: 'Swiss Confederation',
      capital: ['Bern'],
      region: 'Europe',
      subregion: 'Western Europe',
      areaKm2: 41284,
      languages: ['French', 'Swiss German', 'Italian', 'Romansh'],
      currencies: ['CHF'],
      borders: ['AT', 'DE', 'FR', 'IT', 'LI'],
      latitude: 47,
      longitude: 8,
    });
    expect(countries.get('SJ')?.areaKm2).toBeNull();
    expect(countries.get('AQ')).toMatchObject({ capital: [], subregion: null, languages: [], currencies: [] });
    const strange = [...countries.values()].flatMap(({ borders }) => borders).filter((code) => !countries.has(code));
    expect(strange).toEqual([]);
  });

  it('names a country that exists for every city', () => {
    const codes = new Set(bundledPlaces.countries().map(({ code }) => code));
    expect(all.filter(({ countryCode }) => !codes.has(countryCode))).toEqual([]);
  });
});
