import type { CompiledObject, PrivilegeBit } from '../plan/compiled-schema.ts';
import { type CoercedVariables, holds } from '../plan/document-plan.ts';
import { type Cell, type CellType, type FormulaProgram, lengthOf, type Term } from './formula-program.ts';
import type { ListLength } from './list-length.ts';
import { ownCost } from './own-cost.ts';
import { saturate } from './points.ts';

/** What a key may read. Absent: everything, as for a key whose privileges are only measured. */
export interface Granted {
  has(bit: PrivilegeBit): boolean;
  /** Whether objects of that type, by its index, are shown to the key at all. */
  seesObject(type: CompiledObject): boolean;
}

/**
 * Prices of all cells for one request, by the place of their types. A type that cannot be priced is `NaN`, and so is all
 * that contains it; a cell that nothing executed contains has no effect. A type that the key does not see costs less
 * than nothing, so that it is never the dearest.
 */
export interface Evaluation {
  readonly variables: CoercedVariables;
  readonly granted: Granted | undefined;
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
): Evaluation {
  const evaluation = { variables, granted, once: new Float64Array(size), perItem: new Float64Array(size) };
  for (const { first, types } of cells) {
    for (let index = 0; index < types.length; index++) {
      const entry = types[index];
      if (entry) priceType(entry, first + index, evaluation);
    }
  }
  return evaluation;
}

function priceType({ type, terms }: CellType, place: number, evaluation: Evaluation): void {
  let once = evaluation.granted?.seesObject(type) === false ? Number.NEGATIVE_INFINITY : type.weight;
  let perItem = 0;
  if (once >= 0) {
    for (const term of terms) {
      if (!isPaid(term, evaluation)) continue;
      let { own, length } = term;
      if (term.read && term.field) {
        const values = term.read(evaluation.variables);
        if (term.ownVaries) own = ownCost(term.field, values);
        length = lengthOf(term.field, values);
      }
      const item = itemPrice(term, length, evaluation);
      once += own;
      if (isRefused(term, length)) once = Number.NaN;
      else if (term.sizedByParent) perItem += item;
      else once += (term.isList && length.kind === 'LENGTH' ? length.length : 1) * item;
    }
  }
  evaluation.once[place] = saturate(once);
  evaluation.perItem[place] = saturate(perItem);
}

/** Executed with these variables, and not denied: what the key may not read is not priced. */
export function isPaid(term: Term, { variables, granted }: Evaluation): boolean {
  if (term.when !== true && !holds(term.when, variables)) return false;
  return !granted || !term.field || term.field.needs.every((bit) => granted.has(bit));
}

export function termPrice(term: Term, evaluation: Evaluation): TermPrice {
  const values = term.field && term.read?.(evaluation.variables);
  const own = term.field && values ? ownCost(term.field, values) : term.own;
  const length = term.field && values ? lengthOf(term.field, values) : term.length;
  return { own, length, item: itemPrice(term, length, evaluation) };
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
