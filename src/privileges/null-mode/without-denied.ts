import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  getNamedType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { invariant } from '../../kernel/invariant.ts';
import type { CompiledObject } from '../../plan/compiled-schema.ts';
import type { DataFieldPlan, DocumentPlan, FieldPlan, SelectionPlan } from '../../plan/document-plan.ts';
import type { DeniedFields } from './denied-fields.ts';

/** What is executed instead of an operation of which some fields are denied. */
export interface RemainingOperation {
  readonly document: DocumentNode;
  /** The same as a plan, to be judged and counted as that of any other operation. Its nodes are those that were sent. */
  readonly plan: DocumentPlan;
  /** The response key under which each object says its type, where its type decides what is denied. */
  readonly typeKey: string;
}

/** What is left of a selection, and what is executed for it. */
interface Remaining {
  readonly selection: SelectionPlan;
  /** One spread for each type. */
  readonly set: SelectionSetNode;
}

/**
 * The operation without its denied fields: they are neither resolved nor priced. Written anew from the plan, in which
 * every response key of every object type stands once, already merged, so that a field that is denied on one type takes
 * nothing from its namesake on another. One fragment for each selection and type, and one that spreads those of an abstract
 * type: as long as the plan, however many paths lead through it, and however many types lead to so many others. A selection
 * of which nothing is left asks for its type, to know which objects there are.
 *
 * The document is for execution only. It would not pass validation, which forbids that one response key means two things,
 * and its fragments have names that no text can have, so that they meet no other. To plan it would take the square of the
 * types of an interface, each of which meets the fragments of all others; so its plan is made beside it.
 */
export function withoutDenied(plan: DocumentPlan, denied: DeniedFields, original: DocumentNode): RemainingOperation {
  const typeKey = freeKey(plan);
  const typename = typenameNode(typeKey);
  const tellsType: FieldPlan = { kind: 'TYPENAME', responseKey: typeKey, when: true, node: typename };
  const fragments: FragmentDefinitionNode[] = [];
  const leftOf = leftBelow(plan, denied);
  const remaining = new Map<SelectionPlan, Remaining>();
  const shared = new Map<SelectionPlan, SelectionSetNode>();
  const nodes = new Map<FieldNode, Map<SelectionPlan | undefined, FieldNode>>();
  // Children stand before their parents, so theirs are there already.
  for (const selection of plan.selections) {
    const left = leftOf.get(selection);
    if (left !== undefined) remaining.set(selection, remainingOf(selection, left, remaining.size));
  }
  const root = found(plan.root);
  const operation = { ...plan.operation, selectionSet: root.set };
  const selections = [...remaining.values()].map(({ selection }) => selection);
  const introspects = selections.at(-1)?.byType.some(({ fields }) => fields.some(isIntrospection)) ?? false;
  return {
    typeKey,
    plan: { ...plan, operation, selections, root: root.selection, beyond: undefined, introspects },
    document: { kind: Kind.DOCUMENT, definitions: [operation, ...fragments, ...ofIntrospection()] },
  };

  function remainingOf(selection: SelectionPlan, left: FieldsByType, id: number): Remaining {
    const isAbstract = selection.byType.length > 1;
    const spreads: FragmentSpreadNode[] = [];
    const byType = selection.byType.map(({ type }) => {
      const fields = left.get(type);
      if (fields === undefined) return { type, fields: [] };
      const asksType = isAbstract || fields.length === 0;
      const selected = fields.map(nodeOf);
      spreads.push(
        spreadOf(`${selection.id}:${type.name}`, type.name, {
          kind: Kind.SELECTION_SET,
          selections: asksType ? [typename, ...selected] : selected,
        }),
      );
      const planned = fields.map(planOf);
      return { type, fields: asksType ? [tellsType, ...planned] : planned };
    });
    return { selection: { id, byType, namedTypes: [] }, set: { kind: Kind.SELECTION_SET, selections: spreads } };
  }

  /** Each type is named, so that what is left of it is judged whether or not the key can see the type. */
  function planOf(field: FieldPlan): FieldPlan {
    if (field.kind !== 'FIELD') return { ...field, when: true };
    const selection = field.selection && found(field.selection).selection;
    return { ...field, when: true, whenNamed: true, selection };
  }

  function spreadOf(text: string, typeName: string, selectionSet: SelectionSetNode): FragmentSpreadNode {
    const name = { kind: Kind.NAME, value: text } as const;
    const typeCondition = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: typeName } } as const;
    fragments.push({ kind: Kind.FRAGMENT_DEFINITION, name, typeCondition, selectionSet });
    return { kind: Kind.FRAGMENT_SPREAD, name };
  }

  /** Types that are asked the same share it. */
  function nodeOf(field: FieldPlan): FieldNode {
    const below = field.kind === 'FIELD' ? field.selection : undefined;
    const ofNode = nodes.get(field.node) ?? new Map<SelectionPlan | undefined, FieldNode>();
    nodes.set(field.node, ofNode);
    const node = ofNode.get(below) ?? nodeWith(field, below);
    ofNode.set(below, node);
    return node;
  }

  /** Arguments and location as they were; what decided whether it counts has been decided. */
  function nodeWith(field: FieldPlan, below: SelectionPlan | undefined): FieldNode {
    const { selectionSet, directives, ...node } = field.node;
    const kept = directives?.filter(({ name }) => name.value !== 'skip' && name.value !== 'include') ?? [];
    if (field.kind === 'INTROSPECTION') return { ...node, ...(selectionSet && { selectionSet }), directives: kept };
    const set = field.kind === 'FIELD' && below ? setBelow(field, below) : undefined;
    return { ...node, ...(set && { selectionSet: set }), directives: kept };
  }

  function found(selection: SelectionPlan): Remaining {
    const left = remaining.get(selection);
    invariant(left, 'a selection stands before the field that leads to it');
    return left;
  }

  /** Where many types lead to many others, each of them names all of those in one word. */
  function setBelow({ field }: DataFieldPlan, selection: SelectionPlan): SelectionSetNode {
    const { set } = found(selection);
    if (set.selections.length === 1) return set;
    const known = shared.get(selection);
    if (known !== undefined) return known;
    const spread = spreadOf(`${selection.id}`, getNamedType(field.type).name, set);
    const made: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [spread] };
    shared.set(selection, made);
    return made;
  }

  function ofIntrospection(): readonly FragmentDefinitionNode[] {
    if (!introspects) return [];
    return original.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  }
}

