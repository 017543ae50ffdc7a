import { type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import { LimitReached, type StepBudget } from './plan-answer.ts';

/** The standard introspection query nests 15 fields: `__schema.types.fields.args.type` and nine `ofType`, `name`. */
const maxDepth = 20;
/** Lists that lead from types to types; three of them below each other multiply the whole schema by itself. */
const listFields = ['fields', 'interfaces', 'possibleTypes', 'inputFields'];
const maxLists = 3;
/** Fragments without fields between them nest no deeper than this. */
const maxNesting = 200;

/** Refuses a selection below `__schema` or `__type` that multiplies the schema's size (cf. graphql-js MaxIntrospectionDepthRule). */
export function checkIntrospection(
  selectionSet: SelectionSetNode | undefined,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  budget: StepBudget,
): void {
  const seen = new Map<string, Set<string>>();
  if (selectionSet) walk(selectionSet, 1, 0, 0);

  function walk(set: SelectionSetNode, depth: number, lists: number, nesting: number): void {
    if (depth > maxDepth || lists >= maxLists || nesting > maxNesting) {
      throw new LimitReached({ kind: 'TOO_DEEP', limit: lists >= maxLists ? maxLists : maxDepth });
    }
    for (const selection of set.selections) {
      budget.visit();
      if (selection.kind === Kind.FIELD) {
        if (!selection.selectionSet) continue;
        const isList = listFields.includes(selection.name.value);
        walk(selection.selectionSet, depth + 1, lists + (isList ? 1 : 0), nesting + 1);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, depth, lists, nesting + 1);
      } else {
        const fragment = fragments.get(selection.name.value);
        if (fragment && isNew(selection.name.value, `${depth}/${lists}`)) {
          walk(fragment.selectionSet, depth, lists, nesting + 1);
        }
      }
    }
  }

  /** Each fragment is walked once at each depth, however many paths lead to it. */
  function isNew(fragment: string, at: string): boolean {
    const before = seen.get(fragment);
    if (before?.has(at)) return false;
    seen.set(fragment, (before ?? new Set()).add(at));
    return true;
  }
}
