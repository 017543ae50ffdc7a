import { valueFromAST } from 'graphql';
import type { CoercedVariables, DataFieldPlan, DocumentPlan } from '../../plan/document-plan.ts';

/** Whether a mutation ends or disables keys whatever it is given, or by what it is given as `input`, coerced. */
export type UrgentWhen = 'ALWAYS' | ((input: Readonly<Record<string, unknown>>) => boolean);

/** Mutations by name. */
export type UrgentMutations = ReadonlyMap<string, UrgentWhen>;

/**
 * True when an operation does nothing but end or disable keys. Whoever has to stop a leaked key must not be told that
 * the budget is spent or that the limiter is down: such an operation is judged like any other, and never throttled.
 * `variables` is asked for only when what is given decides; `undefined`: they cannot be coerced.
 */
export function isUrgent(
  plan: DocumentPlan,
  urgentMutations: UrgentMutations,
  variables: () => CoercedVariables | undefined,
): boolean {
  if (plan.operation.operation !== 'mutation' || urgentMutations.size === 0) return false;
  const fields = plan.root.byType[0]?.fields ?? [];
  const mutations = fields.filter((field) => field.kind === 'FIELD');
  return (
    mutations.length > 0 &&
    mutations.length === fields.length &&
    mutations.every((field) => {
      const when = urgentMutations.get(field.field.coordinate.field);
      if (when === undefined || when === 'ALWAYS') return when === 'ALWAYS';
      const input = inputOf(field, variables());
      return input !== undefined && when(input);
    })
  );
}

function inputOf(field: DataFieldPlan, variables: CoercedVariables | undefined) {
  const given = field.arguments.find(({ argument }) => argument.name === 'input');
  if (!given || !variables) return undefined;
  const value = valueFromAST(given.value, given.argument.type, { ...variables });
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}
