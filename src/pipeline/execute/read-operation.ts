import type { ExecutionArgs } from 'graphql';
import { type Refusal, refused } from '../../admission/verdict.ts';
import type { DocumentPlan } from '../../plan/document-plan.ts';
import { isMeasured } from '../admit/afford-operation.ts';
import type { VariableValues } from '../admit/candidate.ts';
import { isUrgent } from '../admit/urgent.ts';
import { decideDenials, type RunningOperation } from '../denials/denial-mode.ts';
import { coercionErrors } from '../denials/hide-mode.ts';
import { measureDenials, noteThrottled } from '../denials/measure-mode.ts';
import { type CoercionAnswer, coerceVariables } from '../document/coerce-variables.ts';
import type { Caller, RequestRecord } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';

export type OperationRead =
  | { readonly kind: 'READ'; readonly running: RunningOperation; readonly variables: VariableValues }
  | Refusal;

/**
 * Step 7 of every kind of operation, as far as variables are concerned, with what of step 6 had to wait for the document;
 * and what the key's `onDenied` leaves of it for the gate that follows.
 */
export function readOperation(
  args: ExecutionArgs,
  record: RequestRecord,
  caller: Caller,
  surface: Surface,
  { watch, redact }: Pick<PipelineServices, 'watch' | 'redact'>,
): OperationRead {
  const { document, operationName, variableValues } = args;
  const prepared = record.prepared ?? watch.step('plan', () => surface.prepare(document, operationName ?? undefined));
  if (prepared.kind === 'REFUSED') return refused('INVALID', [prepared.error]);
  const { operation } = prepared;
  const { operation: definition } = operation.plan;
  const name = definition.name && redact(definition.name.value);
  record.operation = { name, type: definition.operation, definition };
  const raw = variableValues ?? {};
  const coerce = lazily(() => coerceVariables(surface.schema, definition, raw));
  if (record.heldBack && !passesWindow(record, operation.plan, coerce, caller, surface)) return record.heldBack;
  const coercion = coerce();
  if (coercion.kind === 'INVALID') return refused('INVALID', coercionErrors(definition, raw, caller, surface));
  const variables = { raw, coerced: coercion.variables };
  measureDenials(record, operation, variables, caller);
  const running = decideDenials(operation, document, variables, caller, surface);
  return running.kind === 'REFUSED' ? running : { kind: 'READ', running, variables };
}

/** More requests than the window has room for: what ends a key passes, and what is only measured is noted. */
function passesWindow(
  record: RequestRecord,
  plan: DocumentPlan,
  coerce: () => CoercionAnswer,
  caller: Caller,
  surface: Surface,
): boolean {
  const coerced = () => {
    const answer = coerce();
    return answer.kind === 'COERCED' ? answer.variables : undefined;
  };
  if (isUrgent(plan, surface.urgentMutations, coerced)) return true;
  if (!record.heldBack || !isMeasured(caller, plan)) return false;
  noteThrottled(record, record.heldBack);
  return true;
}

function lazily<Value extends object>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}
