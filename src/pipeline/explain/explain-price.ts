import { judgeBudget } from '../../admission/budget.ts';
import type { ExplainedPrice } from '../../admission/explanation.ts';
import { passed } from '../../admission/verdict.ts';
import { judgeReserve } from '../../throttle/decide.ts';
import { affordOperation, isMeasured, storeInUse } from '../admit/afford-operation.ts';
import type { Candidate } from '../admit/candidate.ts';
import type { Caller } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';
import type { ExplainedSteps } from './explained-steps.ts';

/** Steps 10 and 11: what it may cost, and whether there is so much left. Nothing is reserved. */
export async function explainPrice(
  candidate: Candidate,
  caller: Caller,
  steps: ExplainedSteps,
  surface: Surface,
  services: PipelineServices,
): Promise<Partial<ExplainedPrice>> {
  const answer = await affordOperation(candidate, caller, surface, services);
  if (answer.kind === 'REFUSED') {
    steps.judge(answer.outcome === 'UNAVAILABLE' ? 'BUDGET' : 'COST', answer);
    return { requestedQueryCost: answer.cost?.requestedQueryCost };
  }
  steps.judge('COST', passed);
  const { estimate, states } = answer;
  const { wouldBeThrottled, retryAfterMs } =
    answer.kind === 'VALIDATED' ? answer.validation : { wouldBeThrottled: false, retryAfterMs: 0 };
  const reserved = judgeReserve(caller.policy.buckets, states, estimate.cost, services.clock.now());
  const budget = judgeBudget(reserved, caller.policy, estimate.points, storeInUse(services));
  const measured = isMeasured(caller, candidate.operation.plan);
  const refuses = wouldBeThrottled && !measured;
  const note = wouldBeThrottled && measured ? 'The lack of points is noted and not enforced.' : undefined;
  steps.judge('BUDGET', refuses ? budget : passed, note);
  return {
    requestedQueryCost: estimate.points,
    wouldBeThrottled,
    retryAfterMs: wouldBeThrottled ? retryAfterMs : undefined,
  };
}
