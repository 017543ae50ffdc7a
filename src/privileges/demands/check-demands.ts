import type { CompiledObject, CompiledSchema, PrivilegeBit } from '../../plan/compiled-schema.ts';
import { type CoercedVariables, type FieldPlan, holds } from '../../plan/document-plan.ts';
import { ofBit, withReads } from '../../plan/privilege-bit.ts';
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
  /** `undefined` when it is the type itself that may not be named. */
  readonly field: FieldPlan | undefined;
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
  const denials = new Map<string, Denial>();
  for (const { denial } of denialsAt(demands, privileges, variables)) {
    const key = `${denial.verb}:${denial.coordinate}`;
    if (!denials.has(key)) denials.set(key, denial);
  }
  return withoutRepeats([...denials.values()]);
}

/** Each of them where it stands: a coordinate comes as often as the operation asks for it. */
export function* denialsAt(
  demands: Demands,
  privileges: CompiledPrivileges,
  variables: SuppliedVariables,
): Generator<{ readonly demand: Demand; readonly denial: Denial }> {
  const hasEverything = isSubset(demands.everything, privileges.bits);
  if (hasEverything && demands.sights.length === 0) return;
  const reached = reachedSelections(demands, variables.coerced);
  const counts = whatCounts(privileges);
  for (const demand of hasEverything ? demands.sights : demands.demands) {
    if (demand.kind === 'BITS' && !demand.whereVisible && demand.bits.every(privileges.has)) continue;
    if (reached?.[demand.selection] === false || !holds(demand.when, variables.coerced)) continue;
    if (demand.kind !== 'SIGHT' && !counts(demand)) continue;
    for (const denial of denialsOf(demand, demands, privileges, variables)) yield { demand, denial };
  }
}

/** A type that may not be seen needs no error of its own beside those of its fields. */
function withoutRepeats(denials: readonly Denial[]): readonly Denial[] {
  const typesWithFields = new Set(denials.filter(({ field }) => field).map(({ coordinate }) => typeOf(coordinate)));
  return denials.filter(({ field, coordinate }) => field || !typesWithFields.has(typeOf(coordinate)));
}

function typeOf(coordinate: string): string {
  return coordinate.slice(0, coordinate.indexOf('.'));
}

function denialsOf(
  demand: Demand,
  demands: Demands,
  privileges: CompiledPrivileges,
  variables: SuppliedVariables,
): Iterable<Denial> {
  if (demand.kind === 'SIGHT') return sightDenials(demand, privileges);
  if (!isPresent(demand.presence, variables.raw)) return [];
  return bitDenials(demand, missingBits(demand, demands.schema, privileges, variables), demands.schema);
}

function* sightDenials({ types, path }: SightDemand, privileges: CompiledPrivileges): Generator<Denial> {
  if (types.some(privileges.seesObject)) return;
  for (const { name } of types)
    yield { coordinate: `${name}.*`, verb: 'read', rule: `read:${name}`, path, field: undefined };
}

/**
 * On an abstract type a field counts where the key can see the object type. Where it can see none of them, all count:
 * asking only for what nobody may see is no way to be allowed.
 */
function whatCounts(privileges: CompiledPrivileges): (demand: BitsDemand | VariableDemand) => boolean {
  const seesSome = new Map<readonly CompiledObject[], boolean>();
  return ({ type, among }) => {
    if (privileges.seesObject(type)) return true;
    const known = seesSome.get(among) ?? among.some(privileges.seesObject);
    seesSome.set(among, known);
    return !known;
  };
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
  const judged = demand.whereVisible ? bitsWhereVisible(demand.bits, schema, privileges) : demand.bits;
  for (const bit of judged) if (!privileges.has(bit)) yield bit;
}

/** Of those whose types the key can see, or of all when it sees none; what a derived field reads counts with it, wherever it stands. */
function bitsWhereVisible(
  bits: readonly PrivilegeBit[],
  schema: CompiledSchema,
  privileges: CompiledPrivileges,
): readonly PrivilegeBit[] {
  const seen = bits.filter((bit) => {
    const type = schema.objectByName.get(ofBit(schema.coordinates, bit).coordinate.type);
    return type === undefined || privileges.seesObject(type);
  });
  return withReads(schema.coordinates, seen.length > 0 ? seen : bits);
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
