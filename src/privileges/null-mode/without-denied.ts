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
import type { DataFieldPlan, DocumentPlan, FieldPlan, SelectionPlan } from '../../plan/document-plan.ts';
import type { DeniedFields } from './denied-fields.ts';

/** What is executed instead of an operation of which some fields are denied. */
export interface RemainingOperation {
  readonly document: DocumentNode;
  /** The response key under which each object says its type, where its type decides what is denied. */
  readonly typeKey: string;
}

/**
 * The operation without its denied fields: they are neither resolved nor priced. Written anew from the plan, in which
 * every response key of every object type stands once, already merged, so that a field that is denied on one type takes
 * nothing from its namesake on another. One fragment for each selection and type, and one that spreads those of an abstract
 * type: as long as the plan, however many paths lead through it, and however many types lead to so many others. A selection of which nothing is left asks for its type, to know which objects there are.
 *
 * The document is for execution only. It would not pass validation, which forbids that one response key means two things,
 * and its fragments have names that no text can have, so that they meet no other.
 */
export function withoutDenied(plan: DocumentPlan, denied: DeniedFields, original: DocumentNode): RemainingOperation {
  const typeKey = freeKey(plan);
  const fragments: FragmentDefinitionNode[] = [];
  const sets = new Map<SelectionPlan, SelectionSetNode>();
  for (const selection of plan.selections) sets.set(selection, setOf(selection));
  const { operation } = plan;
  return {
    typeKey,
    document: {
      kind: Kind.DOCUMENT,
      definitions: [{ ...operation, selectionSet: found(plan.root) }, ...fragments, ...ofIntrospection()],
    },
  };

  /** Children stand before their parents, so theirs are there already. */
  function setOf(selection: SelectionPlan): SelectionSetNode {
    const seen = denied.seenTypes(selection);
    const selections = seen.map(({ type, fields }): FragmentSpreadNode => {
      const left = denied.executed(fields).filter((field) => !denied.denials.has(field));
      const nodes = left.map(nodeOf);
      const tellsType = selection.byType.length > 1 || nodes.length === 0;
      return spreadOf(`${selection.id}:${type.name}`, type.name, {
        kind: Kind.SELECTION_SET,
        selections: tellsType ? [typenameNode(typeKey), ...nodes] : nodes,
      });
    });
    return { kind: Kind.SELECTION_SET, selections };
  }

  function spreadOf(text: string, typeName: string, selectionSet: SelectionSetNode): FragmentSpreadNode {
    const name = { kind: Kind.NAME, value: text } as const;
    const typeCondition = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: typeName } } as const;
    fragments.push({ kind: Kind.FRAGMENT_DEFINITION, name, typeCondition, selectionSet });
    return { kind: Kind.FRAGMENT_SPREAD, name };
  }

  /** Arguments and location as they were; what decided whether it counts has been decided. */
  function nodeOf(field: FieldPlan): FieldNode {
    const { selectionSet, directives, ...node } = field.node;
    const kept = directives?.filter(({ name }) => name.value !== 'skip' && name.value !== 'include') ?? [];
    if (field.kind === 'INTROSPECTION') return { ...node, ...(selectionSet && { selectionSet }), directives: kept };
    const below = field.kind === 'FIELD' && field.selection ? foundFrom(field, field.selection) : undefined;
    return { ...node, ...(below && { selectionSet: below }), directives: kept };
  }

  function found(selection: SelectionPlan): SelectionSetNode {
    const set = sets.get(selection);
    invariant(set, 'a selection stands before the field that leads to it');
    return set;
  }

  /** Where many types lead to many others, each of them names all of those in one word. */
  function foundFrom({ field }: DataFieldPlan, selection: SelectionPlan): SelectionSetNode {
    const set = found(selection);
    if (set.selections.length === 1) return set;
    const spread = spreadOf(`${selection.id}`, getNamedType(field.type).name, set);
    const shared: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [spread] };
    sets.set(selection, shared);
    return shared;
  }

  function ofIntrospection(): readonly FragmentDefinitionNode[] {
    if (!plan.introspects) return [];
    return original.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  }
}

function typenameNode(key: string): FieldNode {
  const alias = { kind: Kind.NAME, value: key } as const;
  return { kind: Kind.FIELD, alias, name: { kind: Kind.NAME, value: '__typename' } };
}

/** A response key that the operation does not use. */
function freeKey({ selections }: DocumentPlan): string {
  const used = new Set(
    selections.flatMap(({ byType }) => byType.flatMap(({ fields }) => fields.map(({ responseKey }) => responseKey))),
  );
  let key = '__typename_';
  while (used.has(key)) key += '_';
  return key;
}
