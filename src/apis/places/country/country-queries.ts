import { and } from 'drizzle-orm';
import { connectionFrom } from '../../shared/connection.ts';
import { connectionSelection } from '../../shared/connection-selection.ts';
import { cursorCodec } from '../../shared/cursor.ts';
import type { OrderDirectionRef } from '../../shared/order-direction.ts';
import { storableText } from '../../shared/text.ts';
import { stringConditions } from '../filter/filter-conditions.ts';
import type { FilterRefs } from '../filter/filters.ts';
import type { PlacesBuilder } from '../places-context.ts';
import { country } from '../tables.ts';
import type { CountryRef } from './country.ts';

export function addCountryQueries(
  builder: PlacesBuilder,
  Country: CountryRef,
  { StringFilter }: FilterRefs,
  OrderDirection: OrderDirectionRef,
): void {
  const CountryFilter = builder.inputType('CountryFilter', {
    entity: 'Country',
    use: 'FILTER',
    fields: (t) => ({
      code: t.field({ type: StringFilter }),
      name: t.field({ type: StringFilter }),
      officialName: t.field({ type: StringFilter }),
      region: t.field({ type: StringFilter }),
      subregion: t.field({ type: StringFilter }),
    }),
  });

  const CountryOrderField = builder.enumType('CountryOrderField', {
    values: { CODE: { looksAt: ['Country.code'] }, NAME: { looksAt: ['Country.name'] } } as const,
  });
  const CountryOrder = builder.inputType('CountryOrder', {
    entity: 'Country',
    use: 'FILTER',
    fields: (t) => ({
      field: t.field({ type: CountryOrderField, required: true }),
      direction: t.field({ type: OrderDirection, required: true, defaultValue: 'ASC' }),
    }),
  });

  const CountryConnection = builder.connectionObject({ type: Country, name: 'CountryConnection' });

  builder.queryFields((t) => ({
    country: t.field({
      type: Country,
      args: {
        code: t.arg.string({ required: true, looksAt: ['Country.code'], validate: storableText({ max: 200 }) }),
      },
      resolve: (_root, { code }) => code,
    }),
    countries: t.connection(
      {
        type: Country,
        nullable: false,
        args: {
          filter: t.arg({ type: CountryFilter }),
          orderBy: t.arg({ type: CountryOrder }),
        },
        resolve: (_root, { filter, orderBy, ...page }, { places }, info) => {
          const order = orderBy ?? ({ field: 'CODE', direction: 'ASC' } as const);
          const condition = and(
            ...stringConditions(country.code, filter?.code),
            ...stringConditions(country.name, filter?.name),
            ...stringConditions(country.officialName, filter?.officialName),
            ...stringConditions(country.region, filter?.region),
            ...stringConditions(country.subregion, filter?.subregion),
          );
          const cursors = cursorCodec(places.cursorSecret, 'Query.countries', `${order.field} ${order.direction}`);
          return connectionFrom(page, cursors, places.countries.page(condition, order), connectionSelection(info));
        },
      },
      CountryConnection,
    ),
  }));
}
