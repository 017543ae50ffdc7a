import type { CityRow } from '../../src/apis/places/seed/city-row.ts';
import { bundledPlaces, type PlacesSource } from '../../src/apis/places/seed/places-source.ts';

/** How many of the largest cities the sample holds. */
export const sampleSize = 3000;

/** All countries and the largest cities, the same in every run: enough for pages, filters, distances and borders. */
export const placesSample: PlacesSource = {
  countries: bundledPlaces.countries,
  cities: () =>
    [...bundledPlaces.cities()]
      .sort((left: CityRow, right: CityRow) => right.population - left.population || left.geonameId - right.geonameId)
      .slice(0, sampleSize)
      .sort((left, right) => left.geonameId - right.geonameId),
};

/** When the sample was put in. */
export const sampleClock = { now: () => Date.UTC(2026, 0, 1), monotonic: () => 0 };
