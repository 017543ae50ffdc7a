import type { DearField, Estimate } from '../cost/compile-formula.ts';
import { costLimitDetails } from '../cost/cost-extensions.ts';
import { codedError } from '../kernel/errors.ts';
import { type Refusal, refused } from './verdict.ts';

export type PriceVerdict =
  | { readonly kind: 'PRICED'; readonly estimate: Extract<Estimate, { kind: 'PRICED' }> }
  | Refusal;

/** Step 10: what the operation may cost at most, against the largest single operation of the key. */
export function judgePrice(
  estimate: Estimate,
  maximumCost: number,
  topFields: () => readonly DearField[],
): PriceVerdict {
  if (estimate.kind === 'REFUSED') {
    const { code, message, path } = estimate;
    return refused('INVALID', [codedError(code, message, { path })]);
  }
  if (estimate.points <= maximumCost) return { kind: 'PRICED', estimate };
  const message = `The operation may cost ${estimate.points} points; this key may spend ${maximumCost} on one operation. Ask for smaller pages or fewer fields.`;
  return refused('THROTTLED', [
    codedError('COST_LIMIT_EXCEEDED', message, costLimitDetails(estimate.points, maximumCost, topFields())),
  ]);
}
