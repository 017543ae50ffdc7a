import { invariant } from '../kernel/invariant.ts';
import { dearest, type Evaluation, isPaid, isRefused, priceOfType, termPrice } from './evaluate-program.ts';
import type { FormulaProgram } from './formula-program.ts';
import type { PageSizeCode } from './list-length.ts';

export interface Refusal {
  readonly code: PageSizeCode;
  readonly message: string;
  /** Response keys from the root. */
  readonly path: readonly string[];
}

/** Follows what could not be priced from the root down to the page size that is the reason. */
export function findRefusal({ root }: FormulaProgram, evaluation: Evaluation): Refusal {
  const path: string[] = [];
  let cell = root;
  for (;;) {
    const { first } = cell;
    const paid = cell.types
      .filter((_, index) => !(priceOfType(first + index, 0, evaluation) < 0))
      .flatMap(({ terms }) => terms.filter((term) => isPaid(term, evaluation)));
    for (const term of paid) {
      const { length } = termPrice(term, evaluation);
      if (isRefused(term, length)) {
        return { code: length.code, message: length.message, path: [...path, term.responseKey] };
      }
    }
    const below = paid.find((term) => term.cell && Number.isNaN(dearest(term.cell, 0, evaluation)));
    invariant(below?.cell, 'an operation without a price has a page size that was refused');
    path.push(below.responseKey);
    cell = below.cell;
  }
}
