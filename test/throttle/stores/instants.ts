/** Moments at which calendars go wrong, and others. Milliseconds since the epoch. */
export const instants: readonly number[] = [
  ...['1970-01-01T00:00:00.000Z', '1999-12-31T23:59:59.999Z', '2000-02-29T12:00:00.000Z', '2000-03-01T00:00:00.000Z'],
  ...['2024-02-29T23:59:59.999Z', '2025-02-28T23:59:59.999Z', '2026-11-24T12:34:56.789Z', '2026-12-31T23:59:59.999Z'],
  ...['2027-01-01T00:00:00.000Z', '2028-02-29T00:00:00.000Z', '2100-02-28T23:59:59.999Z', '2100-03-01T00:00:00.000Z'],
]
  .map((text) => Date.parse(text))
  .concat(Array.from({ length: 400 }, (_, index) => index * 86_400_000 * 31 + index * 7_919_001));
