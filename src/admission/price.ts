import type { DearField, Estimate } from '../cost/compile-formula.ts';
import { costLimitDetails } from '../cost/cost-extensions.ts';
import { type IntrospectionCount, mostIntrospected } from '../cost/count-introspection.ts';
import { codedError } from '../kernel/errors.ts';
import { type Refusal, refused } from './verdict.ts';

export type PricedEstimate = Extract<Estimate, { kind: 'PRICED' }>;

export type PriceVerdict = { readonly kind: 'PRICED'; readonly estimate: PricedEstimate } | Refusal;

type Counted = Exclude<IntrospectionCount, { readonly kind: 'TOO_MANY' }>;

/** Step 10, before there is a price: what nobody may ask of the schema at once, at any price. */
export function judgeIntrospection(count: IntrospectionCount): Counted | Refusal {
  if (count.kind !== 'TOO_MANY') return count;
  const message = `The operation asks for more than ${mostIntrospected} fields and objects of the schema. Ask for fewer.`;
  return refused('INVALID', [codedError('QUERY_TOO_COMPLEX', message, { path: [count.responseKey] })]);
}

/** Step 10, first part: a page size that cannot be used leaves an operation without a price. */
export function judgeEstimate(estimate: Estimate): PriceVerdict {
  if (estimate.kind === 'PRICED') return { kind: 'PRICED', estimate };
  const { code, message, path, node = null } = estimate;
  return refused('INVALID', [codedError(code, message, { path }, { nodes: node })]);
}

/**
 * Step 10: what the operation may cost at most, against the largest single operation of the key, in points.
 *
 * @param isLeast that it is too dear was clear before all of it was counted
 */
export function judgePrice(
  estimate: Estimate,
  maximumCost: number,
  topFields: () => readonly DearField[],
  isLeast = false,
): PriceVerdict {
  const verdict = judgeEstimate(estimate);
  if (verdict.kind === 'REFUSED' || verdict.estimate.points <= maximumCost) return verdict;
  const { points } = verdict.estimate;
  const message = `The operation may cost ${isLeast ? 'at least ' : ''}${points} points; this key may spend ${maximumCost} on one operation. Ask for smaller pages or fewer fields.`;
  return refused('THROTTLED', [
    codedError('COST_LIMIT_EXCEEDED', message, costLimitDetails(points, maximumCost, topFields())),
  ]);
}
