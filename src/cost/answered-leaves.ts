import type { MicroPoints } from '../kernel/micro-points.ts';
import type { CompiledObject } from '../plan/compiled-schema.ts';
import {
  type CoercedVariables,
  type DocumentPlan,
  type FieldPlan,
  holds,
  type SelectionPlan,
} from '../plan/document-plan.ts';
import type { Granted, Nulls } from './evaluate-program.ts';
import { givenLeaves, sizeFor } from './given-leaves.ts';
import { freeLeaves, hasDearLeaves, isLeaf, leafCost, leafSize } from './leaf-cost.ts';
import { saturate } from './points.ts';

/** What the leaves of an answer did cost, from its `data` before anything is added to it; of those that the key may read. */
export type AnsweredLeaves = (data: unknown, variables: CoercedVariables, granted: Granted | undefined) => MicroPoints;

/** What an object is if it is of one type: worked out once for each type and answer. */
interface Candidate {
  readonly typeName: string;
  /** Every response key that is executed: an object of the type has these and no others. */
  readonly keys: ReadonlySet<string>;
  readonly free: number;
  /** Leaves that are no lists, what is answered as null, and values that are given in arguments. */
  readonly single: number;
  /** Lists of leaves, and for how many they count where they are there. */
  readonly lists: readonly { readonly key: string; readonly size: number }[];
  /** Keys that lead to objects whose leaves can cost something. */
  readonly below: readonly { readonly key: string; readonly selection: SelectionPlan }[];
}

/**
 * Counts what was answered: the leaves of each object that is there. `undefined` for an operation, as almost all are,
 * that has no object with so many; of the others only those parts of an answer are looked at that lead to one. With `nulls`
 * `data` is what was executed, to which the nulls are still to be added.
 */
export function answeredLeaves(plan: DocumentPlan, nulls?: Nulls): AnsweredLeaves | undefined {
  const { selections, root } = plan;
  const leading = new Set<SelectionPlan>();
  for (const selection of selections) {
    const isOne = selection.byType.some(
      ({ type, fields }) =>
        hasDearLeaves(fields, freeLeaves(type, selection === root), selection === root) ||
        fields.some((field) => leadsOn(childOf(field), leading)),
    );
    if (isOne) leading.add(selection);
  }
  if (!leading.has(root)) return undefined;

  return (data, variables, granted) => {
    const known = new Map<SelectionPlan, readonly Candidate[]>();
    return costOf(data, [root]);

    function candidatesOf(selection: SelectionPlan): readonly Candidate[] {
      const before = known.get(selection);
      if (before) return before;
      const made = selection.byType.map(({ type, fields }) => candidateOf(type, fields, selection === root));
      known.set(selection, made);
      return made;
    }

    function candidateOf(type: CompiledObject, fields: readonly FieldPlan[], isRoot: boolean): Candidate {
      const asked = fields.filter(({ when }) => holds(when, variables));
      const executed = nulls ? asked.filter((field) => !nulls.has(field)) : asked;
      const readable = executed.filter((field) => mayRead(field, granted));
      const leaves = readable.filter(isLeaf);
      const given = isRoot ? 0 : readable.reduce((sum, field) => sum + sizeFor(givenLeaves(field), variables), 0);
      const sized = leaves.map((field) => ({ field, size: sizeFor(leafSize(field), variables) }));
      const lists = sized.filter(({ field }) => field.kind === 'FIELD' && field.field.isList);
      return {
        typeName: type.name,
        keys: new Set(executed.map(({ responseKey }) => responseKey)),
        free: freeLeaves(type, isRoot),
        single: sized.length - lists.length + (asked.length - executed.length) + given,
        lists: lists.map(({ field, size }) => ({ key: field.responseKey, size })),
        below: executed.flatMap((field) => {
          const selection = childOf(field);
          return selection && leading.has(selection) ? [{ key: field.responseKey, selection }] : [];
        }),
      };
    }

    /** `among`: what can have been selected of the value. */
    function costOf(value: unknown, among: readonly SelectionPlan[]): MicroPoints {
      if (typeof value !== 'object' || value === null) return 0;
      if (Array.isArray(value)) {
        return value.reduce<number>((cost, item) => saturate(cost + costOf(item, among)), 0);
      }
      const object = value as Readonly<Record<string, unknown>>;
      const candidates = among.flatMap(candidatesOf);
      const typeName = nulls && object[nulls.typeKey];
      // Types that select the same keys cannot be told apart: the cheapest of them is charged.
      const matching =
        candidates.length === 1
          ? candidates
          : candidates.filter((one) => (typeName === undefined ? fits(object, one) : one.typeName === typeName));
      const costs = matching.map((one) => leavesOf(object, one));
      let cost = costs.length === 0 ? 0 : Math.min(...costs);
      for (const [key, children] of belowOf(matching)) cost = saturate(cost + costOf(object[key], [...children]));
      return cost;
    }
  };
}

function leavesOf(object: Readonly<Record<string, unknown>>, { free, single, lists }: Candidate): MicroPoints {
  let leaves = single;
  for (const { key, size } of lists) leaves += Array.isArray(object[key]) ? size : 1;
  return leafCost(leaves, free);
}

function fits(object: object, { keys }: Candidate): boolean {
  const own = Object.keys(object);
  return own.length === keys.size && own.every((key) => keys.has(key));
}

function belowOf(candidates: readonly Candidate[]): ReadonlyMap<string, ReadonlySet<SelectionPlan>> {
  const below = new Map<string, Set<SelectionPlan>>();
  for (const { key, selection } of candidates.flatMap((one) => one.below)) {
    const others = below.get(key);
    if (others) others.add(selection);
    else below.set(key, new Set([selection]));
  }
  return below;
}

function mayRead(field: FieldPlan, granted: Granted | undefined): boolean {
  return !granted || field.kind !== 'FIELD' || field.field.needs.every((bit) => granted.has(bit));
}

function childOf(field: FieldPlan): SelectionPlan | undefined {
  return field.kind === 'FIELD' ? field.selection : undefined;
}

function leadsOn(child: SelectionPlan | undefined, leading: ReadonlySet<SelectionPlan>): boolean {
  return child !== undefined && leading.has(child);
}
