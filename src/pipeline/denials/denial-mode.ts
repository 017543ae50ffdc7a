import { type DocumentNode, type ExecutionResult, type GraphQLError, OperationTypeNode } from 'graphql';
import { type Refusal, refused } from '../../admission/verdict.ts';
import { codedError } from '../../kernel/errors.ts';
import { checkDemands, type Denial } from '../../privileges/demands.ts';
import { type DeniedFields, denialErrors, deniedFields, restoreNulls } from '../../privileges/null-mode.ts';
import type { VariableValues } from '../admit/candidate.ts';
import { restrictedOperation, restrictOperation } from '../admit/restrict.ts';
import type { PreparedOperation } from '../document/prepare-operation.ts';
import type { Caller } from '../request-record.ts';
import type { Surface } from '../surface.ts';

/** What is executed for a caller, and what becomes of its answer. */
export interface RunningOperation {
  readonly kind: 'RUNS';
  readonly operation: PreparedOperation;
  /** Nothing of it is denied: what it answers is the answer. */
  readonly isWhole: boolean;
  /** What it took now to compile what denials left, as `PrepareAnswer` has it. */
  readonly steps: number;
  /** `'TOO_LARGE'`: it would be larger than what ran, by more than `room` bytes of JSON. */
  answerOf(result: ExecutionResult, room: number): ExecutionResult | 'TOO_LARGE';
}

/**
 * What the key's `onDenied` makes of an operation, before anything of it runs. Under `REJECT` nothing: the gate that
 * follows refuses what is denied. Under `NULL` a query goes on without its denied fields, and the gate judges what is
 * left, so that a mistake here ends in a refusal. Under `HIDE` what is still denied in a document that fits the
 * caller's view (an input that is visible for one of its uses only) answers as if it did not exist.
 */
export function decideDenials(
  operation: PreparedOperation,
  document: DocumentNode,
  variables: VariableValues,
  caller: Caller,
  surface: Surface,
): RunningOperation | Refusal {
  const { key, privileges } = caller;
  const asItIs: RunningOperation = { kind: 'RUNS', operation, isWhole: true, steps: 0, answerOf: (result) => result };
  if (key.onDenied === 'HIDE') {
    const denials = checkDemands(operation.demands, privileges, variables);
    return denials.length === 0 ? asItIs : refused('FORBIDDEN', hiddenErrors(denials));
  }
  const { plan, demands } = operation;
  if (key.onDenied !== 'NULL' || plan.operation.operation !== OperationTypeNode.QUERY) return asItIs;
  const denied = deniedFields(plan, demands, privileges, variables);
  if (denied === undefined) return asItIs;
  // Step 8 judges what was asked for, not what is left of it.
  const restrictable = restrictedOperation(plan, variables.coerced, document, surface);
  const restricted = restrictOperation(caller, restrictable, surface);
  if (restricted.kind === 'REFUSED') return restricted;
  return remaining(operation, document, denied, surface);
}

function remaining(
  whole: PreparedOperation,
  document: DocumentNode,
  denied: DeniedFields,
  surface: Surface,
): RunningOperation {
  const left = surface.withoutDenied(whole, document, denied);
  const errors = denialErrors(whole.plan, denied);
  return {
    kind: 'RUNS',
    operation: left.operation,
    isWhole: false,
    steps: left.steps,
    answerOf(result, room) {
      if (result.data === undefined) return result;
      const restored = restoreNulls(whole.plan.root, denied, left.typeKey, result.data, room);
      if (restored.kind === 'TOO_LARGE') return restored.kind;
      return { ...result, data: restored.data, errors: [...errors, ...(result.errors ?? [])] };
    },
  };
}

const mostErrors = 20;

function hiddenErrors(denials: readonly Denial[]): readonly GraphQLError[] {
  const fields = new Set(denials.map(({ field }) => field));
  return [...fields].slice(0, mostErrors).map((field) => {
    if (field?.kind !== 'FIELD')
      return codedError('GRAPHQL_VALIDATION_FAILED', 'The document does not fit the schema.');
    const { type, field: name } = field.field.coordinate;
    const message = `Cannot query field "${name}" on type "${type}".`;
    return codedError('GRAPHQL_VALIDATION_FAILED', message, {}, { nodes: field.node });
  });
}
