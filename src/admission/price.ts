import type { DearField, Estimate } from '../cost/compile-formula.ts';
import { costLimitDetails } from '../cost/cost-extensions.ts';
import { codedError } from '../kernel/errors.ts';
import { type Refusal, refused } from './verdict.ts';

export type PricedEstimate = Extract<Estimate, { kind: 'PRICED' }>;

export type PriceVerdict = { readonly kind: 'PRICED'; readonly estimate: PricedEstimate } | Refusal;

/** Step 10, first part: a page size that cannot be used leaves an operation without a price. */
export function judgeEstimate(estimate: Estimate): PriceVerdict {
  if (estimate.kind === 'PRICED') return { kind: 'PRICED', estimate };
  const { code, message, path } = estimate;
  return refused('INVALID', [codedError(code, message, { path })]);
}

/** Step 10: what the operation may cost at most, against the largest single operation of the key, in points. */
export function judgePrice(
  estimate: Estimate,
  maximumCost: number,
  topFields: () => readonly DearField[],
): PriceVerdict {
  const verdict = judgeEstimate(estimate);
  if (verdict.kind === 'REFUSED' || verdict.estimate.points <= maximumCost) return verdict;
  const { points } = verdict.estimate;
  const message = `The operation may cost ${points} points; this key may spend ${maximumCost} on one operation. Ask for smaller pages or fewer fields.`;
  return refused('THROTTLED', [
    codedError('COST_LIMIT_EXCEEDED', message, costLimitDetails(points, maximumCost, topFields())),
  ]);
}
