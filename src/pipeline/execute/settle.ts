import type { ExecutionResult } from 'graphql';
import type { DearField } from '../../cost/compile-formula.ts';
import { costLimitDetails } from '../../cost/cost-extensions.ts';
import type { CostLimit, CostMeter } from '../../cost/cost-meter.ts';
import { ranOutOfTime } from '../../db/database-error.ts';
import { codedError } from '../../kernel/errors.ts';
import { type MicroPoints, microPerPoint } from '../../kernel/micro-points.ts';
import { settledBalance } from '../../throttle/decide.ts';
import type { BucketState, Reservation } from '../../throttle/throttle-store.ts';
import type { Affordable, PricedOperation } from '../admit/afford-operation.ts';
import type { OperationContext } from '../caller-context.ts';
import type { PipelineServices } from '../services.ts';
import type { InTime } from './in-time.ts';

/** Off the response's path: nobody waits for it. A store that is down keeps the reservation charged until it is back. */
export function settle(
  reservation: Reservation | undefined,
  actual: MicroPoints,
  { throttle, watch, logger }: PipelineServices,
): void {
  if (!reservation) return;
  watch
    .step('settle', () => throttle.settle(reservation, actual))
    .catch((err: unknown) => logger.warn({ err }, 'a reservation was not settled'));
}

/**
 * What is charged for a run: what it did, by the meter; at least all that was reserved when it runs on after its time, or when the
 * database did not get done with what it asked: what was begun and queued there is work, also when nothing came of it.
 * More than was reserved only where a list was longer than was assumed. Else the estimate was too low, which is a fault of
 * ours, for which nobody pays and of which somebody hears.
 */
export function chargeOf(
  run: InTime<ExecutionResult>,
  meter: CostMeter,
  { estimate }: Pick<PricedOperation, 'estimate'>,
  { logger, estimateViolations }: Pick<PipelineServices, 'logger' | 'estimateViolations'>,
): MicroPoints {
  const reserved = estimate.cost;
  const counted = meter.actual(run.kind === 'ENDED' ? run.value.data : undefined);
  if (counted > reserved && !meter.servedMore) {
    estimateViolations.increment();
    logger.error({ requested: reserved, actual: counted }, 'an operation cost more than its estimate, in micro-points');
    return reserved;
  }
  const isWhole =
    run.kind === 'ENDED' && !(run.value.errors?.some(({ originalError }) => ranOutOfTime(originalError)) ?? false);
  return isWhole ? counted : Math.max(reserved, counted);
}

/** Where an execution stops, which only lists that are longer than was assumed let it reach. */
export function costLimit(
  { estimate }: Pick<PricedOperation, 'estimate'>,
  maximumCost: number,
  topFields: () => readonly DearField[],
): CostLimit {
  return {
    // One that is dearer runs all the same where that is only measured.
    cost: Math.max(Math.round(maximumCost * microPerPoint), estimate.cost),
    exceeded() {
      const message = `The operation has cost ${maximumCost} points, which is all that this key may spend on one: its lists are longer than was assumed. Ask for less.`;
      return codedError('COST_LIMIT_EXCEEDED', message, costLimitDetails(estimate.points, maximumCost, topFields()));
    },
  };
}

/** What is told to the store. Whoever has reserved less than the price runs without a charge, and owes nothing either. */
function owedFor(
  { cost }: Reservation,
  actual: MicroPoints,
  { estimate }: Pick<PricedOperation, 'estimate'>,
): MicroPoints {
  return cost < estimate.cost ? Math.min(cost, actual) : actual;
}

/** What an operation reserved, and for what. */
type Settled = Pick<Affordable, 'reservation' | 'estimate'>;

/**
 * Settles an operation, also one whose time is over. That one is charged in full, asks the database for nothing more, and
 * holds its slots until its last resolver lets go, since until then it takes what slots are there to bound; one that
 * never does so holds them as long as a process that died would.
 */
export function settleRun(
  run: InTime<unknown>,
  { reservation, estimate }: Settled,
  actual: MicroPoints,
  { turn }: OperationContext,
  services: PipelineServices,
): void {
  const owed = reservation && owedFor(reservation, actual, { estimate });
  const end = (): void => settle(reservation, owed ?? 0, services);
  if (run.kind === 'ENDED') {
    end();
  } else {
    turn.stop();
    void run.work.then(end, end);
  }
}

/**
 * What the buckets hold after the settlement, as far as this operation is concerned.
 * @param beside what was taken while it ran and is not of its price
 */
export function settledStates(
  { states, reservation, estimate }: Settled & Pick<Affordable, 'states'>,
  actual: MicroPoints,
  beside: MicroPoints = 0,
): readonly BucketState[] {
  if (!reservation) return states;
  const { buckets, cost } = reservation;
  const unused = cost - owedFor(reservation, actual, { estimate }) - beside;
  return states.map(({ available, inFlight }, index) => ({
    available: settledBalance(buckets[index] ?? { capacity: available }, available, unused),
    inFlight: Math.max(0, inFlight - 1),
  }));
}
