import { type ExecutionResult, GraphQLError } from 'graphql';
import { passed, type Refusal, type Verdict } from '../../admission/verdict.ts';
import { chargedPoints } from '../../cost/points.ts';
import { codedError, ForeignError } from '../../kernel/errors.ts';
import { invariant } from '../../kernel/invariant.ts';
import { admitOperation } from '../admit/admit-operation.ts';
import type { VariableValues } from '../admit/candidate.ts';
import { asCurrent, recheck, type Stale, stale } from '../admit/recheck.ts';
import { answerRun } from '../answer/answer-run.ts';
import { withCost } from '../answer/cost-extensions.ts';
import { withKeyWarning } from '../answer/key-warning.ts';
import { refuse } from '../answer/refusal.ts';
import { shownError } from '../answer/shown-error.ts';
import { decideDenials } from '../denials/denial-mode.ts';
import { judgeOnView, sentBy } from '../denials/hide-mode.ts';
import { callerInForce } from '../denials/measure-mode.ts';
import type { PreparedOperation } from '../document/prepare-operation.ts';
import type { Caller } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import type { EventAnswer } from './event-stream.ts';
import { executeHalves } from './execute-halves.ts';
import { fieldError } from './fields/field-error.ts';
import { type InTime, inTime } from './in-time.ts';
import { chargeOf, costLimit, settle, settledStates, settleRun } from './settle.ts';
import type { Subscription } from './subscription.ts';

/** A subscription that is open. */
export interface OpenedStream {
  readonly subscription: Subscription;
  readonly operation: PreparedOperation;
  readonly variables: VariableValues;
  /** As it was when it opened the stream. */
  readonly opener: Caller;
}

/** Steps 4, 5 and 8–13 anew. */
export async function answerEvent(event: unknown, stream: OpenedStream): Promise<EventAnswer<ExecutionResult>> {
  const { record, surface, services } = stream.subscription;
  const now = await recheck(stream.opener, record, surface, services);
  if (now.kind === 'REFUSED') return ending(now);
  const run = await asCurrent(now.caller, record, surface, services, async (caller) => {
    const answer = await runEvent(event, stream, caller);
    return 'ends' in answer ? { ...answer, value: withKeyWarning(answer.value, caller, services.clock.now()) } : answer;
  });
  return run.kind === 'DONE' ? run.answer : ending(run);
}

/** Whether the next event could still be answered, budget aside: for whom, or with what the stream ends. */
export type StreamJudgement =
  | { readonly kind: 'GOES_ON'; readonly caller: Caller }
  | { readonly kind: 'ENDS'; readonly last: ExecutionResult };

export async function judgeStream(stream: OpenedStream): Promise<StreamJudgement> {
  const { args, record, surface, services } = stream.subscription;
  const now = await recheck(stream.opener, record, surface, services);
  if (now.kind === 'REFUSED') return { kind: 'ENDS', last: ending(now).value };
  const caller = callerInForce(now.caller, args, surface);
  const ends = (refusal: Refusal): StreamJudgement => {
    const last = withKeyWarning(ending(refusal).value, caller, services.clock.now());
    return { kind: 'ENDS', last };
  };
  const allowed = judgeEvent(stream, caller);
  if (allowed.kind === 'REFUSED') return ends(allowed);
  const admission = await admitOperation(
    { ...candidateOf(stream, caller), costMode: 'validate' },
    caller,
    surface,
    services,
  );
  return admission.kind === 'REFUSED' ? ends(admission) : { kind: 'GOES_ON', caller };
}

/** The last answer of a stream of which nobody can say whether it may go on. */
export function whyNotJudged(thrown: unknown, services: Pick<PipelineServices, 'redact'>): ExecutionResult {
  return refuse([unexpected(thrown, services)]);
}

