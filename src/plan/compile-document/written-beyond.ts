import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  getNamedType,
  isCompositeType,
  isUnionType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { CompiledObject, CompiledSchema } from '../compiled-schema.ts';
import type { Conjunction, WrittenBeyond, WrittenEdge, WrittenField, WrittenSelection } from '../document-plan.ts';
import { always, anyOf, within } from './conditions.ts';
import type { StepBudget } from './plan-answer.ts';

/** Response keys, the last one first: a path is written out only where it is needed. */
interface Way {
  readonly key: string;
  readonly up: Way | undefined;
}

/** A selection set of the document. In one operation each stands on one type. */
interface Place {
  readonly set: SelectionSetNode;
  readonly parent: GraphQLCompositeType;
  /** Not all the objects that `parent` can be are met here by the plan. */
  readonly isBeyond: boolean;
  readonly way: Way | undefined;
}

interface Entered {
  readonly id: number;
  readonly edges: WrittenEdge[];
}

/**
 * Walks an operation as validation does, each selection set once (twice where some ways to it are beyond the plan and
 * others are not), and keeps what the plan does not have. Iterative: nesting cannot exhaust the stack.
 */
export function writtenBeyond(
  schema: CompiledSchema,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  rootType: CompiledObject,
  rootSet: SelectionSetNode,
  firstId: number,
  budget: StepBudget,
): WrittenBeyond | undefined {
  const rootParent = schema.schema.getType(rootType.name);
  if (!isCompositeType(rootParent)) return undefined;
  const selections: WrittenSelection[] = [];
  const known = { planned: new Map<SelectionSetNode, Entered>(), beyond: new Map<SelectionSetNode, Entered>() };
  const types = typesOf(schema, budget);
  const left: Entered[] = [];
  const pending: (Place | Entered)[] = [];
  let count = 0;
  const root = reach({ set: rootSet, parent: rootParent, isBeyond: false, way: undefined });
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if ('edges' in next) left.push(next);
    else lookAt(next);
  }
  if (selections.length === 0) return undefined;
  return { selections, edges: left.reverse().flatMap(({ edges }) => edges), root, count };

  /** Its id; the first time it is put by to be looked at. */
  function reach(place: Place): number {
    const before = (place.isBeyond ? known.beyond : known.planned).get(place.set);
    if (before !== undefined) return before.id;
    const entered = { id: firstId + count++, edges: [] };
    (place.isBeyond ? known.beyond : known.planned).set(place.set, entered);
    pending.push(place);
    return entered.id;
  }

  function lookAt(place: Place): void {
    const entered = (place.isBeyond ? known.beyond : known.planned).get(place.set);
    if (entered === undefined) return;
    // Left once all below it are.
    pending.push(entered);
    const fields: WrittenField[] = [];
    for (const selection of place.set.selections) {
      budget.visit();
      const when = within(always, selection.directives);
      if (when === undefined) continue;
      if (selection.kind === Kind.FIELD && place.isBeyond) fields.push(...writtenField(selection, when, place.parent));
      const below = selection.kind === Kind.FIELD ? belowField(selection, place) : belowFragment(selection, place);
      if (below === undefined) continue;
      entered.edges.push({ from: entered.id, to: reach(below), when: anyOf([when]) });
      if (selection.kind !== Kind.FIELD) meet(below.parent, place, when, entered);
    }
    if (!place.isBeyond) return;
    const path = pathOf(place.way);
    budget.visit(path.length);
    selections.push({ id: entered.id, possibleTypes: schema.possibleTypes(place.parent), path, fields });
  }

  /** Two abstract types of which neither holds the other: the fragment fits where the key can see what is both. */
  function meet(type: GraphQLCompositeType, { parent, way }: Place, when: Conjunction, { id, edges }: Entered): void {
    if (types.isWithin(type, parent) || types.isWithin(parent, type)) return;
    const possibleTypes = types.both(type, parent);
    const both = { id: firstId + count++, possibleTypes, path: pathOf(way), fields: [] };
    budget.visit(1 + both.path.length);
    selections.push(both);
    edges.push({ from: id, to: both.id, when: anyOf([when]) });
  }

  function writtenField(node: FieldNode, when: Conjunction, parent: GraphQLCompositeType): readonly WrittenField[] {
    const ofTypes = types.withField(parent, node.name.value);
    if (ofTypes.length === 0) return [];
    budget.field();
    // What arguments need is worked out for each type.
    if (node.arguments?.length) for (const _ of ofTypes) budget.field();
    return [{ node, when: anyOf([when]), ofTypes }];
  }

  function belowField(node: FieldNode, { parent, isBeyond, way }: Place): Place | undefined {
    if (node.selectionSet === undefined || isUnionType(parent)) return undefined;
    const field = parent.getFields()[node.name.value];
    const type = field && getNamedType(field.type);
    if (!isCompositeType(type)) return undefined;
    const possible = schema.possibleTypes(type).length;
    const isPlanned = types
      .withField(parent, node.name.value)
      .some((ofType) => ofType.field.possibleTypes.length === possible);
    const key = node.alias?.value ?? node.name.value;
    return { set: node.selectionSet, parent: type, isBeyond: isBeyond || !isPlanned, way: { key, up: way } };
  }

  function belowFragment(
    node: Exclude<SelectionSetNode['selections'][number], FieldNode>,
    { parent, isBeyond, way }: Place,
  ): Place | undefined {
    const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value) : node;
    if (fragment === undefined) return undefined;
    const condition = fragment.typeCondition?.name.value;
    const type = condition === undefined ? parent : schema.schema.getType(condition);
    if (!isCompositeType(type)) return undefined;
    return { set: fragment.selectionSet, parent: type, isBeyond: isBeyond || !types.isWithin(type, parent), way };
  }
}

