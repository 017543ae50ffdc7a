import type { CompiledObject, CompiledSchema, PrivilegeBit } from '../../plan/compiled-schema.ts';
import { type CoercedVariables, type FieldPlan, holds } from '../../plan/document-plan.ts';
import { ofBit } from '../../plan/privilege-bit.ts';
import type { Verb } from '../../plan/verb.ts';
import type { CompiledPrivileges } from '../compile-privileges.ts';
import type { Demands } from './compile-demands.ts';
import type { BitsDemand, Demand, Presence, SightDemand, VariableDemand } from './demand.ts';
import { suppliedInValue } from './supplied-in-value.ts';

/** One privilege that a key lacks for an operation. */
export interface Denial {
  /** `City.population`; `City.*` when nothing of a type may be seen. */
  readonly coordinate: string;
  readonly verb: Verb;
  /** The rule that would allow it. */
  readonly rule: string;
  /** Response path of the first field that needs it, without list positions. */
  readonly path: readonly string[];
  readonly field: FieldPlan;
}

export interface SuppliedVariables {
  /** As sent: decides what was supplied. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** As execution uses them: decide `@skip` and `@include`. */
  readonly coerced: CoercedVariables;
}

/**
 * Every privilege that the operation needs and the key lacks, one for each coordinate and verb, in document order.
 * Takes the same time whatever the operation returns.
 */
export function checkDemands(
  demands: Demands,
  privileges: CompiledPrivileges,
  variables: SuppliedVariables,
): readonly Denial[] {
  const hasEverything = isSubset(demands.everything, privileges.bits);
  if (hasEverything && demands.sights.length === 0) return [];
  const reached = reachedSelections(demands, variables.coerced);
  const denials = new Map<string, Denial>();
  for (const demand of hasEverything ? demands.sights : demands.demands) {
    if (reached?.[demand.selection] === false || !holds(demand.when, variables.coerced)) continue;
    for (const denial of denialsOf(demand, demands, privileges, variables)) {
      const key = `${denial.verb}:${denial.coordinate}`;
      if (!denials.has(key)) denials.set(key, denial);
    }
  }
  return [...denials.values()];
}

function denialsOf(
  demand: Demand,
  demands: Demands,
  privileges: CompiledPrivileges,
  variables: SuppliedVariables,
): Iterable<Denial> {
  if (demand.kind === 'SIGHT') return sightDenials(demand, privileges);
  if (!counts(demand, privileges)) return [];
  if (!isPresent(demand.presence, variables.raw)) return [];
  return bitDenials(demand, missingBits(demand, demands.schema, privileges, variables), demands.schema);
}

function* sightDenials({ types, path, field }: SightDemand, privileges: CompiledPrivileges): Generator<Denial> {
  if (types.some(privileges.seesObject)) return;
  for (const { name } of types) yield { coordinate: `${name}.*`, verb: 'read', rule: `read:${name}`, path, field };
}

/**
 * On an abstract type a field counts where the key can see the object type. Where it can see none of them, all count:
 * asking only for what nobody may see is no way to be allowed.
 */
function counts({ type, among }: BitsDemand | VariableDemand, privileges: CompiledPrivileges): boolean {
  return privileges.seesObject(type) || !among.some(privileges.seesObject);
}

function isPresent(presence: readonly Presence[], raw: Readonly<Record<string, unknown>>): boolean {
  return presence.every(({ variable, given }) => Object.hasOwn(raw, variable) === given);
}

function* missingBits(
  demand: BitsDemand | VariableDemand,
  schema: CompiledSchema,
  privileges: CompiledPrivileges,
  { raw }: SuppliedVariables,
): Generator<PrivilegeBit> {
  if (demand.kind === 'VARIABLE') {
    if (!Object.hasOwn(raw, demand.variable)) return;
    for (const bit of suppliedInValue(raw[demand.variable], demand.input, demand.verbs)) {
      if (!privileges.has(bit)) yield bit;
    }
    return;
  }
  const typesOf = (bit: PrivilegeBit): CompiledObject | undefined =>
    schema.objectByName.get(ofBit(schema.coordinates, bit).coordinate.type);
  const sees = (bit: PrivilegeBit): boolean => {
    const type = typesOf(bit);
    return type === undefined || privileges.seesObject(type);
  };
  const judged = demand.whereVisible && demand.bits.some(sees) ? demand.bits.filter(sees) : demand.bits;
  for (const bit of judged) if (!privileges.has(bit)) yield bit;
}

function* bitDenials(
  { path, field }: BitsDemand | VariableDemand,
  bits: Iterable<PrivilegeBit>,
  schema: CompiledSchema,
): Generator<Denial> {
  for (const bit of bits) {
    const { coordinate, verb } = ofBit(schema.coordinates, bit);
    const text = `${coordinate.type}.${coordinate.field}`;
    yield { coordinate: text, verb, rule: `${verb}:${text}`, path, field };
  }
}

/** Which selections `@skip` and `@include` leave; `undefined` when the operation has none that matters. */
function reachedSelections(
  { edges, selectionCount, root }: Demands,
  coerced: CoercedVariables,
): readonly boolean[] | undefined {
  if (edges === undefined) return undefined;
  const reached = new Array<boolean>(selectionCount).fill(false);
  reached[root] = true;
  for (const { from, to, when } of edges) {
    if (reached[from] && holds(when, coerced)) reached[to] = true;
  }
  return reached;
}

function isSubset(needed: Uint32Array, held: Uint32Array): boolean {
  for (let word = 0; word < needed.length; word++) {
    if (((needed[word] ?? 0) & ~(held[word] ?? 0)) !== 0) return false;
  }
  return true;
}
