import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import { wholePoints } from '../../cost/points.ts';
import { asError } from '../../kernel/errors.ts';
import { microPerPoint } from '../../kernel/micro-points.ts';
import { admitOperation } from '../admit/admit-operation.ts';
import { readingOf } from '../admit/read-text.ts';
import { type Stale, stale } from '../admit/recheck.ts';
import { answerRun } from '../answer/answer-run.ts';
import { refusedOperation, validatedOperation, withCost } from '../answer/cost-extensions.ts';
import { refuseAs } from '../answer/refusal.ts';
import type { OperationContext } from '../caller-context.ts';
import { noteThrottled } from '../denials/measure-mode.ts';
import type { Caller, RequestRecord } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';
import { executeHalves } from './execute-halves.ts';
import { type InTime, inTime } from './in-time.ts';
import { readOperation } from './read-operation.ts';
import { chargeOf, costLimit, settle, settledStates, settleRun } from './settle.ts';

/** Steps 7–13 of a query or a mutation, in their order. The decision is taken on the very document that is executed. */
export async function executeOperation(
  args: ExecutionArgs,
  context: OperationContext,
  record: RequestRecord,
  caller: Caller,
  surface: Surface,
  services: PipelineServices,
): Promise<ExecutionResult | Stale> {
  const { watch } = services;
  const read = readOperation(args, record, caller, surface, services);
  const reading = readingOf(args.document, record, caller, surface, services);
  const paid = await reading.took(read.kind === 'READ' ? read.running.steps : 0);
  // Whoever cannot pay for what was made in vain is told so.
  if (paid.kind === 'REFUSED') return refuseAs(record, paid);
  if (read.kind === 'REFUSED') return refuseAs(record, read);
  const { running, variables } = read;

  // 8–11 May it run, how much of it, and is there budget for that.
  const admission = await admitOperation(
    {
      operation: running.operation,
      document: args.document,
      variables,
      context,
      costMode: record.costMode,
      reading,
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
  const topFields = () => running.operation.formula.topFields(variables.coerced, caller.privileges);
  let run: InTime<ExecutionResult> = { kind: 'ENDED', value: {} };
  try {
    const meter = surface.meters.begin(context, {
      granted: caller.privileges,
      introspection: estimate.introspection,
      answeredLeaves: running.operation.formula.answeredLeaves,
      variables: variables.coerced,
      limit: admission.unpriced ? undefined : costLimit(admission, caller.policy.maximumCost, topFields),
    });
    const size = surface.answers.begin(context, running.operation.plan, variables.coerced);
    const execution = { variables: variables.coerced, contextValue: context };
    run = await inTime(
      () => watch.step('execute', () => executeHalves(running.operation, execution, surface, caller)),
      services.executionTimeoutMs,
      () => size.abandon(),
    ).catch(failed);
    if (!admission.unpriced) actual = chargeOf(run, meter, admission, services);
    const beside = record.argumentPoints * microPerPoint;
    const answered = answerRun(run, { record, caller, running, size, surface, services }, (result) =>
      withCost(result, { ...admission, actual, caller, states: settledStates(admission, actual, beside) }),
    );
    // Whoever asks for too much pays for what was asked, not for what could still be made of it.
    if (answered.isTooLarge && !admission.unpriced) actual = Math.max(actual, estimate.cost);
    record.actualQueryCost = wholePoints(actual);
    record.outcome = answered.result.errors ? 'ERROR' : 'OK';
    const states = settledStates(admission, actual, beside);
    const { breakdown: _, ...parts } = admission;
    return withCost(answered.result, { ...(answered.isTooLarge ? parts : admission), actual, caller, states });
  } finally {
    // 13 Give back what was not used: once, whatever happened.
    settleRun(run, admission, actual, context, services);
  }
}

/** Whatever was thrown is masked when it leaves. */
function failed(cause: unknown): InTime<ExecutionResult> {
  const error = new GraphQLError('Unexpected error.', { originalError: asError(cause) });
  return { kind: 'ENDED', value: { errors: [error] } };
}
