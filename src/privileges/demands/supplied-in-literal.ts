import { type EnumValueNode, Kind, type ObjectFieldNode, type ValueNode, type VariableNode } from 'graphql';
import type { CompiledInput, PrivilegeBit } from '../../plan/compiled-schema.ts';
import type { PlannedVariable } from '../../plan/document-plan.ts';
import type { Verb } from '../../plan/verb.ts';
import type { Presence } from './demand.ts';

/** What a literal supplies: known before any request, but for the variables in it. */
export type Supplied =
  | {
      readonly kind: 'BITS';
      readonly bits: readonly PrivilegeBit[];
      readonly presence: readonly Presence[];
      readonly node: ObjectFieldNode | EnumValueNode;
    }
  | {
      readonly kind: 'VARIABLE';
      readonly variable: string;
      readonly input: CompiledInput;
      readonly presence: readonly Presence[];
      /** Where it is used. */
      readonly node: VariableNode;
    };

/** When a value counts as supplied: a variable without a default only when it is given. */
export function presenceOf(value: ValueNode, variables: ReadonlyMap<string, PlannedVariable>): readonly Presence[] {
  if (value.kind !== Kind.VARIABLE) return [];
  const variable = value.name.value;
  return variables.get(variable)?.defaultValue === undefined ? [{ variable, given: true }] : [];
}

/** What the literals of one document supply. */
export type SuppliedInLiteral = (
  root: ValueNode,
  input: CompiledInput | undefined,
  verbs: readonly Verb[],
) => readonly Supplied[];

/** Walks each literal once for each way in which it is used, in however many selections its fragment stands. */
export function suppliedInLiterals(variables: ReadonlyMap<string, PlannedVariable>): SuppliedInLiteral {
  const known = new Map<ValueNode, { input: CompiledInput; verbs: readonly Verb[]; supplied: readonly Supplied[] }[]>();
  return (root, input, verbs) => {
    if (input === undefined) return [];
    const ofRoot = known.get(root) ?? [];
    const before = ofRoot.find((use) => use.input === input && use.verbs === verbs);
    if (before) return before.supplied;
    const supplied = suppliedInLiteral(root, input, verbs, variables);
    known.set(root, [...ofRoot, { input, verbs, supplied }]);
    return supplied;
  };
}

/**
 * Everything below one value of the document, the same once. An explicit null is supplied, a default of the document is
 * (when the variable is not given), a default of the schema never is. Iterative: nesting cannot exhaust the stack.
 */
function suppliedInLiteral(
  root: ValueNode,
  rootInput: CompiledInput,
  verbs: readonly Verb[],
  variables: ReadonlyMap<string, PlannedVariable>,
): readonly Supplied[] {
  const supplied: Supplied[] = [];
  const isNew = onlyNew();
  const pending: { value: ValueNode; input: CompiledInput | undefined; presence: readonly Presence[] }[] = [
    { value: root, input: rootInput, presence: [] },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, input, presence } = next;
    if (input === undefined || (input.kind === 'INPUT_OBJECT' && !input.judged)) continue;
    if (value.kind === Kind.VARIABLE) {
      const variable = value.name.value;
      const { defaultValue } = variables.get(variable) ?? {};
      if (!isNew(input, presence, variable)) continue;
      supplied.push({ kind: 'VARIABLE', variable, input, presence, node: value });
      if (defaultValue !== undefined) {
        pending.push({ value: defaultValue, input, presence: [...presence, { variable, given: false }] });
      }
    } else if (value.kind === Kind.LIST) {
      for (const item of value.values) pending.push({ value: item, input, presence });
    } else if (input.kind === 'ENUM') {
      const bits = value.kind === Kind.ENUM ? (input.needs.get(value.value) ?? []) : [];
      if (value.kind === Kind.ENUM && bits.length > 0 && isNew(bits, presence)) {
        supplied.push({ kind: 'BITS', bits, presence, node: value });
      }
    } else if (value.kind === Kind.OBJECT) {
      for (const node of value.fields) {
        const { name, value: fieldValue } = node;
        const field = input.fields.get(name.value);
        if (field === undefined) continue;
        const whenPresent = [...presence, ...presenceOf(fieldValue, variables)];
        const bits = verbs.flatMap((verb) => field.needs[verb]);
        if (bits.length > 0 && isNew(field, whenPresent)) {
          supplied.push({ kind: 'BITS', bits, presence: whenPresent, node });
        }
        pending.push({ value: fieldValue, input: field.input, presence: whenPresent });
      }
    }
  }
  return supplied;
}

/** Whether something is supplied for the first time under a condition. */
function onlyNew(): (what: object, presence: readonly Presence[], variable?: string) => boolean {
  const known = new Map<object, Set<string>>();
  return (what, presence, variable = '') => {
    const text = `${variable} ${presence.map((one) => `${one.given}${one.variable}`).join(' ')}`;
    const ofIt = known.get(what) ?? new Set<string>();
    if (ofIt.has(text)) return false;
    known.set(what, ofIt.add(text));
    return true;
  };
}
