import type { Countries, Country } from 'world-countries';
import type { country } from '../tables.ts';

export type CountryRow = typeof country.$inferInsert;

export function countryRows(countries: Countries): CountryRow[] {
  const alpha2 = new Map(countries.map(({ cca3, cca2 }) => [cca3, cca2]));
  return countries.map((source) => countryRow(source, alpha2));
}

function countryRow(source: Country, alpha2: ReadonlyMap<string, string>): CountryRow {
  const [latitude, longitude] = source.latlng;
  return {
    code: source.cca2,
    name: source.name.common,
    officialName: source.name.official,
    capital: source.capital.filter((capital) => capital !== ''),
    region: source.region,
    subregion: source.subregion || null,
    // The package writes -1 where the area is not known.
    areaKm2: source.area > 0 ? source.area : null,
    languages: Object.values(source.languages),
    currencies: Object.keys(source.currencies),
    borders: source.borders.flatMap((cca3) => alpha2.get(cca3) ?? []).sort(),
    latitude,
    longitude,
  };
}
