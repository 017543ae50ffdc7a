import { keyOf } from '../../plan/compile-document/conditions.ts';
import { neededBelow } from '../../plan/compile-schema/needed-bits.ts';
import type { CompiledObject, CompiledSchema, PrivilegeBit } from '../../plan/compiled-schema.ts';
import type {
  Condition,
  DataFieldPlan,
  DocumentPlan,
  SelectionPlan,
  WrittenBeyond,
  WrittenField,
} from '../../plan/document-plan.ts';
import { withReads } from '../../plan/privilege-bit.ts';
import { verbs } from '../../plan/verb.ts';
import type { Demand, DemandSite, Presence } from './demand.ts';
import { presenceOf, suppliedInLiterals } from './supplied-in-literal.ts';
import { writtenNeeds, writtenPlan } from './written-needs.ts';

/** What an operation needs, for all keys and all values of its variables. */
export interface Demands {
  readonly schema: CompiledSchema;
  /**
   * Every bit that any request of the operation could need, whatever its variables hold. Somebody who has them all is
   * allowed at once, but for `sights`.
   */
  readonly everything: Uint32Array;
  readonly sights: readonly Extract<Demand, { kind: 'SIGHT' }>[];
  /** The exact demands: walked when something of `everything` is missing. */
  readonly demands: readonly Demand[];
  /** Which selections are reached from which, parents first; `undefined` when all are reached always. */
  readonly edges: readonly Edge[] | undefined;
  readonly selectionCount: number;
  readonly root: number;
}

export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly when: Condition;
}

