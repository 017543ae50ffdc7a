import type { DocumentPlan } from '../../plan/document-plan.ts';

/**
 * True when an operation does nothing but end or disable keys. Whoever has to stop a leaked key must not be told that
 * the budget is spent or that the limiter is down: such an operation is judged like any other, and never throttled.
 */
export function isUrgent(plan: DocumentPlan, urgentMutations: ReadonlySet<string>): boolean {
  if (plan.operation.operation !== 'mutation' || urgentMutations.size === 0) return false;
  const fields = plan.root.byType[0]?.fields ?? [];
  const mutations = fields.filter((field) => field.kind === 'FIELD');
  return (
    mutations.length > 0 &&
    mutations.length === fields.length &&
    mutations.every(({ field }) => urgentMutations.has(field.coordinate.field))
  );
}
