import type { ASTNode } from 'graphql';
import type { CompiledInput, CompiledObject, CompiledSchema, PrivilegeBit } from '../../plan/compiled-schema.ts';
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
  /** What of the field's arguments needs it, when it is not the field itself. */
  readonly node?: ASTNode | undefined;
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
  const { schema } = demands;
  const denials: Denial[] = [];
  const known = new Set<PrivilegeBit | CompiledObject>();
  const isNew = (lacking: PrivilegeBit | CompiledObject): boolean => {
    if (known.has(lacking)) return false;
    known.add(lacking);
    return true;
  };
  for (const lack of lacks(demands, privileges, variables)) {
    if (lack.kind === 'SIGHT') {
      for (const type of lack.types) if (isNew(type)) denials.push(sightDenial(lack.demand, type, schema));
    } else {
      for (const bit of lack.bits) if (isNew(bit)) denials.push(bitDenial(lack.demand, bit, schema));
    }
  }
  return withoutRepeats(denials);
}

/** Each of them where it stands: a coordinate comes as often as the operation asks for it. */
export function* denialsAt(
  demands: Demands,
  privileges: CompiledPrivileges,
  variables: SuppliedVariables,
): Generator<{ readonly demand: Demand; readonly denial: Denial }> {
  const { schema } = demands;
  for (const lack of lacks(demands, privileges, variables)) {
    const { demand } = lack;
    if (lack.kind === 'SIGHT') {
      for (const type of lack.types) yield { demand, denial: sightDenial(lack.demand, type, schema) };
    } else {
      for (const bit of lack.bits) yield { demand, denial: bitDenial(lack.demand, bit, schema) };
    }
  }
}

/** What is lacking for one demand. */
type Lack =
  | { readonly kind: 'SIGHT'; readonly demand: SightDemand; readonly types: readonly CompiledObject[] }
  | { readonly kind: 'BITS'; readonly demand: BitsDemand | VariableDemand; readonly bits: Iterable<PrivilegeBit> };

function* lacks(demands: Demands, privileges: CompiledPrivileges, variables: SuppliedVariables): Generator<Lack> {
  const hasEverything = isSubset(demands.everything, privileges.bits);
  if (hasEverything && demands.sights.length === 0) return;
  const reached = reachedSelections(demands, variables.coerced);
  const counts = whatCounts(privileges);
  const missing = missingBits(demands.schema, privileges, variables);
  for (const demand of hasEverything ? demands.sights : demands.demands) {
    if (demand.kind === 'BITS' && !demand.whereVisible && demand.bits.every(privileges.has)) continue;
    if (reached?.[demand.selection] === false || !holds(demand.when, variables.coerced)) continue;
    if (demand.kind === 'SIGHT') {
      if (!demand.types.some(privileges.seesObject)) yield { kind: 'SIGHT', demand, types: demand.types };
    } else if (counts(demand) && isPresent(demand.presence, variables.raw)) {
      yield { kind: 'BITS', demand, bits: missing(demand) };
    }
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

/**
 * Bits that a demand needs and the key lacks, each once. Of a variable they are worked out once for all fields that take
 * it, and of what an argument looks at once for all fields that have the argument: both can be long, and many.
 */
function missingBits(
  schema: CompiledSchema,
  privileges: CompiledPrivileges,
  { raw }: SuppliedVariables,
): (demand: BitsDemand | VariableDemand) => Iterable<PrivilegeBit> {
  const ofValue = new Map<string, Map<CompiledInput, ReadonlySet<PrivilegeBit>>>();
  const whereVisible = new Map<readonly PrivilegeBit[], readonly PrivilegeBit[]>();
  const isMissing = (bit: PrivilegeBit): boolean => !privileges.has(bit);

  function inVariable({ variable, input, verbs }: VariableDemand): Iterable<PrivilegeBit> {
    if (!Object.hasOwn(raw, variable)) return [];
    const key = `${verbs.join()} ${variable}`;
    const ofInputs = ofValue.get(key) ?? new Map<CompiledInput, ReadonlySet<PrivilegeBit>>();
    ofValue.set(key, ofInputs);
    const known = ofInputs.get(input);
    if (known !== undefined) return known;
    const missing = new Set<PrivilegeBit>();
    for (const bit of suppliedInValue(raw[variable], input, verbs)) if (isMissing(bit)) missing.add(bit);
    ofInputs.set(input, missing);
    return missing;
  }

  function ofVisible(bits: readonly PrivilegeBit[]): readonly PrivilegeBit[] {
    const known = whereVisible.get(bits);
    if (known !== undefined) return known;
    const missing = bitsWhereVisible(bits, schema, privileges).filter(isMissing);
    whereVisible.set(bits, missing);
    return missing;
  }

  return (demand) => {
    if (demand.kind === 'VARIABLE') return inVariable(demand);
    return demand.whereVisible ? ofVisible(demand.bits) : demand.bits.filter(isMissing);
  };
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

function bitDenial(
  { path, field, node }: BitsDemand | VariableDemand,
  bit: PrivilegeBit,
  schema: CompiledSchema,
): Denial {
  const { coordinate, verb } = ofBit(schema.coordinates, bit);
  const text = `${coordinate.type}.${coordinate.field}`;
  return { coordinate: text, verb, rule: `${verb}:${text}`, path, field, node };
}

function sightDenial({ path }: SightDemand, type: CompiledObject, { mutationType }: CompiledSchema): Denial {
  const verb = type === mutationType ? 'write' : 'read';
  return { coordinate: `${type.name}.*`, verb, rule: `${verb}:${type.name}`, path, field: undefined };
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
