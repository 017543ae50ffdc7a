import type { DocumentPlan } from '../document-plan.ts';

export interface PlanLimits {
  /** Most fields that may be planned, each counted for each object type that it can stand on. */
  readonly maxSteps: number;
  /** Deepest nesting of data fields. */
  readonly maxDepth: number;
}

export type PlanAnswer =
  | { readonly kind: 'PLANNED'; readonly plan: DocumentPlan }
  | { readonly kind: 'TOO_COMPLEX' }
  | { readonly kind: 'TOO_DEEP'; readonly limit: number; readonly path?: readonly string[] }
  | { readonly kind: 'NO_OPERATION'; readonly message: string };

/** Ends the walk from wherever it is; only `compileDocument` sees it. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached';
  readonly answer: Exclude<PlanAnswer, { kind: 'PLANNED' }>;

  constructor(answer: Exclude<PlanAnswer, { kind: 'PLANNED' }>) {
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
  };
}
