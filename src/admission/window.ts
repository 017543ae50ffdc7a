import { throttledDetails } from '../cost/cost-extensions.ts';
import { codedError } from '../kernel/errors.ts';
import { fullWindowHeaders, type PacedPlan } from '../throttle/headers.ts';
import type { CountAnswer } from '../throttle/throttle-store.ts';
import { passed, refused, retryAfter, type Verdict } from './verdict.ts';

/** Step 6: requests in the window. Every request that passes step 5 is counted, whatever follows. */
export function judgeWindow(answer: CountAnswer, plan: PacedPlan): Verdict {
  if (answer.kind === 'COUNTED') return passed;
  const { retryAfterMs } = answer;
  const message = `Too many requests. Try again in ${Math.ceil(retryAfterMs / 1000)} s.`;
  const error = codedError('THROTTLED', message, throttledDetails('requests', retryAfterMs));
  return refused('THROTTLED', [error], { ...fullWindowHeaders(plan, retryAfterMs), ...retryAfter(retryAfterMs) });
}
