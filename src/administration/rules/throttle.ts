import type { ThrottleOverride } from '../../keys/api-key.ts';
import type { ThrottlePlans } from '../../throttle/plans.ts';
import { badInput } from './text.ts';

/** As large as micro-points stay exact integers; a quota may come close to the largest of them. */
const most = 1_000_000_000;
const mostQuotaPoints = 9_000_000_000;

export function checkPlan<Nothing extends null | undefined>(
  plan: string | Nothing,
  { byName }: ThrottlePlans,
): string | Nothing {
  if (typeof plan === 'string' && !byName.has(plan)) {
    throw badInput('plan', `must be one of ${[...byName.keys()].join(', ')}`);
  }
  return plan;
}

/** Every number that is given must be one that a bucket can work with. */
export function checkThrottle<Nothing extends null | undefined>(
  throttle: ThrottleOverride | Nothing,
): ThrottleOverride | Nothing {
  if (throttle === null || throttle === undefined) return throttle;
  const { maximumAvailable, restoreRate, maximumCost, inFlight, requests, quota } = throttle;
  requireAmount('throttle.maximumAvailable', maximumAvailable, 1);
  requireAmount('throttle.restoreRate', restoreRate, 0.001);
  requireAmount('throttle.maximumCost', maximumCost, 1);
  requireAmount('throttle.inFlight', inFlight, 1);
  requireAmount('throttle.requests.max', requests?.max, 1);
  requireAmount('throttle.requests.window', requests?.windowMs, 1000);
  requireAmount('throttle.quota.points', quota?.points, 1, mostQuotaPoints);
  return throttle;
}

function requireAmount(field: string, amount: number | undefined, least: number, largest = most): void {
  if (amount === undefined || (amount >= least && amount <= largest)) return;
  const [from, to] = field.endsWith('window') ? ['PT1S', 'about 11 days'] : [least, largest];
  throw badInput(field, `must be from ${from} to ${to}`);
}
