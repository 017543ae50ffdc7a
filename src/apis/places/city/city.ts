import type { CountryRef } from '../country/country.ts';
import { radiusRule } from '../location/coordinates.ts';
import { pageSizeOf, plainListCost } from '../page-size.ts';
import type { PlaceRef } from '../place/place.ts';
import type { PlacesBuilder } from '../places-context.ts';
import type { CityRow } from './city-columns.ts';

export function addCity(builder: PlacesBuilder, Place: PlaceRef, Country: CountryRef) {
  const City = builder.loadableNodeRef('City', {
    id: { resolve: (city: CityRow) => city.id },
    // A dataloader takes null for an object that is not there.
    load: (ids: string[], { places }) => places.cities.byIds(ids) as Promise<CityRow[]>,
  });
  builder.objectType(City, {
    description: 'A populated place, from GeoNames or from a client.',
    interfaces: [Place],
    fields: (t) => ({
      alternateName: t.exposeString('alternateName'),
      country: t.field({ type: Country, nullable: false, resolve: ({ countryCode }) => countryCode }),
      population: t.exposeInt('population'),
      adminCode: t.exposeString('adminCode', { description: 'First-level division, as GeoNames numbers it.' }),
      featureCode: t.exposeString('featureCode', { description: 'GeoNames feature code: PPL, PPLA, PPLC …' }),
      nearby: t.field({
        description: 'Other cities within a radius of at most 500 km, nearest first.',
        type: [City],
        nullable: { list: false, items: false },
        cost: { weight: 20, ...plainListCost },
        args: {
          radiusKm: t.arg.float({ required: true, looksAt: ['City.location'], validate: radiusRule }),
          first: t.arg.int({ defaultValue: 10 }),
        },
        resolve: (city, { radiusKm, first }, { places }) =>
          places.cities.near(city, radiusKm, pageSizeOf(first), city.id).then((cities) => [...cities]),
      }),
      // Read by statements of their own, only when selected. Not cached: a mutation may change them on the way.
      editorNotes: t.loadable({
        type: 'String',
        nullable: true,
        load: (ids: string[], { places }) => places.cities.editorNotes(ids),
        loaderOptions: { cache: false },
        resolve: ({ id }) => id,
      }),
      contributorEmail: t.loadable({
        description: 'Personal data: readable only by keys that name this field.',
        type: 'String',
        nullable: true,
        privilege: { explicit: true },
        load: (ids: string[], { places }) => places.cities.contributorEmails(ids),
        loaderOptions: { cache: false },
        resolve: ({ id }) => id,
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime' }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime' }),
    }),
  });
  return City;
}

export type CityRef = ReturnType<typeof addCity>;
