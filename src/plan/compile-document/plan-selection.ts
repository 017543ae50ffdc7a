import type { ASTNode, FragmentDefinitionNode, SelectionSetNode } from 'graphql';
import { invariant } from '../../kernel/invariant.ts';
import { numbering } from '../../kernel/numbering.ts';
import type { CompiledField, CompiledObject, CompiledSchema } from '../compiled-schema.ts';
import type { Condition, FieldPlan, SelectionPlan } from '../document-plan.ts';
import { collectFields, type FieldOccurrence, type Occurrence } from './collect-fields.ts';
import { always, anyOf, keyOf } from './conditions.ts';
import { checkIntrospection } from './introspection-depth.ts';
import { namedTypes } from './named-types.ts';
import { LimitReached, type StepBudget } from './plan-answer.ts';
import { planArguments } from './plan-arguments.ts';

export interface PlannedSelections {
  /** Children before parents. */
  readonly selections: readonly SelectionPlan[];
  readonly root: SelectionPlan;
  readonly depth: number;
  readonly introspects: boolean;
}

interface Planned {
  readonly selection: SelectionPlan;
  /** Fields from here to the deepest leaf. */
  readonly height: number;
}

/**
 * Plans a selection set and all below it. What is asked of the same types by the same nodes under the same conditions is
 * planned once, so a fragment that many paths lead to costs as much as one.
 */
export function planSelections(
  schema: CompiledSchema,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  rootType: CompiledObject,
  rootSet: SelectionSetNode,
  maxDepth: number,
  budget: StepBudget,
): PlannedSelections {
  const selections: SelectionPlan[] = [];
  const known = new Map<readonly CompiledObject[], Map<string, Planned>>();
  const numberOf = numbering<SelectionSetNode>();
  const path: string[] = [];
  let introspects = false;
  const root = plan([rootType], [{ selectionSet: rootSet, when: always }], 1);
  return { selections, root: root.selection, depth: root.height, introspects };

  function plan(types: readonly CompiledObject[], occurrences: readonly Occurrence[], depth: number): Planned {
    const key = occurrences.map(({ selectionSet, when }) => `${numberOf(selectionSet)}?${keyOf(when)}`).join();
    const before = known.get(types)?.get(key);
    if (before !== undefined) {
      if (depth + before.height - 1 > maxDepth) throw tooDeep(occurrences[0]?.selectionSet ?? rootSet);
      return before;
    }
    let height = 0;
    const named = namedTypes(schema);
    const byType = types.map((type) => {
      const fields: FieldPlan[] = [];
      for (const [responseKey, nodes] of collectFields(schema, fragments, type, occurrences, budget, named.add)) {
        const meta = planMeta(type, responseKey, nodes);
        if (meta !== undefined) {
          fields.push(meta);
          continue;
        }
        const [first] = nodes;
        if (depth > maxDepth) throw tooDeep(first?.node ?? rootSet);
        const field = first && type.fields.get(first.node.name.value);
        // A validated document names only fields that exist.
        if (first === undefined || field === undefined) continue;
        path.push(responseKey);
        const child = planChild(field, nodes, depth + 1);
        path.pop();
        height = Math.max(height, 1 + (child?.height ?? 0));
        fields.push({
          kind: 'FIELD',
          responseKey,
          field,
          when: anyOf(nodes.map(({ when }) => when)),
          whenNamed: whenNamed(nodes),
          arguments: planArguments(field, first.node),
          selection: child?.selection,
          node: first.node,
        });
      }
      return { type, fields };
    });
    const planned: Planned = { selection: { id: selections.length, byType, namedTypes: named.list() }, height };
    selections.push(planned.selection);
    const ofTypes = known.get(types);
    if (ofTypes) ofTypes.set(key, planned);
    else known.set(types, new Map([[key, planned]]));
    return planned;
  }

  function planChild(field: CompiledField, nodes: readonly FieldOccurrence[], depth: number): Planned | undefined {
    if (field.possibleTypes.length === 0) return undefined;
    return plan(field.possibleTypes, childOccurrences(nodes, numberOf), depth);
  }

  function planMeta(
    type: CompiledObject,
    responseKey: string,
    nodes: readonly FieldOccurrence[],
  ): FieldPlan | undefined {
    const [first] = nodes;
    invariant(first, 'a response key has at least one node');
    const name = first.node.name.value;
    const when = anyOf(nodes.map((node) => node.when));
    if (name === '__typename') return { kind: 'TYPENAME', responseKey, when, node: first.node };
    if (type !== schema.queryType || (name !== '__schema' && name !== '__type')) return undefined;
    introspects = true;
    for (const { node } of nodes) checkIntrospection(node.selectionSet, fragments, budget);
    return { kind: 'INTROSPECTION', responseKey, when, node: first.node };
  }

  function tooDeep(node: ASTNode): LimitReached {
    return new LimitReached({ kind: 'TOO_DEEP', limit: maxDepth, path: [...path], node });
  }
}

/**
 * What the merged sub-selection is collected from. A child is executed only when its parent is: the parent's condition
 * needs no repeating, unless the nodes that were merged came under different ones.
 */
function childOccurrences(
  nodes: readonly FieldOccurrence[],
  numberOf: (node: SelectionSetNode) => number,
): readonly Occurrence[] {
  const [first] = nodes;
  const key = first && nodes.length > 1 ? keyOf(first.when) : undefined;
  const same = nodes.every((node) => node === first || keyOf(node.when) === key);
  const occurrences: Occurrence[] = [];
  const entered = new Set<string>();
  for (const { node, when } of nodes) {
    if (node.selectionSet === undefined) continue;
    const occurrence = { selectionSet: node.selectionSet, when: same ? always : when };
    const entry = `${numberOf(node.selectionSet)}?${keyOf(occurrence.when)}`;
    if (!entered.has(entry)) occurrences.push(occurrence);
    entered.add(entry);
  }
  return occurrences;
}

function whenNamed(nodes: readonly FieldOccurrence[]): Condition | undefined {
  const named = nodes.filter(({ isNamed }) => isNamed);
  return named.length === 0 ? undefined : anyOf(named.map(({ when }) => when));
}
