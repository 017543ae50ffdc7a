import { and, eq, type SQL } from 'drizzle-orm';
import { connectionFrom, type PageArguments } from '../../shared/connection.ts';
import { cursorCodec } from '../../shared/cursor.ts';
import type { OrderDirectionRef } from '../../shared/order-direction.ts';
import { type IntFilter, intConditions, type StringFilter, stringConditions } from '../filter/filter-conditions.ts';
import type { FilterRefs } from '../filter/filters.ts';
import type { PlacesBuilder } from '../places-context.ts';
import type { PlacesServices } from '../places-services.ts';
import { city } from '../tables.ts';
import type { CityOrder } from './city-store.ts';

interface CityFilter {
  readonly name?: StringFilter | null | undefined;
  readonly alternateName?: StringFilter | null | undefined;
  readonly countryCode?: StringFilter | null | undefined;
  readonly adminCode?: StringFilter | null | undefined;
  readonly featureCode?: StringFilter | null | undefined;
  readonly population?: IntFilter | null | undefined;
}

export interface CityListArguments extends PageArguments {
  readonly filter?: CityFilter | null | undefined;
  readonly orderBy?: CityOrder | null | undefined;
}

/** The inputs of every list of cities. */
export function addCityListInputs(
  builder: PlacesBuilder,
  { StringFilter, IntFilter }: FilterRefs,
  OrderDirection: OrderDirectionRef,
) {
  const CityFilter = builder.inputType('CityFilter', {
    entity: 'City',
    use: 'FILTER',
    fields: (t) => ({
      name: t.field({ type: StringFilter }),
      alternateName: t.field({ type: StringFilter }),
      countryCode: t.field({ type: StringFilter, looksAt: ['City.country', 'Country.code'] }),
      adminCode: t.field({ type: StringFilter }),
      featureCode: t.field({ type: StringFilter }),
      population: t.field({ type: IntFilter }),
    }),
  });
  const CityOrderField = builder.enumType('CityOrderField', {
    values: {
      ID: { looksAt: [] },
      NAME: { looksAt: ['City.name'] },
      POPULATION: { looksAt: ['City.population'] },
    } as const,
  });
  const CityOrder = builder.inputType('CityOrder', {
    entity: 'City',
    use: 'FILTER',
    fields: (t) => ({
      field: t.field({ type: CityOrderField, required: true }),
      direction: t.field({ type: OrderDirection, required: true, defaultValue: 'ASC' }),
    }),
  });
  return { CityFilter, CityOrder };
}

/** A page of cities, of all or of one country. `coordinate` names the field: its cursors work nowhere else. */
export function cityConnection(
  places: PlacesServices,
  coordinate: string,
  { filter, orderBy, ...page }: CityListArguments,
  countryCode?: string,
) {
  const order = orderBy ?? { field: 'ID', direction: 'ASC' };
  const within = countryCode === undefined ? undefined : eq(city.countryCode, countryCode);
  const cursors = cursorCodec(places.cursorSecret, coordinate, `${order.field} ${order.direction}`);
  return connectionFrom(page, cursors, places.cities.page(and(within, ...conditionsOf(filter)), order));
}

function conditionsOf(filter: CityFilter | null | undefined): (SQL | undefined)[] {
  return [
    ...stringConditions(city.name, filter?.name),
    ...stringConditions(city.alternateName, filter?.alternateName),
    ...stringConditions(city.countryCode, filter?.countryCode),
    ...stringConditions(city.adminCode, filter?.adminCode),
    ...stringConditions(city.featureCode, filter?.featureCode),
    ...intConditions(city.population, filter?.population),
  ];
}
