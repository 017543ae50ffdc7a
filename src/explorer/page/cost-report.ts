import { firstCode, type GraphQLAnswer } from './graphql-answer.ts';

/** What the footer says of an answer. Points; points a second; seconds. */
export interface CostReport {
  readonly requested: number | undefined;
  readonly actual: number | undefined;
  readonly budget: { readonly available: number; readonly maximum: number; readonly restoreRate: number } | undefined;
  /** Why the operation did not run, when the reason is its cost. */
  readonly refusal: string | undefined;
}

/** Reads `extensions.cost` of an answer, or of the error that refused it. */
export function costReport({ body, retryAfter }: GraphQLAnswer): CostReport {
  const ofError = record(body.errors?.[0]?.extensions);
  const cost = record(body.extensions?.['cost'] ?? ofError['cost']);
  const throttle = record(cost['throttleStatus']);
  const available = number(throttle['currentlyAvailable']);
  const maximum = number(throttle['maximumAvailable']);
  return {
    requested: number(cost['requestedQueryCost']) ?? number(ofError['requestedQueryCost']),
    actual: number(cost['actualQueryCost']),
    budget:
      available === undefined || maximum === undefined
        ? undefined
        : { available, maximum, restoreRate: number(throttle['restoreRate']) ?? 0 },
    refusal: refusalOf(firstCode(body), retryAfter, number(ofError['maximumCost'])),
  };
}

function refusalOf(code: string | undefined, retryAfter: number | undefined, maximumCost: number | undefined) {
  const again = retryAfter === undefined ? '' : `: try again in ${retryAfter} s`;
  if (code === 'THROTTLED') return `Throttled${again}`;
  if (code === 'QUOTA_EXCEEDED') return `Quota spent${again}`;
  if (code !== 'COST_LIMIT_EXCEEDED') return undefined;
  return maximumCost === undefined ? 'Too dear' : `Too dear: one operation may cost ${points(maximumCost)}`;
}

/** `1 point`, `1,200 points`. */
export function points(amount: number): string {
  const rounded = Math.round(amount * 10) / 10;
  return `${rounded.toLocaleString('en')} ${rounded === 1 ? 'point' : 'points'}`;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
