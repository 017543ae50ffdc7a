import { type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import { LimitReached, type StepBudget } from './plan-answer.ts';

/**
 * The standard introspection query nests 15 fields: `__schema.types.fields.args.type` and nine `ofType`, `name`. What
 * nests deeper than this tells nothing more, and executing it would take stack.
 */
const maxDepth = 40;
/** Fragments without fields between them nest no deeper than this. */
const maxNesting = 200;

/** Refuses what nests too deep below `__schema` or `__type`. How much it answers, its price says. */
export function checkIntrospection(
  selectionSet: SelectionSetNode | undefined,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  budget: StepBudget,
): void {
  const seen = new Map<string, Set<number>>();
  if (selectionSet) walk(selectionSet, 1, 0);

  function walk(set: SelectionSetNode, depth: number, nesting: number): void {
    if (depth > maxDepth || nesting > maxNesting)
      throw new LimitReached({ kind: 'TOO_DEEP', limit: maxDepth, node: set });
    for (const selection of set.selections) {
      budget.visit();
      if (selection.kind === Kind.FIELD) {
        if (selection.selectionSet) walk(selection.selectionSet, depth + 1, nesting + 1);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, depth, nesting + 1);
      } else {
        const fragment = fragments.get(selection.name.value);
        if (fragment && isNew(selection.name.value, depth)) walk(fragment.selectionSet, depth, nesting + 1);
      }
    }
  }

  /** Each fragment is walked once at each depth, however many paths lead to it. */
  function isNew(fragment: string, depth: number): boolean {
    const before = seen.get(fragment);
    if (before?.has(depth)) return false;
    seen.set(fragment, (before ?? new Set()).add(depth));
    return true;
  }
}
