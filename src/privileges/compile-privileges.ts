import { textBytes } from '../kernel/heap-bytes.ts';
import type { CompiledObject, CompiledSchema, Coordinate, PrivilegeBit } from '../plan/compiled-schema.ts';
import { privilegeBit } from '../plan/privilege-bit.ts';
import { type Verb, verbs } from '../plan/verb.ts';
import type { Access } from './access.ts';
import type { Privilege } from './grammar/parse-privilege.ts';
import type { PrivilegeSet } from './grammar/parse-privilege-set.ts';
import { type Sight, sightOf } from './sight.ts';

/** What rules allow on one schema, as bits. Shared by all keys that have the same rules. */
export interface CompiledPrivileges extends Access {
  /** 32 privileges a word: bit `b` is in word `b >>> 5`. */
  readonly bits: Uint32Array;
  seesObject(type: CompiledObject): boolean;
  /** What the filtered schema shows. */
  readonly sight: Sight;
}

export interface CompileOptions {
  /** A lone `*` matches explicit fields too: in a management key's own privileges, and in `grantable`. */
  readonly loneStarMatchesExplicit: boolean;
}

/**
 * Allowed when some rule matches and no `!` rule does. A wildcard never gives an explicit field; it does take one away,
 * because a denial that leaves the most sensitive fields standing would surprise whoever wrote it.
 */
export function compilePrivileges(
  schema: CompiledSchema,
  set: PrivilegeSet,
  { loneStarMatchesExplicit }: CompileOptions,
): CompiledPrivileges {
  const bits = new Uint32Array(Math.ceil((schema.coordinates.length * verbs.length) / 32));
  const byType = coordinatesByType(schema);
  const matching = (privilege: Privilege): readonly Coordinate[] =>
    (privilege.type === '*' ? schema.coordinates : (byType.get(privilege.type) ?? [])).filter(
      ({ field }) => privilege.field === '*' || privilege.field === field,
    );
  const each = (privilege: Privilege, apply: (coordinate: Coordinate, bit: PrivilegeBit) => void): void => {
    for (const coordinate of matching(privilege)) {
      for (const verb of verbs) {
        if (privilege.verb === '*' || privilege.verb === verb) apply(coordinate, privilegeBit(coordinate, verb));
      }
    }
  };
  for (const privilege of set.privileges) {
    if (privilege.denies) continue;
    const isExact = privilege.type !== '*' && privilege.field !== '*';
    const givesExplicit = isExact || (privilege.isLoneStar && loneStarMatchesExplicit);
    each(privilege, (coordinate, bit) => {
      if (!coordinate.explicit || givesExplicit) setBit(bits, bit);
    });
  }
  for (const privilege of set.privileges) {
    if (privilege.denies) each(privilege, (_, bit) => clearBit(bits, bit));
  }
  return privilegesOfBits(schema, `${set.hash}${loneStarMatchesExplicit ? '*' : ''}`, bits);
}

/** `hash` names the bits: two that differ never have the same. */
export function privilegesOfBits(schema: CompiledSchema, hash: string, bits: Uint32Array): CompiledPrivileges {
  const has = (bit: PrivilegeBit): boolean => ((bits[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
  const sight = sightOf(schema, has);
  return {
    hash,
    bits,
    has,
    allows(verb: Verb, type: string, field: string) {
      const coordinate = schema.byText.get(`${type}.${field}`);
      if (coordinate === undefined) return false;
      if (coordinate.access !== 'GATED') return true;
      return has(privilegeBit(coordinate, verb)) && (verb !== 'read' || coordinate.reads.every(has));
    },
    sees(type) {
      const object = schema.objectByName.get(type);
      return object !== undefined && sight.seesObject(object);
    },
    seesObject: sight.seesObject,
    sight,
  };
}

/** Of the heap, from above: its bits, and what it sees of types and inputs. */
export function privilegesBytes({ objects, coordinates }: CompiledSchema, { bits, hash }: CompiledPrivileges): number {
  return 10_000 + 2 * textBytes(hash) + 2 * bits.byteLength + 80 * (objects.length + coordinates.length);
}

function setBit(bits: Uint32Array, bit: PrivilegeBit): void {
  bits[bit >>> 5] = (bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
}

function clearBit(bits: Uint32Array, bit: PrivilegeBit): void {
  bits[bit >>> 5] = (bits[bit >>> 5] ?? 0) & ~(1 << (bit & 31));
}

function coordinatesByType(schema: CompiledSchema): ReadonlyMap<string, readonly Coordinate[]> {
  const byType = new Map<string, Coordinate[]>();
  for (const coordinate of schema.coordinates) {
    const list = byType.get(coordinate.type);
    if (list === undefined) byType.set(coordinate.type, [coordinate]);
    else list.push(coordinate);
  }
  return byType;
}