/** What is asked of types again and again, each worked out once. */
function typesOf(schema: CompiledSchema, budget: StepBudget) {
  const fields = new Map<GraphQLCompositeType, Map<string, WrittenField['ofTypes']>>();
  const members = new Map<GraphQLCompositeType, ReadonlySet<CompiledObject>>();
  const shared = new Map<GraphQLCompositeType, Map<GraphQLCompositeType, readonly CompiledObject[]>>();
  return { withField, isWithin, both };

  /** What a field is on each object type; nothing of a meta field. */
  function withField(parent: GraphQLCompositeType, name: string): WrittenField['ofTypes'] {
    const ofParent = fields.get(parent) ?? new Map<string, WrittenField['ofTypes']>();
    fields.set(parent, ofParent);
    const before = ofParent.get(name);
    if (before !== undefined) return before;
    const possible = schema.possibleTypes(parent);
    budget.visit(possible.length);
    const found = possible.flatMap((type) => {
      const field = type.fields.get(name);
      return field === undefined ? [] : [{ type, field }];
    });
    ofParent.set(name, found);
    return found;
  }

  /** Whether all that `type` can be `parent` can be. */
  function isWithin(type: GraphQLCompositeType, parent: GraphQLCompositeType): boolean {
    if (type === parent) return true;
    return both(type, parent).length === schema.possibleTypes(type).length;
  }

  /** What an object can be that is of both types. */
  function both(type: GraphQLCompositeType, parent: GraphQLCompositeType): readonly CompiledObject[] {
    const ofParent = shared.get(parent) ?? new Map<GraphQLCompositeType, readonly CompiledObject[]>();
    shared.set(parent, ofParent);
    const before = ofParent.get(type);
    if (before !== undefined) return before;
    const possible = schema.possibleTypes(type);
    const all = members.get(parent) ?? new Set(schema.possibleTypes(parent));
    members.set(parent, all);
    budget.visit(possible.length);
    const found = possible.filter((one) => all.has(one));
    ofParent.set(type, found);
    return found;
  }
}

function pathOf(way: Way | undefined): readonly string[] {
  const path: string[] = [];
  for (let at = way; at !== undefined; at = at.up) path.push(at.key);
  return path.reverse();
}
