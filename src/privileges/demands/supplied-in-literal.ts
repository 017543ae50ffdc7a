import { Kind, type ValueNode } from 'graphql';
import type { CompiledInput, PrivilegeBit } from '../../plan/compiled-schema.ts';
import type { PlannedVariable } from '../../plan/document-plan.ts';
import type { Verb } from '../../plan/verb.ts';
import type { Presence } from './demand.ts';

/** What a literal supplies: known before any request, but for the variables in it. */
export type Supplied =
  | { readonly kind: 'BITS'; readonly bits: readonly PrivilegeBit[]; readonly presence: readonly Presence[] }
  | {
      readonly kind: 'VARIABLE';
      readonly variable: string;
      readonly input: CompiledInput;
      readonly presence: readonly Presence[];
    };

/** When a value counts as supplied: a variable without a default only when it is given. */
export function presenceOf(value: ValueNode, variables: ReadonlyMap<string, PlannedVariable>): readonly Presence[] {
  if (value.kind !== Kind.VARIABLE) return [];
  const variable = value.name.value;
  return variables.get(variable)?.defaultValue === undefined ? [{ variable, given: true }] : [];
}

/**
 * Everything below one value of the document. An explicit null is supplied, a default of the document is (when the
 * variable is not given), a default of the schema never is. Iterative: nesting cannot exhaust the stack.
 */
export function suppliedInLiteral(
  root: ValueNode,
  rootInput: CompiledInput | undefined,
  verbs: readonly Verb[],
  variables: ReadonlyMap<string, PlannedVariable>,
): readonly Supplied[] {
  const supplied: Supplied[] = [];
  const pending: { value: ValueNode; input: CompiledInput | undefined; presence: readonly Presence[] }[] = [
    { value: root, input: rootInput, presence: [] },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, input, presence } = next;
    if (input === undefined || (input.kind === 'INPUT_OBJECT' && !input.judged)) continue;
    if (value.kind === Kind.VARIABLE) {
      const variable = value.name.value;
      const { defaultValue } = variables.get(variable) ?? {};
      supplied.push({ kind: 'VARIABLE', variable, input, presence });
      if (defaultValue !== undefined) {
        pending.push({ value: defaultValue, input, presence: [...presence, { variable, given: false }] });
      }
    } else if (value.kind === Kind.LIST) {
      for (const item of value.values) pending.push({ value: item, input, presence });
    } else if (input.kind === 'ENUM') {
      const bits = value.kind === Kind.ENUM ? (input.needs.get(value.value) ?? []) : [];
      if (bits.length > 0) supplied.push({ kind: 'BITS', bits, presence });
    } else if (value.kind === Kind.OBJECT) {
      for (const { name, value: fieldValue } of value.fields) {
        const field = input.fields.get(name.value);
        if (field === undefined) continue;
        const whenPresent = [...presence, ...presenceOf(fieldValue, variables)];
        const bits = verbs.flatMap((verb) => field.needs[verb]);
        if (bits.length > 0) supplied.push({ kind: 'BITS', bits, presence: whenPresent });
        pending.push({ value: fieldValue, input: field.input, presence: whenPresent });
      }
    }
  }
  return supplied;
}
