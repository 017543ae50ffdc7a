import {
  type FieldNode,
  type FragmentDefinitionNode,
  isAbstractType,
  Kind,
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
  /** It stands in a fragment on the object type itself. */
  readonly isNamed: boolean;
}

/** Receives each type that a fragment names, and when the fragment counts. */
export type NamedTypeListener = (name: string, when: Conjunction) => void;

interface Entered {
  readonly when: Conjunction;
  readonly isNamed: boolean;
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
  onNamedType: NamedTypeListener,
): ReadonlyMap<string, readonly FieldOccurrence[]> {
  const fields = new Map<string, FieldOccurrence[]>();
  const entered = new Map<string, Entered[]>();
  const pending: (Entered & { readonly selection: SelectionNode })[] = [];
  const enter = (selectionSet: SelectionSetNode, when: Conjunction, isNamed: boolean): void => {
    for (let index = selectionSet.selections.length - 1; index >= 0; index--) {
      const selection = selectionSet.selections[index];
      if (selection !== undefined) pending.push({ selection, when, isNamed });
    }
  };
  for (const { selectionSet, when } of [...occurrences].reverse()) enter(selectionSet, when, false);

  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { selection, isNamed } = next;
    budget.visit(1 + next.when.length);
    const when = within(next.when, selection.directives);
    if (when === undefined) continue;
    if (selection.kind === Kind.FIELD) {
      budget.field();
      const key = selection.alias?.value ?? selection.name.value;
      const nodes = fields.get(key);
      if (nodes === undefined) fields.set(key, [{ node: selection, when, isNamed }]);
      else nodes.push({ node: selection, when, isNamed });
      continue;
    }
    const isSpread = selection.kind === Kind.FRAGMENT_SPREAD;
    const fragment = isSpread ? fragments.get(selection.name.value) : selection;
    const condition = fragment?.typeCondition?.name.value;
    if (condition !== undefined) onNamedType(condition, when);
    if (fragment === undefined || !applies(schema, condition, type)) continue;
    const here = { when, isNamed: isNamed || condition === type.name };
    if (isSpread && !isNew(entered, selection.name.value, here, budget)) continue;
    enter(fragment.selectionSet, when, here.isNamed);
  }
  return fields;
}

/** Remembers that a fragment was entered so, unless it was entered before in a way that covers this one. */
function isNew(entered: Map<string, Entered[]>, fragment: string, here: Entered, budget: StepBudget): boolean {
  const before = entered.get(fragment);
  if (before === undefined) {
    entered.set(fragment, [here]);
    return true;
  }
  const isCovered = before.some(({ when, isNamed }) => {
    budget.visit(1 + when.length);
    return (isNamed || !here.isNamed) && implies(here.when, when);
  });
  if (!isCovered) before.push(here);
  return !isCovered;
}

function applies(schema: CompiledSchema, condition: string | undefined, type: CompiledObject): boolean {
  if (condition === undefined || condition === type.name) return true;
  const named = schema.schema.getType(condition);
  return isAbstractType(named) && schema.possibleTypes(named).includes(type);
}
