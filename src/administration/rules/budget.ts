import { codedError } from '../../kernel/errors.ts';
import type { ApiKeyRecord, ApiKeyType, ApplicationScope, ThrottleOverride } from '../../keys/api-key.ts';
import type { ThrottlePlan, ThrottlePlans } from '../../throttle/plans.ts';
import { policyFor } from '../../throttle/policy.ts';

/** What decides how much may be spent; of a key, or of an application for all its keys. */
export interface Budget {
  readonly type: ApiKeyType;
  /** Of a management key; `OWN` unless said. */
  readonly applicationScope?: ApplicationScope | undefined;
  readonly plan: string | null | undefined;
  readonly throttle: ThrottleOverride | null | undefined;
}

/**
 * A key that acts on its own application only hands out no larger budget than it has, to others or to itself: none of
 * the numbers may be larger than its own, which by default are those of its application's plan, else of `FREE`. Keys of
 * scope `ALL` administer the server, and with it its limits.
 * @throws PRIVILEGE_ESCALATION
 */
export function requireBudget(actor: ApiKeyRecord, budget: Budget, plans: ThrottlePlans): void {
  if (actor.applicationScope === 'ALL') return;
  const larger = largerNumbers(numbersOf(budget, actor, plans), numbersOf(actor, actor, plans));
  if (larger.length === 0) return;
  const message = `A key of scope OWN hands out no larger budget than its own. Larger: ${larger.join(', ')}.`;
  throw codedError('PRIVILEGE_ESCALATION', message, { rules: larger });
}

/** Whom it gives a budget to is of the actor's own application, and has the same default. */
function numbersOf(budget: Budget, { application }: ApiKeyRecord, plans: ThrottlePlans): ThrottlePlan {
  const { type, applicationScope = 'OWN', plan, throttle } = budget;
  const own = { type, applicationScope, plan: plan ?? undefined, throttle: throttle ?? undefined };
  return policyFor({ id: '', ...own, application }, plans).key;
}

function largerNumbers(asked: ThrottlePlan, own: ThrottlePlan): readonly string[] {
  const amounts = ['maximumAvailable', 'restoreRate', 'maximumCost', 'inFlight'] as const;
  const perMs = ({ requests }: ThrottlePlan): number => requests.max / requests.windowMs;
  return [
    ...amounts.filter((name) => asked[name] > own[name]),
    ...(perMs(asked) > perMs(own) || asked.requests.max > own.requests.max ? ['requests'] : []),
    ...(exceedsQuota(asked.quota, own.quota) ? ['quota'] : []),
  ];
}

/** Without a quota of its own a key may give any; with one, the same period and no more points. */
function exceedsQuota(asked: ThrottlePlan['quota'], own: ThrottlePlan['quota']): boolean {
  if (!own) return false;
  return !asked || asked.period !== own.period || asked.points > own.points;
}
