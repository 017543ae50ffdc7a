import { z } from 'zod';

/** Degrees, WGS 84. */
export interface Coordinates {
  readonly latitude: number;
  readonly longitude: number;
}

const largestRadiusKm = 500;

export const latitudeRule = z.number().min(-90).max(90).transform(roundDegrees);
export const longitudeRule = z.number().min(-180).max(180).transform(roundDegrees);
export const radiusRule = z.number().positive().max(largestRadiusKm);

/**
 * To a tenth of a millimetre. PostgreSQL refuses arithmetic whose result is too small for a double ("underflow"): one
 * stored latitude of 5e-324 would fail every search that meets it.
 */
export function roundDegrees(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}
