import { and, type SQL } from 'drizzle-orm';
import { connectionFrom, type PageArguments } from '../../shared/connection.ts';
import type { ConnectionSelection } from '../../shared/connection-selection.ts';
import { cursorCodec } from '../../shared/cursor.ts';
import type { OrderDirectionRef } from '../../shared/order-direction.ts';
import { type IntFilter, intConditions, type StringFilter, stringConditions } from '../filter/filter-conditions.ts';
import type { FilterRefs } from '../filter/filters.ts';
import type { PlacesBuilder } from '../places-context.ts';
import type { Places } from '../places-services.ts';
import { city } from '../tables.ts';
import type { CityOrder } from './city-columns.ts';

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
    // What no index finds is looked for in every city. Several conditions together may be that as well.
    fields: (t) => ({
      name: t.field({ type: StringFilter }),
      alternateName: t.field({ type: StringFilter, cost: { weight: 50 } }),
      countryCode: t.field({ type: StringFilter, looksAt: ['City.country', 'Country.code'] }),
      adminCode: t.field({ type: StringFilter, cost: { weight: 50 } }),
      featureCode: t.field({ type: StringFilter, cost: { weight: 50 } }),
      population: t.field({ type: IntFilter, cost: { weight: 20 } }),
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
  places: Places,
  coordinate: string,
  { filter, orderBy, ...page }: CityListArguments,
  selected: ConnectionSelection,
  countryCode?: string,
) {
  const order = orderBy ?? { field: 'ID', direction: 'ASC' };
  const of = { ...within(countryCode, filter ?? {}), searches: searches(filter ?? {}) };
  const cursors = cursorCodec(places.cursorSecret, coordinate, `${order.field} ${order.direction}`);
  return connectionFrom(page, cursors, places.cities.page(of, order), selected);
}

/** Whether no index finds what is asked for. */
function searches({ name, alternateName, adminCode, featureCode, countryCode }: CityFilter): boolean {
  const inAnyWay = [alternateName, adminCode, featureCode];
  return inAnyWay.some((text) => text != null) || name?.contains != null || countryCode?.contains != null;
}

/** Of one country, when the field or the filter says so: its cities have indexes of their own. */
function within(countryCode: string | undefined, { countryCode: asked, ...filter }: CityFilter) {
  if (countryCode !== undefined || asked?.eq == null) {
    return { countryCode, condition: and(...conditionsOf({ ...filter, countryCode: asked })) };
  }
  const { eq, ...rest } = asked;
  return { countryCode: eq, condition: and(...conditionsOf({ ...filter, countryCode: rest })) };
}

function conditionsOf(filter: CityFilter): (SQL | undefined)[] {
  return [
    ...stringConditions(city.name, filter.name),
    ...stringConditions(city.alternateName, filter.alternateName),
    ...stringConditions(city.countryCode, filter.countryCode),
    ...stringConditions(city.adminCode, filter.adminCode),
    ...stringConditions(city.featureCode, filter.featureCode),
    ...intConditions(city.population, filter.population),
  ];
}
