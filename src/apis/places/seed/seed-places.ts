import { type SQL, sql } from 'drizzle-orm';
import type { Database, Patient, Queries } from '../../../db/database.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { invariant } from '../../../kernel/invariant.ts';
import { country } from '../tables.ts';
import { putCityIndexesAside, restoreCityIndexes } from './city-indexes.ts';
import type { CityRow } from './city-row.ts';
import { bundledPlaces, type PlacesSource } from './places-source.ts';
import { insertSeedState, lockSeedState, readSeedState, type SeedState, updateSeedState } from './seed-state.ts';

export interface SeedOptions {
  readonly clock: Clock;
  readonly source?: PlacesSource;
  readonly onProgress?: (progress: SeedProgress) => void;
  /** Told every few seconds while another instance seeds. */
  readonly onWait?: (waitedMs: number) => void;
}

export interface SeedProgress {
  /** Cities in the database, and cities there will be. */
  readonly done: number;
  readonly total: number;
}

const batchSize = 5000;

/**
 * Puts the Places data into the database, once. A process that dies on the way leaves whole batches, and the next
 * start, or one of those that wait for it, goes on behind them. What clients changed or deleted since stays so. Answers
 * whether there was anything to do.
 */
export async function seedPlaces(database: Database, options: SeedOptions): Promise<boolean> {
  if (await isSeeded(database.queries)) return false;
  return database.alone('fieldpass places seed', (patient) => seed(patient, options), options.onWait ?? (() => {}));
}

async function seed(database: Patient, options: SeedOptions): Promise<boolean> {
  if (await isSeeded(database.queries)) return false;
  const { clock, source = bundledPlaces } = options;
  await begin(database, source, clock);
  const cities = source.cities();
  for (let done = 0; done < cities.length; ) {
    const state = await addBatch(database, cities, clock);
    done = cities.findLastIndex((city) => city.geonameId <= state.after) + 1;
    options.onProgress?.({ done, total: cities.length });
  }
  await finish(database, clock);
  return true;
}

/** All of the Places data are in the database. */
export async function isSeeded(queries: Queries): Promise<boolean> {
  return (await readSeedState(queries))?.complete === true;
}

async function begin(database: Patient, source: PlacesSource, clock: Clock): Promise<void> {
  await database.transaction(async (queries) => {
    const start: SeedState = { after: 0, indexes: [], complete: false };
    if (!(await insertSeedState(queries, start, clock.now()))) return;
    await queries.insert(country).values([...source.countries()]);
    const indexes = await putCityIndexesAside(database, queries);
    await updateSeedState(queries, { ...start, indexes }, clock.now());
  });
}

async function addBatch(database: Patient, cities: readonly CityRow[], clock: Clock): Promise<SeedState> {
  return await database.transaction(async (queries) => {
    const state = await lockSeedState(queries);
    invariant(state, 'the seed has begun');
    const first = cities.findIndex((city) => city.geonameId > state.after);
    const batch = first < 0 ? [] : cities.slice(first, first + batchSize);
    const last = batch.at(-1);
    if (!last) return state;
    await queries.execute(insertCities(batch, clock.now()));
    const next = { ...state, after: last.geonameId };
    await updateSeedState(queries, next, clock.now());
    return next;
  });
}

/** Each step may be repeated: a process that dies between them does them again at its next start. */
async function finish(database: Patient, clock: Clock): Promise<void> {
  await database.transaction(async (queries) => {
    const state = await lockSeedState(queries);
    await restoreCityIndexes(queries, state?.indexes ?? []);
  });
  // The embedded engine has nobody who does this in the background; plans are poor without it.
  await database.queries.execute(sql`VACUUM (ANALYZE) city`);
  await database.queries.execute(sql`VACUUM (ANALYZE) country`);
  await database.transaction(async (queries) => {
    const state = await lockSeedState(queries);
    invariant(state, 'the seed has begun');
    await updateSeedState(queries, { ...state, indexes: [], complete: true }, clock.now());
  });
}

/** One array a column instead of one parameter a value: several times faster on both engines. */
function insertCities(batch: readonly CityRow[], now: number): SQL {
  const column = (name: keyof CityRow): SQL => sql`${sql.param(batch.map((row) => row[name]))}`;
  return sql`
    INSERT INTO city (id, geoname_id, name, alternate_name, country_code, population, admin_code, feature_code,
      latitude, longitude, created_at, updated_at)
    SELECT row.*, ${now}::timestamptz, ${now}::timestamptz
    FROM unnest(
      ${column('id')}::uuid[], ${column('geonameId')}::bigint[], ${column('name')}::text[],
      ${column('alternateName')}::text[], ${column('countryCode')}::text[], ${column('population')}::integer[],
      ${column('adminCode')}::text[], ${column('featureCode')}::text[], ${column('latitude')}::float8[],
      ${column('longitude')}::float8[]) AS row
    ON CONFLICT DO NOTHING`;
}
