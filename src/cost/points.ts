import { type MicroPoints, microPerPoint } from '../kernel/micro-points.ts';

/** Each `__schema` or `__type`, before what it answers. */
const introspectionCost: MicroPoints = 10 * microPerPoint;
/** Fields and objects that introspection answers for a point. */
const introspectedPerPoint = 1_000;

/**
 * What one `__schema` or `__type` costs.
 * @param answered fields and objects of its answer, counted on the caller's view
 */
export function introspectionPrice(answered: number): MicroPoints {
  return introspectionCost + answered * (microPerPoint / introspectedPerPoint);
}

/** The most fields and objects of an answer that so much pays for, in whole ones. */
export function introspectionWithin(left: MicroPoints): number {
  return Math.floor(left / (microPerPoint / introspectedPerPoint));
}

/** What a list is taken for that nothing bounds: no bucket holds so much. */
export const unbounded = Number.MAX_SAFE_INTEGER;

/**
 * What is charged for a cost, in whole points: rounded up once, and at least 1. The same function for the estimate and
 * for the actual cost, so that rounding cannot turn them round.
 */
export function chargedPoints(cost: MicroPoints): number {
  return Math.max(1, Math.ceil(cost / microPerPoint));
}

/** Of what is charged already: nothing for what is not priced. */
export function wholePoints(charged: MicroPoints): number {
  return Math.ceil(charged / microPerPoint);
}

/** Sums and products stop at the largest exact integer. */
export function saturate(cost: MicroPoints): MicroPoints {
  return Math.min(cost, Number.MAX_SAFE_INTEGER);
}
