import type { CompiledInput, PrivilegeBit } from '../../plan/compiled-schema.ts';
import type { Verb } from '../../plan/verb.ts';

/**
 * Bits that a variable's value needs, as the client sent it: what coercion adds (defaults of the schema) is not
 * supplied. A single value stands for a list of one. Reads own properties only, and only names that the input type has;
 * iterative, for values nest as deep as a caller likes.
 */
export function* suppliedInValue(
  root: unknown,
  rootInput: CompiledInput,
  verbs: readonly Verb[],
): Generator<PrivilegeBit> {
  const pending: { value: unknown; input: CompiledInput }[] = [{ value: root, input: rootInput }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, input } = next;
    if (Array.isArray(value)) {
      for (const item of value) pending.push({ value: item, input });
    } else if (input.kind === 'ENUM') {
      if (typeof value === 'string') yield* input.needs.get(value) ?? [];
    } else if (typeof value === 'object' && value !== null && input.judged) {
      for (const [name, field] of input.fields) {
        if (!Object.hasOwn(value, name)) continue;
        const fieldValue = (value as Readonly<Record<string, unknown>>)[name];
        // Coercion takes `undefined` for an absent field; JSON never holds one.
        if (fieldValue === undefined) continue;
        for (const verb of verbs) yield* field.needs[verb];
        if (field.input !== undefined) pending.push({ value: fieldValue, input: field.input });
      }
    }
  }
}
