import type { PlaceRef } from '../place/place.ts';
import type { PlacesBuilder } from '../places-context.ts';
import type { CountryRow } from './country-store.ts';

/** More than any country has. */
const mostNeighbours = 20;

export function addCountry(builder: PlacesBuilder, Place: PlaceRef) {
  const Country = builder.loadableNodeRef('Country', {
    id: { resolve: (country: CountryRow) => country.code },
    // A dataloader takes null for an object that is not there.
    load: (codes: string[], { places }) => places.countries.byCodes(codes) as Promise<CountryRow[]>,
    toKey: ({ code }) => code,
    cacheResolved: true,
  });
  builder.objectType(Country, {
    description: 'A country or territory of ISO 3166-1.',
    interfaces: [Place],
    fields: (t) => ({
      code: t.exposeString('code', { description: 'ISO 3166-1 alpha-2.' }),
      officialName: t.exposeString('officialName'),
      capital: t.exposeStringList('capital', { description: 'Several where the state has several, or none.' }),
      region: t.exposeString('region'),
      subregion: t.exposeString('subregion'),
      areaKm2: t.exposeFloat('areaKm2'),
      languages: t.exposeStringList('languages', { description: 'English names.' }),
      currencies: t.exposeStringList('currencies', { description: 'ISO 4217 codes.' }),
      borders: t.field({
        description: 'The neighbours by land.',
        type: [Country],
        nullable: { list: false, items: false },
        cost: { listSize: { assumedSize: mostNeighbours } },
        resolve: ({ borders }) => borders.slice(0, mostNeighbours),
      }),
    }),
  });
  return Country;
}

export type CountryRef = ReturnType<typeof addCountry>;
