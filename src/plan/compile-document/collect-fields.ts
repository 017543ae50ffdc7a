import {
  type FieldNode,
  type FragmentDefinitionNode,
  isAbstractType,
  Kind,
  type NamedTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { CompiledObject, CompiledSchema } from '../compiled-schema.ts';
import type { Conjunction } from '../document-plan.ts';
import { implies, within } from './conditions.ts';
import type { StepBudget } from './plan-answer.ts';

/** A selection set and when it counts, relative to the object that is selected from. */
export interface Occurrence {
  readonly selectionSet: SelectionSetNode;
  readonly when: Conjunction;
}

export interface FieldOccurrence {
  readonly node: FieldNode;
  readonly when: Conjunction;
}

/**
 * CollectFields (GraphQL spec §6.3.2) for one object type, for all values of the variables at once: nodes by response
 * key in document order, each with its condition. A fragment is entered once for each condition that is not already
 * covered by a weaker one. Iterative: nesting of fragments cannot exhaust the stack.
 */
export function collectFields(
  schema: CompiledSchema,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  type: CompiledObject,
  occurrences: readonly Occurrence[],
  budget: StepBudget,
): ReadonlyMap<string, readonly FieldOccurrence[]> {
  const fields = new Map<string, FieldOccurrence[]>();
  const entered = new Map<string, Conjunction[]>();
  const pending: { readonly selection: SelectionNode; readonly when: Conjunction }[] = [];
  const enter = (selectionSet: SelectionSetNode, when: Conjunction): void => {
    for (let index = selectionSet.selections.length - 1; index >= 0; index--) {
      const selection = selectionSet.selections[index];
      if (selection !== undefined) pending.push({ selection, when });
    }
  };
  for (const { selectionSet, when } of [...occurrences].reverse()) enter(selectionSet, when);

  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { selection } = next;
    budget.visit(1 + next.when.length);
    const when = within(next.when, selection.directives);
    if (when === undefined) continue;
    if (selection.kind === Kind.FIELD) {
      budget.field();
      const key = selection.alias?.value ?? selection.name.value;
      const nodes = fields.get(key);
      if (nodes === undefined) fields.set(key, [{ node: selection, when }]);
      else nodes.push({ node: selection, when });
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      if (applies(schema, selection.typeCondition, type)) enter(selection.selectionSet, when);
    } else {
      const fragment = fragments.get(selection.name.value);
      if (fragment === undefined || !applies(schema, fragment.typeCondition, type)) continue;
      const before = entered.get(selection.name.value);
      if (before === undefined) entered.set(selection.name.value, [when]);
      else if (isCovered(when, before, budget)) continue;
      else before.push(when);
      enter(fragment.selectionSet, when);
    }
  }
  return fields;
}

function isCovered(when: Conjunction, weaker: readonly Conjunction[], budget: StepBudget): boolean {
  return weaker.some((candidate) => {
    budget.visit(1 + candidate.length);
    return implies(when, candidate);
  });
}

function applies(schema: CompiledSchema, condition: NamedTypeNode | undefined, type: CompiledObject): boolean {
  if (condition === undefined || condition.name.value === type.name) return true;
  const named = schema.schema.getType(condition.name.value);
  return isAbstractType(named) && schema.possibleTypes(named).includes(type);
}