export function compileDemands(schema: CompiledSchema, plan: DocumentPlan): Demands {
  const demands: Demand[] = [];
  const everything = new Uint32Array(Math.ceil((schema.coordinates.length * verbs.length) / 32));
  const walked = new Set<SelectionPlan>();
  const suppliedIn = suppliedInLiterals(plan.variables);
  walk(plan.root, []);
  if (plan.beyond) demandWritten(plan.beyond);
  const edges = [...edgesOf(plan), ...edgesBeyond(plan)];
  return {
    schema,
    everything,
    sights: demands.filter((demand) => demand.kind === 'SIGHT'),
    demands,
    edges: edges.some(({ when }) => when !== true) ? edges : undefined,
    selectionCount: plan.selections.length + (plan.beyond?.count ?? 0),
    root: plan.root.id,
  };

  /** In document order; a selection that many fields lead to once, with the first path. As deep as fields may nest. */
  function walk(selection: SelectionPlan, path: readonly string[]): void {
    if (walked.has(selection)) return;
    walked.add(selection);
    demandSight(selection, path);
    const among = selection.byType.length > 1 ? selection.byType.map(({ type }) => type) : noTypes;
    // Of the same key on many types the path is written once.
    const paths = new Map<string, readonly string[]>();
    for (const { type, fields } of selection.byType) {
      for (const field of fields) {
        if (field.kind !== 'FIELD') continue;
        const { responseKey, when, whenNamed } = field;
        const fieldPath = paths.get(responseKey) ?? [...path, responseKey];
        paths.set(responseKey, fieldPath);
        // What a fragment selects on the type by its name is judged whether or not the key can see the type.
        const isNamed = among.length > 0 && whenNamed !== undefined;
        // Where that holds always it asks for all that the field by itself asks for.
        if (!isNamed || whenNamed !== true) {
          demandsOfField({ selection: selection.id, type, among, when, field, path: fieldPath }, field);
        }
        if (isNamed) {
          demandsOfField(
            { selection: selection.id, type, among: noTypes, when: whenNamed, field, path: fieldPath },
            field,
          );
        }
        if (field.selection !== undefined) walk(field.selection, fieldPath);
      }
    }
  }

  /**
   * A field that is written on a type is asked of every type that it can be and that the key can see, also where the plan
   * meets fewer: the view has the field only then.
   */
  function demandWritten({ selections }: WrittenBeyond): void {
    const needs = writtenNeeds(schema);
    for (const { id: selection, possibleTypes, path, fields } of selections) {
      if (!possibleTypes.every(isToldAnyway)) {
        demands.push({ kind: 'SIGHT', selection, types: possibleTypes, when: true, path });
      }
      const among = possibleTypes.length > 1 ? possibleTypes : [];
      for (const { node, when, ofTypes } of fields) {
        const siteOf = ({ type, field }: WrittenField['ofTypes'][number]) => {
          const plan = writtenPlan(node, when, field);
          return { selection, type, among, when, field: plan, path: [...path, plan.responseKey] };
        };
        const { bits, others } = needs(ofTypes);
        const [first] = ofTypes;
        if (bits.length > 0 && first !== undefined) {
          demands.push({ kind: 'BITS', ...siteOf(first), among: [], bits, whereVisible: true, presence: [] });
          mark(withReads(schema.coordinates, bits));
        }
        for (const one of node.arguments?.length ? ofTypes : others) {
          const site = siteOf(one);
          demandsOfField(site, site.field);
        }
      }
    }
  }

  function demandsOfField(site: DemandSite, field: DataFieldPlan): void {
    demandBits(site, field.field.needs, always);
    const { inputVerbs } = field.field;
    for (const { argument, value } of field.arguments) {
      const presence = presenceOf(value, plan.variables);
      demandBits(site, argument.needs, presence);
      demandBits(site, argument.needsWhereVisible, presence, true);
      mark(withReads(schema.coordinates, argument.needsWhereVisible));
      for (const supplied of suppliedIn(value, argument.input, inputVerbs)) {
        if (supplied.kind === 'BITS') {
          demandBits({ ...site, node: supplied.node }, supplied.bits, supplied.presence);
        } else {
          demands.push({ ...supplied, ...site, verbs: inputVerbs });
          mark(neededBelow(supplied.input, inputVerbs));
        }
      }
    }
  }

  /** One object and no copy: of a selection on an interface there are as many as it has types. */
  function demandBits(
    { selection, type, among, when, field, path, node }: DemandSite,
    bits: readonly PrivilegeBit[],
    presence: readonly Presence[],
    whereVisible = false,
  ): void {
    if (bits.length === 0) return;
    const at = node === undefined ? undefined : { node };
    demands.push({ kind: 'BITS', selection, type, among, when, field, path, bits, whereVisible, presence, ...at });
    mark(bits);
  }

  /**
   * A fragment on a type tells that it exists, and so does a selection of nothing but `__typename`, or of nothing at all
   * once `@skip` and `@include` have decided; but a mutation's payload tells only the caller's own deed.
   */
  function demandSight(selection: SelectionPlan, path: readonly string[]): void {
    for (const { possibleTypes, when } of selection.namedTypes) {
      if (possibleTypes.every(isToldAnyway)) continue;
      demands.push({ kind: 'SIGHT', selection: selection.id, types: possibleTypes, when, path });
    }
    if (selection.byType.every(({ type }) => isFree(type))) return;
    const named = selection.byType.flatMap(({ type, fields }) => {
      const typename = fields.find(({ kind }) => kind === 'TYPENAME');
      return typename === undefined ? [] : [{ type, typename }];
    });
    const types = named.map(({ type }) => type);
    const conditions = new Set<string>();
    for (const { typename } of named) {
      const { responseKey, when } = typename;
      // Each type has a condition of its own, and mostly they say the same.
      const text = textOf(when);
      if (conditions.has(text)) continue;
      conditions.add(text);
      const fieldPath = [...path, responseKey];
      demands.push({ kind: 'SIGHT', selection: selection.id, types, when, path: fieldPath });
    }
    if (selection.byType.some(({ fields }) => fields.some(({ when }) => when === true))) return;
    const all = selection.byType.map(({ type }) => type);
    demands.push({ kind: 'SIGHT', selection: selection.id, types: all, when: true, path });
  }

  /** Every schema has a query type; what else an operation starts from, its fields tell. */
  function isFree(type: CompiledObject): boolean {
    return type === schema.queryType || type.structure === 'PAYLOAD';
  }

  function mark(bits: Iterable<PrivilegeBit>): void {
    for (const bit of bits) everything[bit >>> 5] = (everything[bit >>> 5] ?? 0) | (1 << (bit & 31));
  }
}

const noTypes: readonly CompiledObject[] = [];
const always: readonly Presence[] = [];

function isToldAnyway({ structure }: CompiledObject): boolean {
  return structure === 'ROOT' || structure === 'PAYLOAD';
}

function textOf(when: Condition): string {
  return when === true ? '' : when.map(keyOf).join('|');
}

function edgesBeyond({ root, beyond }: DocumentPlan): readonly Edge[] {
  return beyond === undefined ? [] : [{ from: root.id, to: beyond.root, when: true }, ...beyond.edges];
}

/** Each once, however many types lead so. */
function edgesOf({ selections }: DocumentPlan): readonly Edge[] {
  const edges: Edge[] = [];
  for (const { id, byType } of [...selections].reverse()) {
    const known = new Map<number, Set<Condition>>();
    for (const { fields } of byType) {
      for (const field of fields) {
        if (field.kind !== 'FIELD' || field.selection === undefined) continue;
        const { when, selection } = field;
        const conditions = known.get(selection.id) ?? new Set();
        known.set(selection.id, conditions);
        if (!conditions.has(when)) edges.push({ from: id, to: selection.id, when });
        conditions.add(when);
      }
    }
  }
  return edges;
}
