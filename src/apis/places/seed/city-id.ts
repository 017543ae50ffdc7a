/**
 * The id of a city of GeoNames: a UUIDv8 (RFC 9562 §5.8) that spells "geonames" and ends in the GeoNames id, so that
 * it is the same in every database and after every seed, and rows arrive in the order of the index.
 */
export function cityId(geonameId: number): string {
  return `67656f6e-616d-8573-8000-${geonameId.toString(16).padStart(12, '0')}`;
}
