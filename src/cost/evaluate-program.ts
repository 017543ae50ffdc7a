import type { MicroPoints } from '../kernel/micro-points.ts';
import type { CompiledObject, PrivilegeBit } from '../plan/compiled-schema.ts';
import { type CoercedVariables, type FieldPlan, holds } from '../plan/document-plan.ts';
import type { Cell, CellType, FormulaProgram, LeafTerm, Term } from './formula-program.ts';
import { sizeFor } from './given-leaves.ts';
import { leafCost } from './leaf-cost.ts';
import { type ListLength, lengthOf } from './list-length.ts';
import { type KnownInputs, ownCost } from './own-cost.ts';
import { introspectionPrice, saturate } from './points.ts';

/** What a key may read. Absent: everything, as for a key whose privileges are only measured. */
export interface Granted {
  has(bit: PrivilegeBit): boolean;
  /** Whether objects of that type, by its index, are shown to the key at all. */
  seesObject(type: CompiledObject): boolean;
}

/**
 * Fields of an operation that are answered as null without being executed. Each is a leaf, whatever it would have been:
 * it stands in every row.
 */
export interface Nulls {
  has(field: FieldPlan): boolean;
  /** Under this response key an object says its type, where there are several. */
  readonly typeKey: string;
}

/** Fields and objects that `__schema` and `__type` answer on the caller's view, by response key of the operation. */
export type Introspected = ReadonlyMap<string, number>;

/**
 * Prices of all cells for one request, by the place of their types. A type that cannot be priced is `NaN`, and so is all
 * that contains it; a cell that nothing executed contains has no effect. A type that the key does not see costs less
 * than nothing, so that it is never the dearest.
 */
export interface Evaluation {
  readonly variables: CoercedVariables;
  readonly granted: Granted | undefined;
  readonly introspected: Introspected;
  readonly nulls: Nulls | undefined;
  readonly inputs: KnownInputs;
  /** What is paid once, and for each item of the parent's page. */
  readonly once: Float64Array;
  readonly perItem: Float64Array;
}

/** A term with the values that variables gave it. */
export interface TermPrice {
  readonly own: number;
  readonly length: ListLength;
  /** One instance of the result. */
  readonly item: number;
}

/** One loop over the program: the price of an operation does not grow with the rows that it returns. */
export function evaluateProgram(
  { cells, size }: FormulaProgram,
  variables: CoercedVariables,
  granted: Granted | undefined,
  introspected: Introspected,
  nulls?: Nulls,
): Evaluation {
  const [once, perItem] = [new Float64Array(size), new Float64Array(size)];
  const evaluation = { variables, granted, introspected, nulls, inputs: new Map(), once, perItem };
  for (const { first, types } of cells) {
    for (let index = 0; index < types.length; index++) {
      const entry = types[index];
      if (entry) priceType(entry, first + index, evaluation);
    }
  }
  return evaluation;
}

function priceType(cellType: CellType, place: number, evaluation: Evaluation): void {
  const { type, terms } = cellType;
  let once = evaluation.granted?.seesObject(type) === false ? Number.NEGATIVE_INFINITY : type.weight;
  let perItem = 0;
  if (once >= 0) {
    once += leavesPrice(cellType, evaluation);
    for (const term of terms) {
      if (!isPaid(term, evaluation)) continue;
      let { own, length } = term;
      if (!term.field) own = introspectionOf(term, evaluation);
      else if (term.read) {
        const values = term.read(evaluation.variables);
        if (term.ownVaries) own = ownCost(term.field, values, evaluation.inputs);
        length = lengthOf(term.field, values);
      }
      const item = itemPrice(term, length, evaluation);
      once += own;
      if (isRefused(term, length)) once = Number.NaN;
      else if (term.sizedByParent) perItem += item;
      else if (term.passesPage && term.cell) {
        const [below] = term.cell.types;
        const seen = below && evaluation.granted?.seesObject(below.type) !== false;
        once += seen ? (evaluation.once[term.cell.first] ?? 0) : 0;
        perItem += seen ? (evaluation.perItem[term.cell.first] ?? 0) : 0;
      } else once += (term.isList && length.kind === 'LENGTH' ? length.length : 1) * item;
    }
  }
  evaluation.once[place] = saturate(once);
  evaluation.perItem[place] = saturate(perItem);
}

/** What the leaves of one instance cost together. */
export function leavesPrice({ leaves, freeLeaves }: CellType, evaluation: Evaluation): MicroPoints {
  let paid = 0;
  for (const leaf of leaves) paid += leavesAt(leaf, evaluation);
  return leafCost(paid, freeLeaves);
}

function leavesAt(leaf: LeafTerm, evaluation: Evaluation): number {
  const { variables, nulls } = evaluation;
  if (nulls?.has(leaf.plan)) return holds(leaf.when, variables) ? 1 : 0;
  if ((!leaf.isLeaf && leaf.given === 0) || !isPaid(leaf, evaluation)) return 0;
  return sizeFor(leaf.given, variables) + (leaf.isLeaf ? sizeFor(leaf.size, variables) : 0);
}

/** Executed with these variables, and not denied: what the key may not read is not priced. */
export function isPaid(
  term: Pick<LeafTerm, 'plan' | 'when' | 'field'>,
  { variables, granted, nulls }: Evaluation,
): boolean {
  if (nulls?.has(term.plan)) return false;
  if (term.when !== true && !holds(term.when, variables)) return false;
  return !granted || !term.field || term.field.needs.every((bit) => granted.has(bit));
}

/** `page`: of the parent, for a term that passes it on. */
export function termPrice(term: Term, evaluation: Evaluation, page = 0): TermPrice {
  const values = term.field && term.read?.(evaluation.variables);
  const own = !term.field
    ? introspectionOf(term, evaluation)
    : values
      ? ownCost(term.field, values, evaluation.inputs)
      : term.own;
  const length = term.field && values ? lengthOf(term.field, values) : term.length;
  const item =
    term.passesPage && term.cell ? dearest(term.cell, page, evaluation) : itemPrice(term, length, evaluation);
  return { own, length, item };
}

/** Of a term that is `__schema` or `__type`. */
export function introspectionOf({ responseKey }: Term, { introspected }: Evaluation): number {
  return introspectionPrice(introspected.get(responseKey) ?? 0);
}

function itemPrice({ cell, sizesFields, leafWeight }: Term, length: ListLength, evaluation: Evaluation): number {
  if (!cell) return leafWeight;
  return dearest(cell, sizesFields && length.kind === 'LENGTH' ? length.length : 0, evaluation);
}

/** A page size that cannot be used, unless the parent's page decides anyway. */
export function isRefused(term: Term, length: ListLength): length is Extract<ListLength, { kind: 'REFUSED' }> {
  return length.kind === 'REFUSED' && (term.sizesFields || !term.sizedByParent);
}

/** The joint maximum over the possible types that the key sees; 0 when it sees none. */
export function dearest({ first, types }: Cell, page: number, evaluation: Evaluation): number {
  let most = 0;
  for (let index = 0; index < types.length; index++) {
    most = Math.max(most, priceOfType(first + index, page, evaluation));
  }
  return most;
}

/** Below 0 when the key does not see the type. */
export function priceOfType(place: number, page: number, { once, perItem }: Evaluation): number {
  return saturate((once[place] ?? 0) + page * (perItem[place] ?? 0));
}
