import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import { chargedPoints } from '../../cost/points.ts';
import { asError } from '../../kernel/errors.ts';
import { admitOperation } from '../admit/admit-operation.ts';
import { type Stale, stale } from '../admit/recheck.ts';
import { refusedOperation, validatedOperation, withCost } from '../answer/cost-extensions.ts';
import { refuse, refuseAs } from '../answer/refusal.ts';
import { noteThrottled } from '../denials/measure-mode.ts';
import type { Caller, RequestRecord } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';
import { type Execute, executeHalves } from './execute-halves.ts';
import { type InTime, inTime } from './in-time.ts';
import { readOperation } from './read-operation.ts';
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
  const { watch } = services;
  const read = readOperation(args, record, caller, surface, services);
  if (read.kind === 'REFUSED') return refuseAs(record, read);
  const { running, variables } = read;

  // 8–11 May it run, how much of it, and is there budget for that.
  const admission = await admitOperation(
    {
      operation: running.operation,
      document: args.document,
      variables,
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
  record.admitted = { operation: running.operation, variables, at: services.clock.now() };
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

/** Whatever was thrown is masked when it leaves. */
function failed(cause: unknown): InTime<ExecutionResult> {
  const error = new GraphQLError('Unexpected error.', { originalError: asError(cause) });
  return { kind: 'ENDED', value: { errors: [error] } };
}
