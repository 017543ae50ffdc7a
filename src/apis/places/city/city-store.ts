import { and, asc, getTableColumns, inArray, lte, ne, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../../db/database.ts';
import { keysetStatement } from '../../../db/keyset-page.ts';
import { isUuid } from '../../../kernel/uuid.ts';
import type { PageSource } from '../../shared/connection.ts';
import { startsWith } from '../filter/filter-conditions.ts';
import { type Coordinates, roundDegrees } from '../location/coordinates.ts';
import { boxesAround, distanceKm, withinBoxes } from '../location/nearby.ts';
import { city } from '../tables.ts';

/** A city without what only its editors write: those columns are read when they are asked for. */
export interface CityRow {
  readonly __typename: 'City';
  readonly id: string;
  readonly name: string;
  readonly alternateName: string | null;
  readonly countryCode: string;
  readonly population: number;
  readonly adminCode: string | null;
  readonly featureCode: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface CityOrder {
  readonly field: 'ID' | 'NAME' | 'POPULATION';
  readonly direction: 'ASC' | 'DESC';
}

export interface CityStore {
  /** In the order of the ids; null where there is none, or where the id is none of ours. */
  byIds(ids: readonly string[]): Promise<(CityRow | null)[]>;
  editorNotes(ids: readonly string[]): Promise<(string | null)[]>;
  contributorEmails(ids: readonly string[]): Promise<(string | null)[]>;
  page(condition: SQL | undefined, order: CityOrder): PageSource<CityRow>;
  startingWith(name: string, limit: number): Promise<readonly CityRow[]>;
  /** Nearest first, equally near by id. */
  near(location: Coordinates, radiusKm: number, limit: number, exceptId?: string): Promise<readonly CityRow[]>;
}

const { geonameId, editorNotes, contributorEmail, version, ...publicColumns } = getTableColumns(city);

export const cityColumns = { __typename: sql<'City'>`'City'`, ...publicColumns };

export function cityStore({ queries }: Database): CityStore {
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
        .select({ id: city.id, editorNotes })
        .from(city)
        .where(inArray(city.id, [...ids]));
      return inOrderOf(ids, rows, (row) => row.editorNotes);
    },
    async contributorEmails(ids) {
      const rows = await queries
        .select({ id: city.id, contributorEmail })
        .from(city)
        .where(inArray(city.id, [...ids]));
      return inOrderOf(ids, rows, (row) => row.contributorEmail);
    },
    page(condition, { field, direction }) {
      const columns = { ID: [city.id], NAME: [city.name, city.id], POPULATION: [city.population, city.id] }[field];
      return {
        rows(request) {
          const keyset = keysetStatement(columns, direction, request);
          return queries
            .select(cityColumns)
            .from(city)
            .where(and(condition, keyset.after, keyset.before))
            .orderBy(...keyset.orderBy)
            .limit(keyset.limit);
        },
        keyOf: ({ id, name, population }) => ({ ID: [id], NAME: [name, id], POPULATION: [population, id] })[field],
        count: () => queries.$count(city, condition),
      };
    },
    startingWith: (name, limit) =>
      queries
        .select(cityColumns)
        .from(city)
        .where(startsWith(city.name, name))
        .orderBy(asc(city.name), asc(city.id))
        .limit(limit),
    near(around, radiusKm, limit, exceptId) {
      const location = { latitude: roundDegrees(around.latitude), longitude: roundDegrees(around.longitude) };
      const distance = distanceKm(city, location);
      return queries
        .select(cityColumns)
        .from(city)
        .where(
          and(
            withinBoxes(city, boxesAround(location, radiusKm)),
            lte(distance, radiusKm),
            exceptId === undefined ? undefined : ne(city.id, exceptId),
          ),
        )
        .orderBy(distance, asc(city.id))
        .limit(limit);
    },
  };
}

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
