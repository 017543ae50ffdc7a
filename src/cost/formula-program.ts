import type { MicroPoints } from '../kernel/micro-points.ts';
import type { CompiledField, CompiledObject } from '../plan/compiled-schema.ts';
import type { Condition, DataFieldPlan, DocumentPlan, FieldPlan, SelectionPlan } from '../plan/document-plan.ts';
import { sizedBelow } from '../plan/sized-fields.ts';
import { type ArgumentReader, argumentReader } from './argument-reader.ts';
import { givenLeaves, type LeafSize } from './given-leaves.ts';
import { freeLeaves, hasDearLeaves, isLeaf, leafSize } from './leaf-cost.ts';
import { type ListLength, lengthOf, one } from './list-length.ts';
import { hasPrice, type KnownInputs, ownCost } from './own-cost.ts';
import { introspectionPrice } from './points.ts';

/**
 * A document as a straight-line program. A cell is a selection set together with the names of its fields whose length
 * the parent says (a connection's `edges` and `nodes`); cells stand after those they use, so one loop prices them all.
 * Of each possible type a cell has two sums: what is paid once, and what is paid for each item of the parent's page.
 */
export interface FormulaProgram {
  readonly cells: readonly Cell[];
  readonly root: Cell;
  /** Possible types of all cells together. */
  readonly size: number;
}

export interface Cell {
  /** Place of its first type among those of all cells. */
  readonly first: number;
  readonly types: readonly CellType[];
}

export interface CellType {
  readonly type: CompiledObject;
  readonly terms: readonly Term[];
  /** Every field of the type, priced or not; none when there are too few to cost anything together as leaves. */
  readonly leaves: readonly LeafTerm[];
  /** Leaves of one instance that cost nothing. */
  readonly freeLeaves: number;
}

/** One leaf as execution counts it, whatever its own price; of what is no leaf, what it is when it is answered as null. */
export interface LeafTerm {
  readonly plan: FieldPlan;
  readonly isLeaf: boolean;
  readonly when: Condition;
  /** `undefined` for `__typename`. */
  readonly field: CompiledField | undefined;
  readonly size: LeafSize;
  /** For how many leaves its arguments count beside it. */
  readonly given: LeafSize;
}

/** One response key of one type, and what it costs. */
export interface Term {
  readonly plan: FieldPlan;
  /** `undefined` for `__schema` and `__type`. */
  readonly field: CompiledField | undefined;
  readonly responseKey: string;
  readonly when: Condition;
  /** Price of one call, unless `read` says that variables change it; of introspection, before what it answers. */
  readonly own: MicroPoints;
  /** Length of the list (of the field, or of the fields that it sizes), unless `read` says that variables change it. */
  readonly length: ListLength;
  readonly read: ArgumentReader | undefined;
  /** Variables can change `own` too, not just the length. */
  readonly ownVaries: boolean;
  readonly isList: boolean;
  /** The length is that of lists in the sub-selection. */
  readonly sizesFields: boolean;
  /** The parent's page is the length. */
  readonly sizedByParent: boolean;
  /** The parent's page is the length of lists in the sub-selection of this single object. */
  readonly passesPage: boolean;
  /** Of the sub-selection; `undefined` for a leaf. */
  readonly cell: Cell | undefined;
  readonly leafWeight: MicroPoints;
}

/** The last cell is the operation's own selection set. */
export function formulaProgram(plan: DocumentPlan): FormulaProgram {
  const cells: Cell[] = [];
  const known = new Map<string, Cell>();
  const inputs: KnownInputs = new Map();
  let size = 0;

  function cellOf(selection: SelectionPlan, sized: readonly string[]): Cell {
    const key = `${selection.id} ${sized.join(',')}`;
    const existing = known.get(key);
    if (existing) return existing;
    const types = selection.byType.map(({ type, fields }) => {
      const isRoot = selection === plan.root;
      const free = freeLeaves(type, isRoot);
      const terms = fields.filter(isPriced).map((each) => termOf(each, sized));
      return { type, terms: terms.filter(isNotFree), leaves: leavesOf(fields, free, isRoot), freeLeaves: free };
    });
    const cell = { types, first: size };
    size += types.length;
    cells.push(cell);
    known.set(key, cell);
    return cell;
  }

  function termOf(plan: PricedPlan, sized: readonly string[]): Term {
    if (plan.kind === 'INTROSPECTION')
      return { ...introspection, plan, responseKey: plan.responseKey, when: plan.when };
    const { field, selection } = plan;
    const reader = argumentReader(plan);
    const constant = 'constant' in reader ? reader.constant : {};
    const passed = sizedBelow(sized, field.coordinate.field);
    return {
      plan,
      field,
      responseKey: plan.responseKey,
      when: plan.when,
      own: ownCost(field, constant, inputs),
      length: lengthOf(field, constant),
      read: 'read' in reader ? reader.read : undefined,
      ownVaries: [...field.arguments.values()].some(hasPrice),
      isList: field.isList,
      sizesFields: (field.listSize?.sizedFields.length ?? 0) > 0,
      sizedByParent: sized.includes(field.coordinate.field),
      passesPage: passed.length > 0,
      cell: selection ? cellOf(selection, [...(field.listSize?.sizedFields ?? []), ...passed]) : undefined,
      leafWeight: field.leafWeight,
    };
  }

  const root = cellOf(plan.root, []);
  return { cells, root, size };
}

function leavesOf(fields: readonly FieldPlan[], free: number, isRoot: boolean): readonly LeafTerm[] {
  if (!hasDearLeaves(fields, free, isRoot)) return none;
  return fields.map((plan) => ({
    plan,
    isLeaf: isLeaf(plan),
    when: plan.when,
    field: plan.kind === 'FIELD' ? plan.field : undefined,
    size: leafSize(plan),
    given: isRoot ? 0 : givenLeaves(plan),
  }));
}

const none: readonly LeafTerm[] = [];

type PricedPlan = DataFieldPlan | (FieldPlan & { readonly kind: 'INTROSPECTION' });

function isPriced(plan: FieldPlan): plan is PricedPlan {
  if (plan.kind !== 'FIELD') return plan.kind === 'INTROSPECTION';
  const { field, selection } = plan;
  return (
    selection !== undefined ||
    field.weight > 0 ||
    field.leafWeight > 0 ||
    field.listSize !== undefined ||
    [...field.arguments.values()].some(hasPrice)
  );
}

/** A page of nothing that weighs anything, such as a connection's `pageInfo`, needs no arithmetic. */
function isNotFree({ own, read, length, cell, leafWeight }: Term): boolean {
  if (own > 0 || read || length.kind === 'REFUSED' || leafWeight > 0) return true;
  return (
    cell?.types.some(({ type, terms, leaves }) => type.weight > 0 || terms.length > 0 || leaves.length > 0) ?? false
  );
}

const introspection: Omit<Term, 'plan'> = {
  field: undefined,
  responseKey: '',
  when: true,
  own: introspectionPrice(0),
  length: one,
  read: undefined,
  ownVaries: false,
  isList: false,
  sizesFields: false,
  sizedByParent: false,
  passesPage: false,
  cell: undefined,
  leafWeight: 0,
};
