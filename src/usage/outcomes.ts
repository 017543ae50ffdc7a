/** What became of a request, as it is counted. */
export const outcomes = [
  'OK',
  'ERROR',
  'INVALID',
  'UNAUTHENTICATED',
  'BLOCKED',
  'FORBIDDEN',
  'THROTTLED',
  'UNAVAILABLE',
] as const;

export type UsageOutcome = (typeof outcomes)[number];
