/** Costs are counted in whole millionths of a point, so that sums of decimal weights are exact. */
export type MicroPoints = number;

export const microPerPoint = 1_000_000;
