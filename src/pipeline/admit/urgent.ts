import { type DocumentNode, getOperationAST, Kind, type SelectionNode, valueFromAST } from 'graphql';
import {
  type CoercedVariables,
  type DataFieldPlan,
  type DocumentPlan,
  type FieldPlan,
  holds,
  type SelectionPlan,
} from '../../plan/document-plan.ts';

/** A mutation that ends or disables something, and how much of its answer goes with that. */
export interface UrgentMutation {
  /** By what it is given as `input`, coerced; without it whatever it is given. */
  readonly when?: (input: Readonly<Record<string, unknown>>) => boolean;
  /** Fields of the payload, and of each that is an object the leaves that say what was ended and how it stands. */
  readonly payload: Readonly<Record<string, readonly string[]>>;
}

/** Mutations by name. */
export type UrgentMutations = ReadonlyMap<string, UrgentMutation>;

/** More of them at once are work like any other. */
const mostMutations = 10;

/**
 * True when an operation does nothing but end or disable keys, and asks no more of them than that it happened. Whoever
 * has to stop a leaked key must not be told that the budget is spent or that the limiter is down; and nobody may read
 * for nothing beside it: one more field, the same field twice or an eleventh mutation, and the whole operation is judged,
 * priced and throttled like any other.
 * `variables` is asked for only of mutations that can be urgent; `undefined`: they cannot be coerced.
 */
export function isUrgent(
  plan: DocumentPlan,
  urgentMutations: UrgentMutations,
  variables: () => CoercedVariables | undefined,
): boolean {
  if (plan.operation.operation !== 'mutation' || urgentMutations.size === 0) return false;
  const coerced = variables();
  if (!coerced) return false;
  const asked = executed(plan.root, coerced);
  return (
    asked.length > 0 && asked.length <= mostMutations && asked.every((field) => ends(field, urgentMutations, coerced))
  );
}

/**
 * False when an operation cannot be urgent whatever the schema and its variables say: a look at the names of its root fields,
 * before anything is validated for whoever has been refused already.
 */
export function couldBeUrgent(
  document: DocumentNode,
  operationName: string | null | undefined,
  urgentMutations: UrgentMutations,
): boolean {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== 'mutation') return false;
  const { definitions } = document;
  const entered = new Set<string>();
  const pending: SelectionNode[] = [...operation.selectionSet.selections];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    // With a condition it may not be executed.
    if (next.directives?.length) continue;
    if (next.kind === Kind.INLINE_FRAGMENT) pending.push(...next.selectionSet.selections);
    else if (next.kind === Kind.FIELD) {
      if (!urgentMutations.has(next.name.value)) return false;
    } else if (!entered.has(next.name.value)) {
      const name = next.name.value;
      entered.add(name);
      const fragment = definitions.find((one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name);
      if (fragment?.kind === Kind.FRAGMENT_DEFINITION) pending.push(...fragment.selectionSet.selections);
    }
  }
  return true;
}

function ends(field: FieldPlan, urgentMutations: UrgentMutations, variables: CoercedVariables): boolean {
  if (field.kind !== 'FIELD') return false;
  const mutation = urgentMutations.get(field.field.coordinate.field);
  if (!mutation) return false;
  if (mutation.when) {
    const input = inputOf(field, variables);
    if (input === undefined || !mutation.when(input)) return false;
  }
  return asksOnlyFor(new Map(Object.entries(mutation.payload)), field.selection, variables);
}

/** Of the payload each of these fields at most once, of an object each of its leaves at most once; or a type's name. */
function asksOnlyFor(
  fields: ReadonlyMap<string, readonly string[]>,
  payload: SelectionPlan | undefined,
  variables: CoercedVariables,
): boolean {
  const asked = executed(payload, variables);
  return (
    areDifferent(asked) &&
    asked.every((field) => {
      if (field.kind !== 'FIELD') return field.kind === 'TYPENAME';
      const leaves = fields.get(field.field.coordinate.field);
      const askedOfIt = executed(field.selection, variables);
      return leaves !== undefined && areDifferent(askedOfIt) && askedOfIt.every((leaf) => isAmong(leaves, leaf));
    })
  );
}

function isAmong(leaves: readonly string[], leaf: FieldPlan): boolean {
  return leaf.kind === 'FIELD' ? leaves.includes(leaf.field.coordinate.field) : leaf.kind === 'TYPENAME';
}

/** No field under two response names. */
function areDifferent(fields: readonly FieldPlan[]): boolean {
  return new Set(fields.map(({ node }) => node.name.value)).size === fields.length;
}

/** With these variables, of whatever object type: payloads, and what they carry, are of one. */
function executed(selection: SelectionPlan | undefined, variables: CoercedVariables): readonly FieldPlan[] {
  return selection?.byType.flatMap(({ fields }) => fields.filter(({ when }) => holds(when, variables))) ?? [];
}

function inputOf(field: DataFieldPlan, variables: CoercedVariables) {
  const given = field.arguments.find(({ argument }) => argument.name === 'input');
  if (!given) return undefined;
  const value = valueFromAST(given.value, given.argument.type, { ...variables });
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}
