import type { MicroPoints } from '../../kernel/micro-points.ts';
import type { BucketState, Reservation } from '../../throttle/throttle-store.ts';
import type { PricedOperation } from '../admit/afford-operation.ts';
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
 * Settles an operation, also one whose time is over. That one is charged in full, and holds its slots until its last
 * resolver lets go, since until then it takes what slots are there to bound; one that never does so holds them as long as
 * a process that died would.
 */
export function settleRun(
  run: InTime<unknown>,
  reservation: Reservation | undefined,
  actual: MicroPoints,
  services: PipelineServices,
): void {
  const end = (): void => settle(reservation, actual, services);
  if (run.kind === 'ENDED') end();
  else void run.work.then(end, end);
}

/** The estimate is never too low: one that was is a fault of ours, for which nobody pays and of which somebody hears. */
export function watchEstimate(
  { estimate }: Pick<PricedOperation, 'estimate'>,
  actual: MicroPoints,
  { logger, estimateViolations }: PipelineServices,
): void {
  if (actual <= estimate.cost) return;
  estimateViolations.increment();
  logger.error({ requested: estimate.cost, actual }, 'an operation cost more than its estimate, in micro-points');
}

/** What the buckets hold after the settlement, as far as this operation is concerned. */
export function settledStates(
  states: readonly BucketState[],
  reservation: Reservation | undefined,
  actual: MicroPoints,
): readonly BucketState[] {
  if (!reservation) return states;
  const { buckets, cost } = reservation;
  const unused = Math.max(0, cost - actual);
  return states.map(({ available, inFlight }, index) => ({
    available: Math.min(buckets[index]?.capacity ?? available, available + unused),
    inFlight: Math.max(0, inFlight - 1),
  }));
}
