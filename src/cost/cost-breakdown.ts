import { microPerPoint } from '../kernel/micro-points.ts';
import { type Evaluation, isPaid, leavesPrice, priceOfType, termPrice } from './evaluate-program.ts';
import type { Cell, CellType, FormulaProgram, Term } from './formula-program.ts';
import type { IbmCost } from './ibm-cost.ts';
import { chargedPoints, saturate } from './points.ts';

/** One response path, in points. What an abstract result costs is shown of the type that was charged: the dearest. */
export interface CostLine {
  /** Response keys from the root, joined by dots. */
  readonly path: string;
  readonly coordinate: string;
  /** How often the field is called at most. */
  readonly calls: number;
  /** Items of each call at most; 1 when the result is no list. */
  readonly size: number;
  /** One call with its arguments, and one item of its result. */
  readonly definedCost: number;
  /** All calls and all that is below them. */
  readonly requestedTotalCost: number;
  readonly requestedChildrenCost: number;
}

export interface CostBreakdown {
  readonly fields: readonly CostLine[];
  readonly ibm: IbmCost;
}

/** A path and what it costs by itself, without what is below it, in points. */
export interface DearField {
  readonly path: string;
  readonly cost: number;
}

const mostLines = 200;
/** Of all paths together: each repeats the aliases above it, and a report is free. */
const mostCharacters = 100_000;
/** Of a path in an error. */
const longestPath = 500;

/** In the order of the document, at most 200 lines with 100,000 characters of paths. */
export function costBreakdown(program: FormulaProgram, evaluation: Evaluation): readonly CostLine[] {
  const lines: CostLine[] = [];
  let characters = 0;
  const waiting = [rootOf(program)];
  for (let visit = waiting.pop(); visit && lines.length < mostLines; visit = waiting.pop()) {
    characters += lengthOf(visit.path);
    if (characters > mostCharacters) break;
    if (visit.line) lines.push(visit.line());
    waiting.push(...childrenOf(evaluation, visit).reverse());
  }
  return lines;
}

function lengthOf(path: readonly string[]): number {
  return path.reduce((length, key) => length + key.length + 1, 0);
}

/**
 * The paths that cost most by themselves, dearest first. Looks into the dearest subtree first: nothing in a subtree
 * costs more than the whole of it, so the search is over when three found cost more than what is left.
 */
export function dearestFields(program: FormulaProgram, evaluation: Evaluation, howMany = 3): readonly DearField[] {
  const found: Visit[] = [];
  const waiting = [rootOf(program)];
  for (let looked = 0; looked < mostLines && waiting.length > 0; looked++) {
    waiting.sort((left, right) => right.total - left.total);
    const visit = waiting.shift();
    if (!visit || visit.total <= (found[howMany - 1]?.itself ?? 0)) break;
    if (visit.line) {
      found.push(visit);
      found.sort((left, right) => right.itself - left.itself);
    }
    waiting.push(...childrenOf(evaluation, visit));
  }
  return found
    .filter(({ itself }) => itself > 0)
    .slice(0, howMany)
    .map(({ path, itself }) => ({ path: shortened(path), cost: chargedPoints(itself) }));
}

/** Its end tells which field it is. */
function shortened(path: readonly string[]): string {
  const text = path.join('.');
  return text.length > longestPath ? `…${text.slice(1 - longestPath)}` : text;
}

/** A field call on the way through the program, with how often it happens; costs in micro-points. */
interface Visit {
  readonly path: readonly string[];
  /** Absent for the operation itself. Made when it is shown. */
  readonly line: (() => CostLine) | undefined;
  readonly cell: Cell | undefined;
  /** Instances of the result, each with its own sub-selection. */
  readonly instances: number;
  /** Items of the fields that this field sizes. */
  readonly page: number;
  readonly total: number;
  readonly itself: number;
}

function rootOf({ root }: FormulaProgram): Visit {
  const total = Number.POSITIVE_INFINITY;
  return { path: [], line: undefined, cell: root, instances: 1, page: 0, total, itself: 0 };
}

function childrenOf(evaluation: Evaluation, parent: Visit): Visit[] {
  const terms = parent.cell ? (dearestType(parent.cell, parent.page, evaluation)?.terms ?? []) : [];
  return terms.filter((term) => isPaid(term, evaluation)).map((term) => visitOf(evaluation, parent, term));
}

/** The type that is charged; the first of several. */
function dearestType({ types, first }: Cell, page: number, evaluation: Evaluation): CellType | undefined {
  let charged: CellType | undefined;
  let most = -1;
  for (const [index, type] of types.entries()) {
    const price = priceOfType(first + index, page, evaluation);
    if (price > most) [charged, most] = [type, price];
  }
  return charged;
}

/** By itself, with its leaves as far as they cost something together. */
function instancePrice(charged: CellType | undefined, evaluation: Evaluation): number {
  return charged ? charged.type.weight + leavesPrice(charged, evaluation) : 0;
}

function visitOf(evaluation: Evaluation, parent: Visit, term: Term): Visit {
  const { own, length, item } = termPrice(term, evaluation, parent.page);
  const page = term.passesPage ? parent.page : length.kind === 'LENGTH' ? length.length : 0;
  const size = term.sizedByParent ? parent.page : term.isList ? page : 1;
  const calls = parent.instances;
  const typeWeight = term.cell ? instancePrice(dearestType(term.cell, page, evaluation), evaluation) : term.leafWeight;
  const path = [...parent.path, term.responseKey];
  const total = saturate(calls * (own + size * item));
  const itself = saturate(calls * (own + size * typeWeight));
  const inPoints = (cost: number) => cost / microPerPoint;
  const line = (): CostLine => ({
    path: path.join('.'),
    coordinate: term.field
      ? `${term.field.coordinate.type}.${term.field.coordinate.field}`
      : `Query.${term.responseKey}`,
    calls,
    size,
    definedCost: inPoints(own + typeWeight),
    requestedTotalCost: inPoints(total),
    requestedChildrenCost: inPoints(total - itself),
  });
  return { path, line, cell: term.cell, instances: saturate(calls * size), page, total, itself };
}
