import type { ASTNode } from 'graphql';
import type { DocumentPlan } from '../document-plan.ts';
import type { NoOperation } from './choose-operation.ts';

export interface PlanLimits {
  /** Most fields that may be planned, each counted for each object type that it can stand on. */
  readonly maxSteps: number;
  /** Deepest nesting of data fields. */
  readonly maxDepth: number;
}

export type PlanAnswer =
  /** `steps`: what planning it took, see `StepBudget`. */
  | { readonly kind: 'PLANNED'; readonly plan: DocumentPlan; readonly steps: number }
  | { readonly kind: 'TOO_COMPLEX'; readonly steps: number }
  | (TooDeep & { readonly steps: number })
  | NoOperation;

interface TooDeep {
  readonly kind: 'TOO_DEEP';
  readonly limit: number;
  /** Response keys from the root; absent below `__schema` and `__type`. */
  readonly path?: readonly string[];
  /** The first that is too deep. */
  readonly node: ASTNode;
}

/** Which limit, as whoever meets it knows it. */
type Limit = { readonly kind: 'TOO_COMPLEX' } | TooDeep;

/** Ends the walk from wherever it is; only `compileDocument` sees it. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached';
  readonly answer: Limit;

  constructor(answer: Limit) {
    super(answer.kind);
    this.answer = answer;
  }
}

/**
 * Counts what a walk does. Fields are what a document comes to; visits are the work of finding them (a fragment that
 * does not apply to a type is a visit without a field), which many possible types multiply.
 */
export interface StepBudget {
  field(): void;
  /** `work`: in comparisons of one condition. */
  visit(work?: number): void;
  /** So far: fields, or visits in the number that takes as long as a field, whichever is more. */
  readonly steps: number;
}

const visitsPerField = 20;

export function stepBudget(maxSteps: number): StepBudget {
  let fields = 0;
  let visits = 0;
  return {
    field() {
      if (++fields > maxSteps) throw new LimitReached({ kind: 'TOO_COMPLEX' });
    },
    visit(work = 1) {
      visits += work;
      if (visits > maxSteps * visitsPerField) throw new LimitReached({ kind: 'TOO_COMPLEX' });
    },
    get steps() {
      return Math.max(fields, Math.ceil(visits / visitsPerField));
    },
  };
}
