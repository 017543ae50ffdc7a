import { and, asc, count, getTableColumns, inArray, lte, ne, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../../db/database.ts';
import { type KeysetBound, type KeysetRequest, keysetStatement, pageEnds } from '../../../db/keyset-page.ts';
import { isUuid } from '../../../kernel/uuid.ts';
import type { PageSource } from '../../shared/connection.ts';
import type { CursorKey } from '../../shared/cursor.ts';
import { startsWith } from '../filter/filter-conditions.ts';
import { type Coordinates, roundDegrees } from '../location/coordinates.ts';
import { boxesAround, byDegrees, distanceKm, withinBoxes } from '../location/nearby.ts';
import { city } from '../tables.ts';
import {
  type CityOrder,
  type CityRow,
  cityColumns,
  orderColumns,
  type PlaceColumns,
  type PlaceOfCity,
  placeColumns,
  placeOf,
} from './city-columns.ts';
import { type CountryPage, countryPages, ofCountry } from './country-pages.ts';

export interface CitySelection {
  /** Of this country only. */
  readonly countryCode?: string | undefined;
  readonly condition?: SQL | undefined;
  /** The condition is one that no index serves. */
  readonly searches: boolean;
}

export interface CityStore {
  /** In the order of the ids; null where there is none, or where the id is none of ours. */
  byIds(ids: readonly string[]): Promise<(CityRow | null)[]>;
  editorNotes(ids: readonly string[]): Promise<(string | null)[]>;
  contributorEmails(ids: readonly string[]): Promise<(string | null)[]>;
  page(of: CitySelection, order: CityOrder): PageSource<CityRow>;
  startingWith(name: string, limit: number): Promise<readonly CityRow[]>;
  /** Nearest first, equally near by id. */
  near(location: Coordinates, radiusKm: number, limit: number, exceptId?: string): Promise<readonly CityRow[]>;
}

export function cityStore(database: Database): CityStore {
  const { queries } = database;
  const readCountryPage = countryPages(queries);

  /**
   * How far one must look, in km: `limit` cities lie within it, and no more than few others, or it is the radius itself.
   * The index answers those that are nearest by degrees; the nearest by kilometres are not farther than the farthest of
   * them. Without it a wide radius over a dense country would measure the way to every city in it.
   */
  async function farthestOfNearest(from: Coordinates, radiusKm: number, limit: number, other: SQL | undefined) {
    const [around] = boxesAround(from, radiusKm);
    if (!around) return radiusKm;
    const nearest = queries
      .select({ km: distanceKm(city, from).as('km') })
      .from(city)
      .where(and(withinBoxes(city, [around]), other))
      .orderBy(byDegrees(city, from))
      .limit(limit)
      .as('nearest');
    const [found] = await queries
      .select({ count: count(), farthest: sql<number | null>`max(${nearest.km})` })
      .from(nearest);
    return found?.farthest != null && found.count === limit ? Math.min(radiusKm, found.farthest) : radiusKm;
  }

  return {
    async byIds(ids) {
      const rows = await queries
        .select(cityColumns)
        .from(city)
        .where(inArray(city.id, ids.filter(isUuid)));
      return inOrderOf(ids, rows, (row) => row);
    },
    async editorNotes(ids) {
      const rows = await queries
        .select({ id: city.id, editorNotes: city.editorNotes })
        .from(city)
        .where(inArray(city.id, [...ids]));
      return inOrderOf(ids, rows, (row) => row.editorNotes);
    },
    async contributorEmails(ids) {
      const rows = await queries
        .select({ id: city.id, contributorEmail: city.contributorEmail })
        .from(city)
        .where(inArray(city.id, [...ids]));
      return inOrderOf(ids, rows, (row) => row.contributorEmail);
    },
    page({ countryCode, condition: given, searches }, { field, direction }) {
      const order = orderColumns[field];
      const columns = countryCode === undefined ? order : [city.countryCode, ...order];
      const within = countryCode === undefined ? undefined : ofCountry(countryCode);
      const condition = and(within, given);
      const boundOf = (bound: KeysetBound | undefined): KeysetBound | undefined =>
        bound && countryCode !== undefined ? { ...bound, key: [countryCode, ...bound.key] } : bound;
      const rows = (wide: PlaceColumns, { after, before, orderBy, limit }: Keyset) =>
        queries
          .select(wide)
          .from(city)
          .where(and(condition, after, before))
          .orderBy(...orderBy)
          .limit(limit);

      /** What many rows have, the first ones of the order have: then the rest is not looked at. */
      function rowsOfFirst(wide: PlaceColumns, { after, before, orderBy, limit }: Keyset): Promise<PlaceOfCity[]> {
        // By the name of the table, so that the conditions are about it.
        const first = queries
          .select(getTableColumns(city))
          .from(city)
          .where(and(within, after, before))
          .orderBy(...orderBy)
          .limit(firstOfSearch)
          .as('city');
        return queries
          .select(wide)
          .from(first)
          .where(condition)
          .orderBy(...orderBy)
          .limit(limit)
          .execute();
      }

      const placed = ({ after, before, ...page }: KeysetRequest): KeysetRequest => ({
        ...page,
        after: boundOf(after),
        before: boundOf(before),
      });

      async function read(wide: PlaceColumns, asked: KeysetRequest): Promise<PlaceOfCity[]> {
        const request = placed(asked);
        const keyset = keysetStatement(columns, direction, request);
        if (!searches) return rows(wide, keyset);
        const found = await rowsOfFirst(wide, keyset);
        // In the order of an index every row of a search that finds little would be fetched from another place.
        return found.length === keyset.limit
          ? found
          : rows(wide, keysetStatement(columns, direction, request, sortedAnew[field]));
      }

      const keyOf = (row: PlaceOfCity): CursorKey => placeOf(row, field);
      const count = () => queries.$count(city, condition);
      if (countryCode !== undefined && given === undefined) {
        const page = (what: CountryPage['read'], request: KeysetRequest) =>
          readCountryPage(countryCode, { read: what, field, direction, request });
        return {
          rows: (request) => page('ROWS', request) as Promise<readonly CityRow[]>,
          places: async (request) => (await page('PLACES', request)).map(keyOf),
          keyOf,
          count,
        };
      }
      return {
        // As wide as the columns that are read.
        rows: (request) => read(cityColumns, request) as Promise<CityRow[]>,
        places: async (request) => (await read(placeColumns(field), request)).map(keyOf),
        ...(!searches && {
          async ends(request: KeysetRequest) {
            const statement = rows(placeColumns(field), keysetStatement(columns, direction, placed(request)));
            const { ends, found } = await pageEnds<PlaceOfCity>(database, statement, request.limit - 1);
            return { ends: ends.map(keyOf), found };
          },
        }),
        keyOf,
        count,
      };
    },
    startingWith: (name, limit) =>
      queries
        .select(cityColumns)
        .from(city)
        .where(startsWith(city.name, name))
        .orderBy(asc(city.name), asc(city.id))
        .limit(limit),
    async near(around, radiusKm, limit, exceptId) {
      if (limit === 0) return [];
      const location = { latitude: roundDegrees(around.latitude), longitude: roundDegrees(around.longitude) };
      const distance = distanceKm(city, location);
      const other = exceptId === undefined ? undefined : ne(city.id, exceptId);
      const reach = await farthestOfNearest(location, radiusKm, limit, other);
      return queries
        .select(cityColumns)
        .from(city)
        .where(and(withinBoxes(city, boxesAround(location, reach)), lte(distance, reach), other))
        .orderBy(distance, asc(city.id))
        .limit(limit);
    },
  };
}

type Keyset = ReturnType<typeof keysetStatement>;

/** Rows that a search looks at before it looks at all. */
const firstOfSearch = 1000;

/** The same orders as no index has them: the planner sorts what it found. */
const sortedAnew = {
  ID: [sql`nullif(${city.id}, '00000000-0000-0000-0000-000000000000')`],
  NAME: [sql`(${city.name} || '')`, city.id],
  POPULATION: [sql`(${city.population} + 0)`, city.id],
} as const;

function inOrderOf<Row extends { readonly id: string }, Value>(
  ids: readonly string[],
  rows: readonly Row[],
  pick: (row: Row) => Value,
): (Value | null)[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => {
    const row = byId.get(id);
    return row === undefined ? null : pick(row);
  });
}
