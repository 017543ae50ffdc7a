import DataLoader from 'dataloader';
import { and, type SQL, sql } from 'drizzle-orm';
import type { Queries } from '../../../db/database.ts';
import { type KeysetBound, type KeysetRequest, keysetStatement } from '../../../db/keyset-page.ts';
import { city } from '../tables.ts';
import { type CityOrder, cityColumns, orderColumns, type PlaceOfCity, placeColumns } from './city-columns.ts';

/** What is read of the cities of a country, in which order, and where. */
export interface CountryPage extends CityOrder {
  readonly read: 'ROWS' | 'PLACES';
  readonly request: KeysetRequest;
}

/** The page of one country; those that are asked for together, and differ in nothing else, are one statement. */
export type ReadCountryPage = (countryCode: string, page: CountryPage) => Promise<readonly PlaceOfCity[]>;

const mostAtOnce = 100;

/** For one operation: `countries { nodes { cities { … } } }` would be a statement for each country. */
export function countryPages(queries: Queries): ReadCountryPage {
  const loaders = new Map<string, DataLoader<string, readonly PlaceOfCity[]>>();
  return (countryCode, page) => {
    const name = JSON.stringify(page);
    const loader =
      loaders.get(name) ??
      new DataLoader((codes: readonly string[]) => pagesOf(queries, codes, page), {
        // A mutation may change them on the way.
        cache: false,
        maxBatchSize: mostAtOnce,
      });
    loaders.set(name, loader);
    return loader.load(countryCode);
  };
}

async function pagesOf(
  queries: Queries,
  codes: readonly string[],
  { read, field, direction, request }: CountryPage,
): Promise<(readonly PlaceOfCity[])[]> {
  const code = sql`(asked.code COLLATE "C")`;
  const within = (bound: KeysetBound | undefined) => bound && { ...bound, key: [code, ...bound.key] };
  const keyset = keysetStatement([city.countryCode, ...orderColumns[field]], direction, {
    ...request,
    after: within(request.after),
    before: within(request.before),
  });
  const page = queries
    .select(read === 'ROWS' ? cityColumns : placeColumns(field))
    .from(city)
    .where(and(ofCountry(code), keyset.after, keyset.before))
    .orderBy(...keyset.orderBy)
    .limit(keyset.limit)
    .as('page');
  const rows = await queries
    .select({ ...page._.selectedFields, countryOf: sql<string>`asked.code`.as('country_of') })
    .from(sql`jsonb_array_elements_text(${JSON.stringify([...new Set(codes)])}::jsonb) AS asked(code)`)
    .crossJoinLateral(page);
  const byCode = new Map<string, PlaceOfCity[]>(codes.map((each) => [each, []]));
  for (const row of rows) byCode.get(row.countryOf)?.push(row);
  return codes.map((each) => byCode.get(each) ?? []);
}

/**
 * As a range of the country's own index. Of an equality the planner would rather walk through the ids of all cities,
 * which stand country by country.
 */
export function ofCountry(code: string | SQL): SQL {
  return sql`${city.countryCode} BETWEEN ${code} AND ${code}`;
}
