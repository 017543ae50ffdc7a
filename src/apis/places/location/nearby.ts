import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Coordinates } from './coordinates.ts';

/** Mean radius of the Earth (IUGG). */
export const earthRadiusKm = 6371.0088;

/** Degrees by which boxes are larger than needed: no rounding, here or in an index, loses a place at the edge. */
const margin = 1e-4;

interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Box {
  readonly latitude: Range;
  readonly longitude: Range;
}

/**
 * Boxes that together hold every point within the radius: two where the circle crosses the antimeridian, the whole turn
 * where it holds a pole. (Bounding coordinates: asin(sin(radius) / cos(latitude)), J. P. Snyder, "Map Projections", 1987.)
 */
export function boxesAround({ latitude, longitude }: Coordinates, radiusKm: number): readonly Box[] {
  const angle = radiusKm / earthRadiusKm;
  const height = degrees(angle) + margin;
  const rows = { from: Math.max(latitude - height, -90), to: Math.min(latitude + height, 90) };
  if (latitude + height >= 90 || latitude - height <= -90) {
    return [{ latitude: rows, longitude: { from: -180, to: 180 } }];
  }
  const width = degrees(Math.asin(Math.min(1, Math.sin(angle) / Math.cos(radians(latitude))))) + margin;
  const from = longitude - width;
  const to = longitude + width;
  const columns = [{ from: Math.max(from, -180), to: Math.min(to, 180) }];
  if (from < -180) columns.push({ from: from + 360, to: 180 });
  if (to > 180) columns.push({ from: -180, to: to - 360 });
  return columns.map((column) => ({ latitude: rows, longitude: column }));
}

/** Columns of a table of places. */
export interface LocationColumns {
  readonly latitude: SQLWrapper;
  readonly longitude: SQLWrapper;
}

/** What an index on `point(longitude, latitude)` can find. */
export function withinBoxes({ latitude, longitude }: LocationColumns, boxes: readonly Box[]): SQL {
  const conditions = boxes.map(
    (box) =>
      sql`point(${longitude}, ${latitude}) <@ box(point(${double(box.longitude.from)}, ${double(box.latitude.from)}), point(${double(box.longitude.to)}, ${double(box.latitude.to)}))`,
  );
  return sql`(${sql.join(conditions, sql` OR `)})`;
}

/** Distance in degrees, as if the map were flat: an order that the same index can read. */
export function byDegrees({ latitude, longitude }: LocationColumns, from: Coordinates): SQL {
  return sql`point(${longitude}, ${latitude}) <-> point(${double(from.longitude)}, ${double(from.latitude)})`;
}

/** Great-circle distance in km, by the haversine formula: exact to the metre at any distance we search by. */
export function distanceKm({ latitude, longitude }: LocationColumns, from: Coordinates): SQL<number> {
  const rows = sql`power(sin(radians(${latitude} - ${double(from.latitude)}) / 2), 2)`;
  const columns = sql`power(sin(radians(${longitude} - ${double(from.longitude)}) / 2), 2)`;
  const shrink = sql`cos(radians(${double(from.latitude)})) * cos(radians(${latitude}))`;
  return sql`(${double(2 * earthRadiusKm)} * asin(sqrt(least(1, ${rows} + ${shrink} * ${columns}))))`;
}

function double(value: number): SQL {
  return sql`${value}::double precision`;
}

function degrees(angle: number): number {
  return (angle * 180) / Math.PI;
}

function radians(angle: number): number {
  return (angle * Math.PI) / 180;
}
