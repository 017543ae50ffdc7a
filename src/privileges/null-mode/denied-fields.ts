import type { CompiledObject } from '../../plan/compiled-schema.ts';
import { type DocumentPlan, type FieldPlan, holds, type SelectionPlan } from '../../plan/document-plan.ts';
import type { CompiledPrivileges } from '../compile-privileges.ts';
import { type Denial, denialsAt, type SuppliedVariables } from '../demands/check-demands.ts';
import type { Demands } from '../demands/compile-demands.ts';

/** What of an operation is left for a key, and what is null instead. */
export interface DeniedFields {
  readonly denials: ReadonlyMap<FieldPlan, readonly Denial[]>;
  /** Types that fragments name and that the key may not know, by the selection that names them. */
  readonly types: ReadonlyMap<SelectionPlan, readonly Denial[]>;
  /** The types of a selection that the key can see: of the others nothing is executed. */
  seenTypes(selection: SelectionPlan): SelectionPlan['byType'];
  /** Fields that `@skip` and `@include` leave. */
  executed(fields: readonly FieldPlan[]): readonly FieldPlan[];
}

/**
 * The fields of an operation that are null for a key: those that it may not read, those that take an argument which it
 * may not give, and those that lead to nothing it can see (of which even the number is none of its business).
 * `undefined` when nothing is denied.
 */
export function deniedFields(
  plan: DocumentPlan,
  demands: Demands,
  privileges: CompiledPrivileges,
  variables: SuppliedVariables,
): DeniedFields | undefined {
  const denials = new Map<FieldPlan, Denial[]>();
  const types = new Map<SelectionPlan, Denial[]>();
  let isDenied = false;
  for (const { demand, denial } of denialsAt(demands, privileges, variables)) {
    isDenied = true;
    if (demand.kind === 'SIGHT') {
      const selection = plan.selections[demand.selection];
      if (selection !== undefined) add(types, selection, denial);
    } else {
      add(denials, demand.field, denial);
    }
  }
  if (!isDenied) return undefined;
  for (const selection of plan.selections) {
    for (const { fields } of selection.byType) {
      for (const field of fields) if (leadsNowhere(field, privileges)) denyTypes(denials, field);
    }
  }
  return {
    denials,
    types,
    seenTypes: ({ byType }) =>
      byType.length === 1 ? byType : byType.filter(({ type }) => privileges.seesObject(type)),
    executed: (fields) => fields.filter(({ when }) => holds(when, variables.coerced)),
  };
}

function leadsNowhere(field: FieldPlan, privileges: CompiledPrivileges): boolean {
  if (field.kind !== 'FIELD') return false;
  const { possibleTypes } = field.field;
  return possibleTypes.length > 0 && !possibleTypes.some(privileges.seesObject);
}

function denyTypes(denials: Map<FieldPlan, Denial[]>, field: FieldPlan): void {
  if (field.kind !== 'FIELD' || denials.has(field)) return;
  for (const type of field.field.possibleTypes) add(denials, field, typeDenial(type, field));
}

function typeDenial({ name }: CompiledObject, field: FieldPlan): Denial {
  return { coordinate: `${name}.*`, verb: 'read', rule: `read:${name}`, path: [], field };
}

function add<Key>(denials: Map<Key, Denial[]>, key: Key, denial: Denial): void {
  const known = denials.get(key);
  if (known === undefined) denials.set(key, [denial]);
  else if (!known.some(({ rule }) => rule === denial.rule)) known.push(denial);
}
