import type { GraphQLSchema } from 'graphql';
import { createBuilder } from '../shared/builder.ts';
import { addOrderDirection } from '../shared/order-direction.ts';
import { addViewer } from '../shared/viewer.ts';
import { addCity } from './city/city.ts';
import { addCityChanges } from './city/city-change.ts';
import { addCityMutations } from './city/city-mutations.ts';
import { addCityQueries } from './city/city-queries.ts';
import { addCountry } from './country/country.ts';
import { addCountryQueries } from './country/country-queries.ts';
import { addFilters } from './filter/filters.ts';
import { addLocation } from './location/location.ts';
import { addPlace } from './place/place.ts';
import { addPlaceSearch } from './place/place-search.ts';
import type { PlacesContext } from './places-context.ts';

/** The built-in API, and the example of how to write one: a type, its queries and its mutations are a file each. */
export function buildPlacesSchema(): GraphQLSchema {
  const builder = createBuilder<PlacesContext>(30);
  builder.queryType();
  builder.mutationType();
  builder.subscriptionType();
  addViewer(builder);

  const filters = addFilters(builder);
  const OrderDirection = addOrderDirection(builder);
  const Place = addPlace(builder, addLocation(builder));
  const Country = addCountry(builder, Place);
  const City = addCity(builder, Place, Country);

  addCountryQueries(builder, Country, filters, OrderDirection);
  addCityQueries(builder, City, Country, filters, OrderDirection);
  addPlaceSearch(builder, Place);
  addCityMutations(builder, City);
  addCityChanges(builder, City);
  return builder.toSchema();
}