/** Of the types that are seen. */
type FieldsByType = ReadonlyMap<CompiledObject, readonly FieldPlan[]>;

/** What is executed of each selection that is still reached. */
function leftBelow({ selections, root }: DocumentPlan, denied: DeniedFields): ReadonlyMap<SelectionPlan, FieldsByType> {
  const left = new Map<SelectionPlan, FieldsByType>();
  const reached = new Set([root]);
  // Parents first.
  for (const selection of [...selections].reverse()) {
    if (!reached.has(selection)) continue;
    const ofTypes = new Map<CompiledObject, readonly FieldPlan[]>();
    for (const { type, fields } of denied.seenTypes(selection)) {
      const executed = denied.executed(fields).filter((field) => !denied.denials.has(field));
      for (const field of executed) if (field.kind === 'FIELD' && field.selection) reached.add(field.selection);
      ofTypes.set(type, executed);
    }
    left.set(selection, ofTypes);
  }
  return left;
}

function isIntrospection({ kind }: FieldPlan): boolean {
  return kind === 'INTROSPECTION';
}

function typenameNode(key: string): FieldNode {
  const alias = { kind: Kind.NAME, value: key } as const;
  return { kind: Kind.FIELD, alias, name: { kind: Kind.NAME, value: '__typename' } };
}

/** A response key that the operation does not use. */
function freeKey({ selections }: DocumentPlan): string {
  const used = new Set<string>();
  for (const { byType } of selections) {
    for (const { fields } of byType) for (const { responseKey } of fields) used.add(responseKey);
  }
  let key = '__typename_';
  while (used.has(key)) key += '_';
  return key;
}
