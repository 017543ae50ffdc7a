import { type MicroPoints, microPerPoint } from '../kernel/micro-points.ts';

/** Each `__schema` or `__type`, whatever is asked of it; also the price of an SDL export. */
export const introspectionCost: MicroPoints = 10 * microPerPoint;

/** What a list is taken for that nothing bounds: no bucket holds so much. */
export const unbounded = Number.MAX_SAFE_INTEGER;

/**
 * What is charged for a cost, in whole points: rounded up once, and at least 1. The same function for the estimate and
 * for the actual cost, so that rounding cannot turn them round.
 */
export function chargedPoints(cost: MicroPoints): number {
  return Math.max(1, Math.ceil(cost / microPerPoint));
}

/** Sums and products stop at the largest exact integer. */
export function saturate(cost: MicroPoints): MicroPoints {
  return Math.min(cost, Number.MAX_SAFE_INTEGER);
}
