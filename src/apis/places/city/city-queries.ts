import { connectionSelection } from '../../shared/connection-selection.ts';
import { idWithin } from '../../shared/global-id.ts';
import type { OrderDirectionRef } from '../../shared/order-direction.ts';
import type { CountryRef } from '../country/country.ts';
import type { FilterRefs } from '../filter/filters.ts';
import { latitudeRule, longitudeRule, radiusRule } from '../location/coordinates.ts';
import { pageSizeOf, plainListCost } from '../page-size.ts';
import type { PlacesBuilder } from '../places-context.ts';
import type { CityRef } from './city.ts';
import { addCityListInputs, cityConnection } from './city-list.ts';

export function addCityQueries(
  builder: PlacesBuilder,
  City: CityRef,
  Country: CountryRef,
  filters: FilterRefs,
  OrderDirection: OrderDirectionRef,
): void {
  const { CityFilter, CityOrder } = addCityListInputs(builder, filters, OrderDirection);
  const CityConnection = builder.connectionObject({ type: City, name: 'CityConnection' });

  builder.queryFields((t) => ({
    city: t.field({
      type: City,
      args: { id: t.arg.globalID({ required: true }) },
      resolve: (_root, { id }) => idWithin('City', id),
    }),
    cities: t.connection(
      {
        type: City,
        nullable: false,
        args: { filter: t.arg({ type: CityFilter, cost: { weight: 20 } }), orderBy: t.arg({ type: CityOrder }) },
        resolve: (_root, args, { places }, info) =>
          cityConnection(places, 'Query.cities', args, connectionSelection(info)),
      },
      CityConnection,
    ),
    citiesNear: t.field({
      description: 'Cities within a radius of at most 500 km, nearest first.',
      type: [City],
      nullable: { list: false, items: false },
      cost: { weight: 20, ...plainListCost },
      args: {
        latitude: t.arg.float({ required: true, looksAt: ['City.location'], validate: latitudeRule }),
        longitude: t.arg.float({ required: true, looksAt: ['City.location'], validate: longitudeRule }),
        radiusKm: t.arg.float({ required: true, looksAt: ['City.location'], validate: radiusRule }),
        first: t.arg.int({ defaultValue: 10 }),
      },
      resolve: (_root, { radiusKm, first, ...location }, { places }) =>
        places.cities.near(location, radiusKm, pageSizeOf(first)),
    }),
  }));

  builder.objectField(Country, 'cities', (t) =>
    t.connection(
      {
        type: City,
        nullable: false,
        args: { filter: t.arg({ type: CityFilter, cost: { weight: 20 } }), orderBy: t.arg({ type: CityOrder }) },
        resolve: ({ code }, args, { places }, info) =>
          cityConnection(places, 'Country.cities', args, connectionSelection(info), code),
      },
      CityConnection,
    ),
  );
}
