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
  /**
   * What is denied of types that the operation only names, where no object is of them: nothing is null for it. Each rule
   * once, those that other denials say already left out.
   */
  readonly beyond: readonly Denial[];
  /** The types of a selection that the key can see: of the others nothing is executed. */
  seenTypes(selection: SelectionPlan): SelectionPlan['byType'];
  /** Fields that `@skip` and `@include` leave; worked out once for each type of a selection. */
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
  const ofFields = new Map<FieldPlan, Map<string, Denial>>();
  const ofTypes = new Map<SelectionPlan, Map<string, Denial>>();
  const ofOthers = new Map<string, Denial>();
  let isDenied = false;
  for (const { demand, denial } of denialsAt(demands, privileges, variables)) {
    isDenied = true;
    const selection = plan.selections[demand.selection];
    if (selection === undefined) {
      if (!ofOthers.has(denial.rule)) ofOthers.set(denial.rule, denial);
    } else if (demand.kind === 'SIGHT') {
      add(ofTypes, selection, denial);
    } else {
      add(ofFields, demand.field, denial);
    }
  }
  if (!isDenied) return undefined;
  const denials = listed(ofFields);
  const nowhere = leadingNowhere(privileges);
  for (const selection of plan.selections) {
    for (const { fields } of selection.byType) {
      for (const field of fields) {
        if (denials.has(field)) continue;
        const unseen = nowhere(field);
        if (unseen.length > 0) denials.set(field, unseen);
      }
    }
  }
  const types = listed(ofTypes);
  const said = new Set([...denials.values(), ...types.values()].flatMap((ofOne) => ofOne.map(({ rule }) => rule)));
  const executed = new Map<readonly FieldPlan[], readonly FieldPlan[]>();
  return {
    denials,
    types,
    beyond: [...ofOthers.values()].filter(({ rule }) => !said.has(rule)),
    seenTypes: ({ byType }) =>
      byType.length === 1 ? byType : byType.filter(({ type }) => privileges.seesObject(type)),
    executed(fields) {
      const known = executed.get(fields);
      if (known !== undefined) return known;
      const left = fields.filter(({ when }) => holds(when, variables.coerced));
      executed.set(fields, left);
      return left;
    },
  };
}

/** What a field lacks that leads to nothing the key can see; worked out once for all fields of the same possible types. */
function leadingNowhere(privileges: CompiledPrivileges): (field: FieldPlan) => readonly Denial[] {
  const known = new Map<readonly CompiledObject[], readonly Denial[]>();
  return (field) => {
    if (field.kind !== 'FIELD') return [];
    const { possibleTypes } = field.field;
    const before = known.get(possibleTypes);
    if (before !== undefined) return before;
    const denials = possibleTypes.some(privileges.seesObject) ? [] : possibleTypes.map(typeDenial);
    known.set(possibleTypes, denials);
    return denials;
  };
}

function typeDenial({ name }: CompiledObject): Denial {
  return { coordinate: `${name}.*`, verb: 'read', rule: `read:${name}`, path: [], field: undefined };
}

/** By its rule: many uses of one field lack the same. */
function add<Key>(denials: Map<Key, Map<string, Denial>>, key: Key, denial: Denial): void {
  const known = denials.get(key);
  if (known === undefined) denials.set(key, new Map([[denial.rule, denial]]));
  else if (!known.has(denial.rule)) known.set(denial.rule, denial);
}

function listed<Key>(denials: ReadonlyMap<Key, ReadonlyMap<string, Denial>>): Map<Key, readonly Denial[]> {
  return new Map([...denials].map(([key, byRule]) => [key, [...byRule.values()]]));
}
