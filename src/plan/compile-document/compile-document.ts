import { type DocumentNode, isInputType, type OperationDefinitionNode, typeFromAST } from 'graphql';
import type { CompiledSchema } from '../compiled-schema.ts';
import type { PlannedVariable } from '../document-plan.ts';
import { chooseOperation } from './choose-operation.ts';
import { LimitReached, type PlanAnswer, type PlanLimits, stepBudget } from './plan-answer.ts';
import { planSelections } from './plan-selection.ts';
import { writtenBeyond } from './written-beyond.ts';

export type { PlanAnswer, PlanLimits } from './plan-answer.ts';

/**
 * Plans one operation of a validated document, for all callers and all values of its variables. Takes time in proportion
 * to the steps, never to the number of paths through fragments, and no more stack than `maxDepth` fields need.
 */
export function compileDocument(
  schema: CompiledSchema,
  document: DocumentNode,
  operationName: string | undefined,
  limits: PlanLimits,
): PlanAnswer {
  const chosen = chooseOperation(schema, document, operationName);
  if (chosen.kind === 'NO_OPERATION') return chosen;
  const { operation, rootType, fragments } = chosen;
  const { maxDepth, maxSteps } = limits;
  const budget = stepBudget(maxSteps);
  try {
    const planned = planSelections(schema, fragments, rootType, operation.selectionSet, maxDepth, budget);
    const beyond = writtenBeyond(
      schema,
      fragments,
      rootType,
      operation.selectionSet,
      planned.selections.length,
      budget,
    );
    const plan = { operation, ...planned, beyond, variables: planVariables(schema, operation) };
    return { kind: 'PLANNED', plan, steps: budget.steps };
  } catch (error) {
    if (error instanceof LimitReached) return { ...error.answer, steps: budget.steps };
    throw error;
  }
}

function planVariables(
  schema: CompiledSchema,
  operation: OperationDefinitionNode,
): ReadonlyMap<string, PlannedVariable> {
  const variables = new Map<string, PlannedVariable>();
  for (const { variable, type: typeNode, defaultValue } of operation.variableDefinitions ?? []) {
    const type = typeFromAST(schema.schema, typeNode);
    const name = variable.name.value;
    if (isInputType(type)) variables.set(name, { name, type, defaultValue });
  }
  return variables;
}
