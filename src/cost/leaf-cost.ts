import { type MicroPoints, microPerPoint } from '../kernel/micro-points.ts';
import type { CompiledField, CompiledObject } from '../plan/compiled-schema.ts';
import type { DataFieldPlan, FieldPlan } from '../plan/document-plan.ts';
import { argumentReader } from './argument-reader.ts';
import { givenLeaves, type LeafSize } from './given-leaves.ts';
import { lengthOf } from './list-length.ts';
import { unbounded } from './points.ts';

/** Leaves for each point that an object costs: nobody selects more without aliases, or from a very wide type. */
const leavesPerPoint = 100;
/** Of an object that costs nothing, such as an edge. */
const leastFreeLeaves = 5;
/** What a list of leaves counts for whose size nothing says. */
const usualLength = 10;

/**
 * Leaves of one instance that cost nothing. An object that costs a point has paid for a hundred; of one that costs
 * nothing there can be thousands for a point, so it has what can be selected of it without an alias: each of its leaves
 * once, and the name of its type. The root of an operation is there once. See docs/adr/0016-what-leaves-cost.md.
 */
export function freeLeaves({ weight, fields }: Pick<CompiledObject, 'weight' | 'fields'>, isRoot: boolean): number {
  const paid = Math.floor((leavesPerPoint * weight) / microPerPoint);
  if (isRoot || paid >= leavesPerPoint) return leavesPerPoint;
  let once = 1;
  for (const field of fields.values()) if (field.possibleTypes.length === 0) once += usualSize(field);
  return Math.min(leavesPerPoint, Math.max(leastFreeLeaves, paid, once));
}

/** Without arguments. */
function usualSize({ isList, listSize }: CompiledField): number {
  return isList ? (listSize?.assumedSize ?? listSize?.defaultSize ?? usualLength) : 1;
}

/** What the leaves of one object cost: 1 point for each hundred that begins beyond the free ones. */
export function leafCost(leaves: number, free: number): MicroPoints {
  return leaves <= free ? 0 : Math.ceil((leaves - free) / leavesPerPoint) * microPerPoint;
}

/** One response key without a selection of its own; `__typename` too. */
export function isLeaf(plan: FieldPlan): boolean {
  return plan.kind === 'TYPENAME' || (plan.kind === 'FIELD' && plan.selection === undefined);
}

/** For how many leaves a leaf counts; a list for what it is declared to hold at most, whatever it holds. */
export function leafSize(plan: FieldPlan): LeafSize {
  if (plan.kind !== 'FIELD' || !plan.field.isList) return 1;
  return plan.field.listSize ? declaredSize(plan) : usualLength;
}

/** Whether an object can have leaves that cost something, whatever of it is answered as null. */
export function hasDearLeaves(fields: readonly FieldPlan[], free: number, isRoot: boolean): boolean {
  let most = 0;
  for (const field of fields) {
    for (const size of [isLeaf(field) ? leafSize(field) : 1, isRoot ? 0 : givenLeaves(field)]) {
      most += typeof size === 'number' ? size : unbounded;
    }
    if (most > free) return true;
  }
  return false;
}

function declaredSize(plan: DataFieldPlan): LeafSize {
  const reader = argumentReader(plan);
  if ('constant' in reader) return itemsOf(plan.field, reader.constant);
  return (variables) => itemsOf(plan.field, reader.read(variables));
}

/** An empty list is an entry all the same; an operation whose page size is refused has no price at all. */
function itemsOf(field: CompiledField, values: Readonly<Record<string, unknown>>): number {
  const length = lengthOf(field, values);
  if (length.kind === 'REFUSED') return 1;
  return Math.max(1, length.length === unbounded ? (field.listSize?.maximumSize ?? usualLength) : length.length);
}
