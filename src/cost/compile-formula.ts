import type { FieldNode } from 'graphql';
import { type MicroPoints, microPerPoint } from '../kernel/micro-points.ts';
import type { CompiledSchema } from '../plan/compiled-schema.ts';
import type { CoercedVariables, DocumentPlan, SelectionPlan } from '../plan/document-plan.ts';
import { type AnsweredLeaves, answeredLeaves } from './answered-leaves.ts';
import { type CostBreakdown, costBreakdown, type DearField, dearestFields } from './cost-breakdown.ts';
import {
  dearest,
  type Evaluation,
  evaluateProgram,
  type Granted,
  type Introspected,
  introspectionOf,
  isPaid,
  type Nulls,
} from './evaluate-program.ts';
import { findRefusal } from './find-refusal.ts';
import { type FormulaProgram, formulaProgram } from './formula-program.ts';
import { ibmCost } from './ibm-cost.ts';
import type { PageSizeCode } from './list-length.ts';
import { chargedPoints } from './points.ts';

export type { DearField } from './cost-breakdown.ts';
export type { Granted, Introspected, Nulls } from './evaluate-program.ts';

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
      /** Where the document selects it. */
      readonly node: FieldNode | undefined;
    };

/**
 * The price of one operation as a function of its variables and of what the key may read. `variables` are coerced
 * (GraphQL specification §6.1.2), document defaults applied. Without `granted` nothing is left out. What introspection
 * answers is counted before (`count-introspection.ts`); without `introspected` it is nothing.
 */
export interface CostFormula {
  estimate(variables: CoercedVariables, granted?: Granted, introspected?: Introspected): Estimate;
  /** One line for each field that is paid, at most 200, and IBM's two numbers. Of an operation that can be priced. */
  breakdown(variables: CoercedVariables, granted?: Granted, introspected?: Introspected): CostBreakdown;
  /** Beside what resolvers count, in micro-points; `undefined` when it is nothing, whatever the answer. */
  readonly answeredLeaves: AnsweredLeaves | undefined;
  /** The paths that cost most by themselves, three unless told. */
  topFields(
    variables: CoercedVariables,
    granted?: Granted,
    introspected?: Introspected,
    howMany?: number,
  ): readonly DearField[];
  /** The same operation when some of it is not executed, and answered as null. */
  withNulls(nulls: Nulls): CostFormula;
}

/** Compiles a plan to a formula, in time linear in the plan. The model stands in docs/cost.md. */
export function compileFormula(schema: CompiledSchema, plan: DocumentPlan): CostFormula {
  return formulaOf(schema, plan, formulaProgram(plan), undefined);
}

function formulaOf(
  schema: CompiledSchema,
  plan: DocumentPlan,
  program: FormulaProgram,
  nulls: Nulls | undefined,
): CostFormula {
  return {
    answeredLeaves: answeredLeaves(plan, nulls),
    withNulls: (others) => formulaOf(schema, plan, program, others),
    estimate(variables, granted, introspected = nothing) {
      const evaluation = evaluateProgram(program, variables, granted, introspected, nulls);
      const cost = dearest(program.root, 0, evaluation);
      if (Number.isNaN(cost)) {
        const refusal = findRefusal(program, evaluation);
        return { kind: 'REFUSED', ...refusal, node: nodeAt(plan, refusal.path) };
      }
      const points = chargedPoints(cost);
      return {
        kind: 'PRICED',
        points,
        cost: Math.min(points * microPerPoint, Number.MAX_SAFE_INTEGER),
        introspection: introspectionAt(program.root, evaluation),
      };
    },
    breakdown(variables, granted, introspected = nothing) {
      const evaluation = evaluateProgram(program, variables, granted, introspected, nulls);
      return { fields: costBreakdown(program, evaluation), ibm: ibmCost(schema, plan, variables, granted, nulls) };
    },
    topFields: (variables, granted, introspected = nothing, howMany) =>
      dearestFields(program, evaluateProgram(program, variables, granted, introspected, nulls), howMany),
  };
}

const nothing: Introspected = new Map();

/** Where the document selects what answers under these response keys; of several types the first. */
function nodeAt({ root }: DocumentPlan, path: readonly string[]): FieldNode | undefined {
  let selections: readonly SelectionPlan[] = [root];
  let node: FieldNode | undefined;
  for (const key of path) {
    const fields = selections.flatMap(({ byType }) =>
      byType.flatMap(({ fields: ofType }) => ofType.filter(({ responseKey }) => responseKey === key)),
    );
    node = fields[0]?.node;
    const below = fields.flatMap((field) => (field.kind === 'FIELD' && field.selection ? [field.selection] : []));
    // Many types share what is selected below them.
    selections = [...new Set(below)];
  }
  return node;
}

function introspectionAt({ types }: FormulaProgram['root'], evaluation: Evaluation): MicroPoints {
  const asked = types.flatMap(({ terms }) => terms.filter((term) => !term.field && isPaid(term, evaluation)));
  return asked.reduce((sum, term) => sum + introspectionOf(term, evaluation), 0);
}
