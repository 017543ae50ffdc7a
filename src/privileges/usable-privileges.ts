import type { CompiledSchema } from '../plan/compiled-schema.ts';
import { ofBit } from '../plan/privilege-bit.ts';
import type { CompiledPrivileges } from './compile-privileges.ts';

/**
 * What a key can use, as rules of single coordinates, sorted: never a `!` rule and never a wildcard, so nothing outside
 * its own view is named, and only verbs that something on the schema asks for.
 */
export function usablePrivileges(schema: CompiledSchema, privileges: CompiledPrivileges): readonly string[] {
  return schema.neededBits
    .filter((bit) => privileges.has(bit))
    .map((bit) => ruleOf(schema, bit))
    .sort();
}

/** The rule that gives one bit: `read:City.population`. */
export function ruleOf(schema: CompiledSchema, bit: number): string {
  const { coordinate, verb } = ofBit(schema.coordinates, bit);
  return `${verb}:${coordinate.type}.${coordinate.field}`;
}
