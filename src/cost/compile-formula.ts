import { type MicroPoints, microPerPoint } from '../kernel/micro-points.ts';
import type { CompiledSchema } from '../plan/compiled-schema.ts';
import type { CoercedVariables, DocumentPlan } from '../plan/document-plan.ts';
import { type CostBreakdown, costBreakdown, type DearField, dearestFields } from './cost-breakdown.ts';
import { dearest, type Evaluation, evaluateProgram, type Granted, isPaid } from './evaluate-program.ts';
import { findRefusal } from './find-refusal.ts';
import { type FormulaProgram, formulaProgram } from './formula-program.ts';
import { ibmCost } from './ibm-cost.ts';
import type { PageSizeCode } from './list-length.ts';
import { chargedPoints, introspectionCost } from './points.ts';

export type { DearField } from './cost-breakdown.ts';
export type { Granted } from './evaluate-program.ts';

export type Estimate =
  | {
      readonly kind: 'PRICED';
      /** What to reserve: `points` in micro-points. Never less than the actual cost. */
      readonly cost: MicroPoints;
      /** Whole points, at least 1. */
      readonly points: number;
      /** The part of it for `__schema` and `__type`, which no resolver of the schema counts. */
      readonly introspection: MicroPoints;
    }
  | {
      readonly kind: 'REFUSED';
      readonly code: PageSizeCode;
      readonly message: string;
      /** Response keys from the root. */
      readonly path: readonly string[];
    };

/**
 * The price of one operation as a function of its variables and of what the key may read. `variables` are coerced
 * (GraphQL specification §6.1.2), document defaults applied. Without `granted` nothing is left out.
 */
export interface CostFormula {
  estimate(variables: CoercedVariables, granted?: Granted): Estimate;
  /** One line for each field that is paid, at most 200, and IBM's two numbers. Of an operation that can be priced. */
  breakdown(variables: CoercedVariables, granted?: Granted): CostBreakdown;
  /** The paths that cost most by themselves, three unless told. */
  topFields(variables: CoercedVariables, granted?: Granted, howMany?: number): readonly DearField[];
}

/** Compiles a plan to a formula, in time linear in the plan. The model stands in docs/cost.md. */
export function compileFormula(schema: CompiledSchema, plan: DocumentPlan): CostFormula {
  const program = formulaProgram(plan);
  return {
    estimate(variables, granted) {
      const evaluation = evaluateProgram(program, variables, granted);
      const cost = dearest(program.root, 0, evaluation);
      if (Number.isNaN(cost)) return { kind: 'REFUSED', ...findRefusal(program, evaluation) };
      const points = chargedPoints(cost);
      return {
        kind: 'PRICED',
        points,
        cost: Math.min(points * microPerPoint, Number.MAX_SAFE_INTEGER),
        introspection: introspectionOf(program, evaluation),
      };
    },
    breakdown(variables, granted) {
      const evaluation = evaluateProgram(program, variables, granted);
      return { fields: costBreakdown(program, evaluation), ibm: ibmCost(schema, plan, variables, granted) };
    },
    topFields: (variables, granted, howMany) =>
      dearestFields(program, evaluateProgram(program, variables, granted), howMany),
  };
}

function introspectionOf({ root }: FormulaProgram, evaluation: Evaluation): MicroPoints {
  const asked = root.types.flatMap(({ terms }) => terms.filter((term) => !term.field && isPaid(term, evaluation)));
  return asked.length * introspectionCost;
}
