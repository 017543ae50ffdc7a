import { judgeEstimate, judgeIntrospection, type PricedEstimate } from '../../admission/price.ts';
import type { Refusal } from '../../admission/verdict.ts';
import type { Introspected } from '../../cost/compile-formula.ts';
import { introspectionWithin } from '../../cost/points.ts';
import { microPerPoint } from '../../kernel/micro-points.ts';
import type { Caller } from '../request-record.ts';
import type { Surface } from '../surface.ts';
import type { Candidate } from './candidate.ts';

export type Estimated =
  | {
      readonly kind: 'ESTIMATED';
      readonly estimate: PricedEstimate;
      readonly byKey: Introspected;
      /** What introspection answers was not counted to its end: the operation is dearer than was asked, and this the least. */
      readonly isLeast: boolean;
    }
  | Refusal;

const nothing: Introspected = new Map();

export interface Estimation {
  readonly estimated: Estimated;
  /** What counting took, in steps of compiling. */
  readonly steps: number;
}

/**
 * The data first, for its price is known without looking at the schema. What introspection will answer is counted no
 * further than what that leaves of `mostPoints`, and not at all when it leaves nothing.
 *
 * @param mostPoints whoever asks may not pay more; infinite when the operation runs all the same
 */
export function estimateOperation(
  candidate: Candidate,
  caller: Caller,
  surface: Surface,
  mostPoints: number,
): Estimation {
  const { formula, separated } = candidate.operation;
  const { coerced } = candidate.variables;
  const estimateWith = (byKey: Introspected) => judgeEstimate(formula.estimate(coerced, caller.privileges, byKey));
  const data = estimateWith(nothing);
  if (data.kind === 'REFUSED') return { estimated: data, steps: 0 };
  const { estimate } = data;
  if (!separated?.introspection || estimate.points > mostPoints) {
    const isLeast = separated?.introspection !== undefined;
    return { estimated: { kind: 'ESTIMATED', estimate, byKey: nothing, isLeast }, steps: 0 };
  }
  const left = mostPoints * microPerPoint - (estimate.cost - estimate.introspection);
  // On the view that it will be answered from: the key's own, also while its privileges are only measured.
  const view = surface.viewOf(caller.measured ?? caller.privileges);
  const count = surface.countIntrospected(view, separated.introspection, coerced, introspectionWithin(left));
  const { steps } = count;
  const asked = judgeIntrospection(count);
  if (asked.kind === 'REFUSED') return { estimated: asked, steps };
  const { byKey } = asked;
  const whole = estimateWith(byKey);
  if (whole.kind === 'REFUSED') return { estimated: whole, steps };
  const isLeast = asked.kind === 'STOPPED';
  return { estimated: { kind: 'ESTIMATED', estimate: whole.estimate, byKey, isLeast }, steps };
}
