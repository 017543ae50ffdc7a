import type { CompiledInput, CompiledObject, PrivilegeBit } from '../compiled-schema.ts';
import type { Verb } from '../verb.ts';

export function neededBits(objects: readonly CompiledObject[]): readonly PrivilegeBit[] {
  const bits = new Set<PrivilegeBit>();
  for (const { fields } of objects) {
    for (const { needs, arguments: all, inputVerbs } of fields.values()) {
      for (const bit of needs) bits.add(bit);
      for (const argument of all.values()) {
        for (const bit of argument.needs) bits.add(bit);
        for (const bit of argument.needsWhereVisible) bits.add(bit);
        for (const bit of neededBelow(argument.input, inputVerbs)) bits.add(bit);
      }
    }
  }
  return [...bits].sort((a, b) => a - b);
}

/** Every bit that some value of the input can need under these verbs. */
export function neededBelow(input: CompiledInput | undefined, verbs: readonly Verb[]): ReadonlySet<PrivilegeBit> {
  const bits = new Set<PrivilegeBit>();
  const seen = new Set<CompiledInput>();
  const pending = [input];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (next.kind === 'ENUM') {
      for (const needs of next.needs.values()) for (const bit of needs) bits.add(bit);
      continue;
    }
    if (!next.judged) continue;
    for (const field of next.fields.values()) {
      for (const verb of verbs) for (const bit of field.needs[verb]) bits.add(bit);
      if (field.input !== undefined) pending.push(field.input);
    }
  }
  return bits;
}
