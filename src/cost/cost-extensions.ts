import type { MicroPoints } from '../kernel/micro-points.ts';
import type { CostBreakdown, CostLine, DearField } from './cost-breakdown.ts';
import { wholePoints } from './points.ts';

/** State of the calling key's bucket, in points. */
interface CostThrottleStatus {
  readonly maximumAvailable: number;
  readonly currentlyAvailable: number;
  readonly restoreRate: number;
}

/** `extensions.cost`, in Shopify's shape; the rest only when `GraphQL-Cost` asked for it. All in points. */
export interface CostExtension {
  readonly requestedQueryCost: number;
  /** `null` when nothing was executed. */
  readonly actualQueryCost: number | null;
  readonly throttleStatus: CostThrottleStatus;
  /** With `GraphQL-Cost: report` or `validate`. */
  readonly fields?: readonly CostLine[];
  readonly ibm?: CostBreakdown['ibm'];
  /** With `GraphQL-Cost: validate`. */
  readonly wouldBeThrottled?: boolean;
  readonly retryAfterMs?: number;
}

export interface CostExtensionParts {
  readonly requestedPoints: number;
  /** As it is charged. */
  readonly actual: MicroPoints | undefined;
  readonly throttleStatus: CostThrottleStatus;
  readonly breakdown?: CostBreakdown | undefined;
  readonly validation?: { readonly wouldBeThrottled: boolean; readonly retryAfterMs: number } | undefined;
}

export function costExtension(parts: CostExtensionParts): CostExtension {
  const { requestedPoints, actual, throttleStatus, breakdown, validation } = parts;
  return {
    requestedQueryCost: requestedPoints,
    actualQueryCost: actual === undefined ? null : wholePoints(actual),
    throttleStatus,
    ...breakdown,
    ...validation,
  };
}

/** What a client finds beside `COST_LIMIT_EXCEEDED`. */
export function costLimitDetails(requestedPoints: number, maximumPoints: number, topFields: readonly DearField[]) {
  return { requestedQueryCost: requestedPoints, maximumCost: maximumPoints, topFields };
}

/** What a client finds beside `THROTTLED`: which limit it was (`application`: its bucket), and when to come back. */
export function throttledDetails(
  policy: 'cost' | 'application' | 'inFlight' | 'requests',
  retryAfterMs: number,
  cost?: CostExtension,
) {
  return { policy, retryAfterMs, ...(cost && { cost }) };
}

/** `report`: with all that the price is made of. `validate`: the price, and nothing runs. */
export type CostMode = 'report' | 'validate';

/** Header `GraphQL-Cost`: other values are taken for none. */
export function costMode(header: string | null | undefined): CostMode | undefined {
  const value = header?.trim().toLowerCase();
  return value === 'report' || value === 'validate' ? value : undefined;
}
