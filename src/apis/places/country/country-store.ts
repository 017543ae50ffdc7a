import { and, asc, getTableColumns, inArray, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../../db/database.ts';
import { type KeysetRequest, keysetStatement, pageEnds } from '../../../db/keyset-page.ts';
import type { PageSource } from '../../shared/connection.ts';
import type { CursorKey } from '../../shared/cursor.ts';
import { startsWith } from '../filter/filter-conditions.ts';
import { country } from '../tables.ts';

export interface CountryRow {
  readonly __typename: 'Country';
  readonly code: string;
  readonly name: string;
  readonly officialName: string;
  readonly capital: string[];
  readonly region: string;
  readonly subregion: string | null;
  readonly areaKm2: number | null;
  readonly languages: string[];
  readonly currencies: string[];
  readonly borders: string[];
  readonly latitude: number;
  readonly longitude: number;
}

export interface CountryOrder {
  readonly field: 'CODE' | 'NAME';
  readonly direction: 'ASC' | 'DESC';
}

export interface CountryStore {
  /** In the order of the codes; null where there is none. */
  byCodes(codes: readonly string[]): Promise<(CountryRow | null)[]>;
  page(condition: SQL | undefined, order: CountryOrder): PageSource<CountryRow>;
  startingWith(name: string, limit: number): Promise<readonly CountryRow[]>;
}

const columns = { __typename: sql<'Country'>`'Country'`, ...getTableColumns(country) };

type PlaceOfCountry = Pick<CountryRow, 'name' | 'code'>;

export function countryStore(database: Database): CountryStore {
  const { queries } = database;
  return {
    async byCodes(codes) {
      const rows = await queries
        .select(columns)
        .from(country)
        .where(inArray(country.code, [...codes]));
      const byCode = new Map(rows.map((row) => [row.code, row]));
      return codes.map((code) => byCode.get(code) ?? null);
    },
    page(condition, { field, direction }) {
      const ordered = field === 'NAME' ? [country.name, country.code] : [country.code];
      const keyOf = ({ name, code }: PlaceOfCountry): CursorKey => (field === 'NAME' ? [name, code] : [code]);
      const placesOf = (request: KeysetRequest) => {
        const keyset = keysetStatement(ordered, direction, request);
        return queries
          .select({ name: country.name, code: country.code })
          .from(country)
          .where(and(condition, keyset.after, keyset.before))
          .orderBy(...keyset.orderBy)
          .limit(keyset.limit);
      };
      return {
        rows(request) {
          const keyset = keysetStatement(ordered, direction, request);
          return queries
            .select(columns)
            .from(country)
            .where(and(condition, keyset.after, keyset.before))
            .orderBy(...keyset.orderBy)
            .limit(keyset.limit);
        },
        places: async (request) => (await placesOf(request)).map(keyOf),
        async ends(request) {
          const { ends, found } = await pageEnds<PlaceOfCountry>(database, placesOf(request), request.limit - 1);
          return { ends: ends.map(keyOf), found };
        },
        keyOf,
        count: () => queries.$count(country, condition),
      };
    },
    startingWith: (name, limit) =>
      queries
        .select(columns)
        .from(country)
        .where(startsWith(country.name, name))
        .orderBy(asc(country.name), asc(country.code))
        .limit(limit),
  };
}