async function runEvent(
  event: unknown,
  stream: OpenedStream,
  current: Caller,
): Promise<EventAnswer<ExecutionResult> | Stale> {
  const { args, record, surface, services } = stream.subscription;
  const caller = callerInForce(current, args, surface);
  const allowed = judgeEvent(stream, caller);
  if (allowed.kind === 'REFUSED') return ending(allowed);
  const candidate = candidateOf(stream, caller);
  const admission = await admitOperation(candidate, caller, surface, services);
  if (admission.kind === 'REFUSED') return ending(admission);
  invariant(admission.kind === 'ADMITTED', 'an event is not asked for its price alone');
  const { reservation } = admission;
  if (!services.keys.isCurrent(caller.key)) {
    settle(reservation, 0, services);
    return stale;
  }

  const at = services.clock.now();
  const contextValue = candidate.context;
  const { answeredLeaves, topFields } = candidate.operation.formula;
  const limit = costLimit(admission, caller.policy.maximumCost, () =>
    topFields(stream.variables.coerced, caller.privileges),
  );
  const variables = stream.variables.coerced;
  const meter = surface.meters.begin(contextValue, { granted: caller.privileges, answeredLeaves, variables, limit });
  const execution = { variables: stream.variables.coerced, contextValue, rootValue: event };
  const size = surface.answers.begin(contextValue, stream.operation.plan, stream.variables.coerced);
  const run = await inTime(
    () => services.watch.step('execute', () => executeHalves(stream.operation, execution, surface, caller)),
    services.executionTimeoutMs,
    () => size.abandon(),
  ).catch((thrown: unknown) => failed(thrown, services));
  const running = { operation: stream.operation, answerOf: (result: ExecutionResult) => result, isWhole: true };
  const counted = chargeOf(run, meter, admission, services);
  const answered = answerRun(run, { record, caller, running, size, surface, services }, (result) =>
    withCost(result, { ...admission, actual: counted, caller, states: settledStates(admission, counted) }),
  );
  const { result } = answered;
  const actual = answered.isTooLarge ? Math.max(counted, admission.estimate.cost) : counted;
  settleRun(run, admission, actual, contextValue, services);
  record.countEvent({
    at,
    requestedCost: admission.estimate.points,
    actualCost: chargedPoints(actual),
    errors: result.errors?.length ?? 0,
  });
  const left = settledStates(admission, actual);
  return { value: withCost(result, { ...admission, actual, caller, states: left }), ends: false };
}

/** With a context of its own: what was decided for one event is not decided for the next. */
function candidateOf({ subscription, operation, variables }: OpenedStream, caller: Caller) {
  return { operation, document: subscription.args.document, variables, context: subscription.contextFor(caller) };
}

/** What the key's `onDenied` says of the event, before the gate: a key that hides was perhaps told to since. */
function judgeEvent({ subscription: { args, surface }, operation, variables }: OpenedStream, caller: Caller): Verdict {
  const fitsView = judgeOnView(sentBy(args), caller, surface);
  if (fitsView.kind === 'REFUSED') return fitsView;
  const running = decideDenials(operation, args.document, variables, caller, surface);
  return running.kind === 'REFUSED' ? running : passed;
}

function failed(thrown: unknown, services: Pick<PipelineServices, 'redact'>): InTime<ExecutionResult> {
  return { kind: 'ENDED', value: { errors: [unexpected(thrown, services)] } };
}

/** An error of ours as it is, one of the API's as it is shown; whatever else was thrown is masked when it leaves. */
export function unexpected(thrown: unknown, { redact }: Pick<PipelineServices, 'redact'>): GraphQLError {
  const error = fieldError(thrown);
  if (error instanceof GraphQLError) return error instanceof ForeignError ? shownError(error, redact) : error;
  return codedError('INTERNAL_SERVER_ERROR', 'Unexpected error.', {}, { originalError: error });
}

function ending({ errors, headers }: Refusal): EventAnswer<ExecutionResult> {
  return { value: refuse(errors, headers), ends: true };
}
