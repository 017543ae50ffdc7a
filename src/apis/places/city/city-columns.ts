import { getTableColumns, sql } from 'drizzle-orm';
import type { CursorKey } from '../../shared/cursor.ts';
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

/** What an order may be by. */
export type PlaceOfCity = Pick<CityRow, 'id' | 'name' | 'population'>;
export type PlaceColumns = ReturnType<typeof placeColumns>;

const { geonameId, editorNotes, contributorEmail, version, ...publicColumns } = getTableColumns(city);

export const cityColumns = { __typename: sql<'City'>`'City'`.as('__typename'), ...publicColumns };

/** Only what the order is by, so that its index alone answers. */
export function placeColumns(field: CityOrder['field']) {
  return {
    id: city.id,
    name: field === 'NAME' ? city.name : sql<string>`''`.as('name'),
    population: field === 'POPULATION' ? city.population : sql<number>`0`.as('population'),
  };
}

export const orderColumns = {
  ID: [city.id],
  NAME: [city.name, city.id],
  POPULATION: [city.population, city.id],
} as const;

export function placeOf({ id, name, population }: PlaceOfCity, field: CityOrder['field']): CursorKey {
  return { ID: [id], NAME: [name, id], POPULATION: [population, id] }[field];
}
