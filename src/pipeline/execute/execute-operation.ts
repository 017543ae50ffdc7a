import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import { refused } from '../../admission/verdict.ts';
import { chargedPoints } from '../../cost/points.ts';
import { asError } from '../../kernel/errors.ts';
import type { DocumentPlan } from '../../plan/document-plan.ts';
import { admitOperation } from '../admit/admit-operation.ts';
import { isMeasured } from '../admit/afford-operation.ts';
import { type Stale, stale } from '../admit/recheck.ts';
import { isUrgent } from '../admit/urgent.ts';
import { refusedOperation, validatedOperation, withCost } from '../answer/cost-extensions.ts';
import { refuse, refuseAs } from '../answer/refusal.ts';
import { decideDenials } from '../denials/denial-mode.ts';
import { coercionErrors } from '../denials/hide-mode.ts';
import { measureDenials, noteThrottled } from '../denials/measure-mode.ts';
import { type CoercionAnswer, coerceVariables } from '../document/coerce-variables.ts';
import type { Caller, RequestRecord } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';
import { type Execute, executeHalves } from './execute-halves.ts';
import { type InTime, inTime } from './in-time.ts';
import { settle, settledStates, settleRun, watchEstimate } from './settle.ts';

/** Steps 7–13 of a query or a mutation, in their order. The decision is taken on the very document that is executed. */
export async function executeOperation(
  args: ExecutionArgs,
  execute: Execute,
  record: RequestRecord,
  caller: Caller,
  surface: Surface,
  services: PipelineServices,
): Promise<ExecutionResult | Stale> {
  // 7 What it is, as far as variables are concerned.
  const { watch } = services;
  const prepared = watch.step('plan', () => surface.prepare(args.document, args.operationName ?? undefined));
  if (prepared.kind === 'REFUSED') return refuseAs(record, refused('INVALID', [prepared.error]));
  const { operation } = prepared;
  const { operation: definition } = operation.plan;
  record.operation = { name: definition.name?.value, type: definition.operation, definition };
  const raw = args.variableValues ?? {};
  const coerce = lazily(() => coerceVariables(surface.schema, operation.plan.operation, raw));
  if (record.overWindow && !passesWindow(record, operation.plan, coerce, caller, surface))
    return refuseAs(record, record.overWindow);
  const variables = coerce();
  if (variables.kind === 'INVALID') {
    return refuseAs(record, refused('INVALID', coercionErrors(operation.plan.operation, raw, caller, surface)));
  }

  // 8–11 May it run, how much of it, and is there budget for that.
  const values = { raw, coerced: variables.variables };
  measureDenials(record, operation, values, caller);
  const running = decideDenials(operation, args.document, values, caller, surface);
  if (running.kind === 'REFUSED') return refuseAs(record, running);
  const admission = await admitOperation(
    {
      operation: running.operation,
      document: args.document,
      variables: values,
      context: args.contextValue as object,
      costMode: record.costMode,
    },
    caller,
    surface,
    services,
  );
  if (admission.kind === 'REFUSED') return refusedOperation(record, admission);
  if (admission.kind === 'VALIDATED') return validatedOperation(record, admission, caller);
  const { estimate, reservation } = admission;
  // 4 once more, in the turn in which it begins: what was decided above took time.
  if (!services.keys.isCurrent(caller.key)) {
    settle(reservation, 0, services);
    return stale;
  }
  if (admission.measured) noteThrottled(record, admission.measured);
  record.admitted = { operation: running.operation, variables: values };
  record.requestedQueryCost = estimate.points;

  // 12 Run. When the process dies from here on, the reservation stays charged and its slot is free after its time.
  let actual = estimate.cost;
  let run: InTime<ExecutionResult> = { kind: 'ENDED', value: {} };
  try {
    const meter = surface.meters.begin(args.contextValue as object, {
      granted: caller.privileges,
      introspection: estimate.introspection,
    });
    const remaining = { ...args, document: running.document };
    run = await inTime(
      () => watch.step('execute', () => executeHalves(remaining, running.operation, execute, surface, caller)),
      services.executionTimeoutMs,
    ).catch(failed);
    const result = running.answerOf(run.kind === 'ENDED' ? run.value : refuse([run.error]));
    // What runs on after its time is charged in full.
    if (run.kind === 'ENDED') actual = meter.actual();
    record.actualQueryCost = chargedPoints(actual);
    record.outcome = result.errors ? 'ERROR' : 'OK';
    const states = settledStates(admission.states, reservation, actual);
    return withCost(result, { ...admission, actual, caller, states });
  } finally {
    // 13 Give back what was not used: once, whatever happened.
    settleRun(run, reservation, actual, services);
    watchEstimate(admission, actual, services);
  }
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
  if (!record.overWindow || !isMeasured(caller, plan)) return false;
  noteThrottled(record, record.overWindow);
  return true;
}

function lazily<Value extends object>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}

/** Whatever was thrown is masked when it leaves. */
function failed(cause: unknown): InTime<ExecutionResult> {
  const error = new GraphQLError('Unexpected error.', { originalError: asError(cause) });
  return { kind: 'ENDED', value: { errors: [error] } };
}
