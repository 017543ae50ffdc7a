import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, execute, GraphQLError } from 'graphql';
import { refuseStream } from '../../admission/budget.ts';
import { judgeKey } from '../../admission/credentials.ts';
import { passed, type Refusal, refused, type Verdict } from '../../admission/verdict.ts';
import { chargedPoints } from '../../cost/points.ts';
import { asError, codedError } from '../../kernel/errors.ts';
import { invariant } from '../../kernel/invariant.ts';
import { policyFor } from '../../throttle/policy.ts';
import { admitOperation } from '../admit/admit-operation.ts';
import { isMeasured } from '../admit/afford-operation.ts';
import type { VariableValues } from '../admit/candidate.ts';
import { restrictClientAgain } from '../admit/restrict.ts';
import { refusedOperation, validatedOperation, withCost } from '../answer/cost-extensions.ts';
import { finishResult } from '../answer/finish-result.ts';
import { refuse, refuseAs } from '../answer/refusal.ts';
import { decideDenials } from '../denials/denial-mode.ts';
import { coercionErrors, judgeOnView } from '../denials/hide-mode.ts';
import { callerInForce, measureDenials, noteThrottled } from '../denials/measure-mode.ts';
import { coerceVariables } from '../document/coerce-variables.ts';
import type { PreparedOperation } from '../document/prepare-operation.ts';
import type { Caller, RequestRecord } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';
import { type EventAnswer, eventStream } from './event-stream.ts';
import { settle, settledStates, watchEstimate } from './settle.ts';

/** Where one subscription runs, and for whom. */
export interface Subscription {
  readonly args: ExecutionArgs;
  readonly record: RequestRecord;
  readonly surface: Surface;
  readonly services: PipelineServices;
  /** Aborted when the client is gone. */
  readonly left: AbortSignal;
  /** A context of its own for each event: what was decided for one event is not decided for the next. */
  contextFor(caller: Caller): object;
}

/**
 * Steps 7–13 of a subscription. It is judged when it starts and again at every event, which is priced and executed as an
 * operation of its own; one that cannot pass ends the stream with its code. Between events it holds nothing.
 */
export async function subscribeOperation(
  subscription: Subscription,
  opener: Caller,
): Promise<ExecutionResult | AsyncIterableIterator<ExecutionResult>> {
  const { args, record, surface, services } = subscription;
  const caller = callerInForce(opener, args, surface);
  const prepared = surface.prepare(args.document, args.operationName ?? undefined);
  if (prepared.kind === 'REFUSED') return refuseAs(record, refused('INVALID', [prepared.error]));
  if (record.overWindow && !isMeasured(caller, prepared.operation.plan)) return refuseAs(record, record.overWindow);
  const { operation } = prepared;
  const { operation: definition } = operation.plan;
  record.operation = { name: definition.name?.value, type: 'subscription', definition };
  const raw = args.variableValues ?? {};
  const coercion = coerceVariables(surface.schema, operation.plan.operation, raw);
  if (coercion.kind === 'INVALID') {
    return refuseAs(record, refused('INVALID', coercionErrors(operation.plan.operation, raw, caller, surface)));
  }
  const variables = { raw, coerced: coercion.variables };
  measureDenials(record, operation, variables, caller);
  const running = decideDenials(operation, args.document, variables, caller, surface);
  if (running.kind === 'REFUSED') return refuseAs(record, running);

  const places = opener.policy.buckets.map(({ id, inFlight }) => ({ id, max: inFlight }));
  const close = services.openStreams.open(places);
  if (!close) return refuseAs(record, refuseStream());
  let opened: ExecutionResult | AsyncIterableIterator<ExecutionResult> = {};
  try {
    opened = await openStream(subscription, operation, variables, opener, close);
    return opened;
  } finally {
    if (!isAsyncIterable(opened)) close();
  }
}

/** Steps 8–11 and the source; `close` gives the stream's place back when it ends. */
async function openStream(
  subscription: Subscription,
  operation: PreparedOperation,
  variables: VariableValues,
  opener: Caller,
  close: () => void,
): Promise<ExecutionResult | AsyncIterableIterator<ExecutionResult>> {
  const { args, record, surface, services } = subscription;
  const caller = callerInForce(opener, args, surface);
  // Opening it costs what one event may cost, so that opening and closing streams is no way around the budget.
  const admission = await admitOperation(
    { operation, variables, context: subscription.contextFor(caller), costMode: record.costMode },
    caller,
    surface,
    services,
  );
  if (admission.kind === 'REFUSED') return refusedOperation(record, admission);
  if (admission.kind === 'VALIDATED') return validatedOperation(record, admission, caller);
  if (admission.measured) noteThrottled(record, admission.measured);
  record.admitted = { operation, variables };
  record.requestedQueryCost = admission.estimate.points;
  record.actualQueryCost = admission.estimate.points;
  settle(admission.reservation, admission.estimate.cost, services);
  const source = await createSourceEventStream({ ...args, contextValue: subscription.contextFor(caller) });
  if (!isAsyncIterable(source)) return source;
  const answer = async (event: unknown) => {
    const { value, ends } = await answerEvent(event, subscription, operation, variables, opener);
    return { value: finishResult(value, record.arrival.requestId, services.logger), ends };
  };
  const failed = (thrown: unknown) => {
    const { errors } = refuse([unexpected(thrown)]);
    return finishResult({ errors }, record.arrival.requestId, services.logger);
  };
  return eventStream(source, answer, failed, [services.draining, subscription.left], close);
}

/** Steps 4, 5 and 8–13 anew. */
async function answerEvent(
  event: unknown,
  subscription: Subscription,
  operation: PreparedOperation,
  variables: VariableValues,
  opener: Caller,
): Promise<EventAnswer<ExecutionResult>> {
  const { args, surface, services } = subscription;
  const now = await recheck(opener, surface, services);
  if (now.kind === 'REFUSED') return ending(now);
  const restricted = restrictClientAgain(subscription.record, now.caller.key, surface);
  if (restricted.kind === 'REFUSED') return ending(restricted);
  const caller = callerInForce(now.caller, args, surface);
  const allowed = judgeEvent(operation, variables, caller, subscription);
  if (allowed.kind === 'REFUSED') return ending(allowed);
  const contextValue = subscription.contextFor(caller);
  const admission = await admitOperation({ operation, variables, context: contextValue }, caller, surface, services);
  if (admission.kind === 'REFUSED') return ending(admission);
  invariant(admission.kind === 'ADMITTED', 'an event is not asked for its price alone');
  const { reservation, states } = admission;

  const meter = surface.meters.begin(contextValue, { granted: caller.privileges });
  let result: ExecutionResult;
  try {
    result = await execute({ ...args, contextValue, rootValue: event });
  } catch (thrown) {
    result = { errors: [unexpected(thrown)] };
  }
  const actual = meter.actual();
  settle(reservation, actual, services);
  watchEstimate(admission, actual, services);
  subscription.record.countEvent({
    requestedCost: admission.estimate.points,
    actualCost: chargedPoints(actual),
    errors: result.errors?.length ?? 0,
  });
  const left = settledStates(states, reservation, actual);
  return { value: withCost(result, { ...admission, actual, caller, states: left }), ends: false };
}

/** What the key's `onDenied` says of the event, before the gate: a key that hides was perhaps told to since. */
function judgeEvent(
  operation: PreparedOperation,
  variables: VariableValues,
  caller: Caller,
  { args, surface }: Subscription,
): Verdict {
  const { document, operationName } = args;
  const sent = { document, operationName: operationName ?? undefined, variables: variables.raw };
  const fitsView = judgeOnView(sent, caller, surface);
  if (fitsView.kind === 'REFUSED') return fitsView;
  const running = decideDenials(operation, document, variables, caller, surface);
  return running.kind === 'REFUSED' ? running : passed;
}

/** The key as it is now: its privileges and limits may have changed since the stream was opened. */
async function recheck(
  { key, secret }: Caller,
  surface: Surface,
  { keys, plans }: PipelineServices,
): Promise<{ readonly kind: 'CALLER'; readonly caller: Caller } | Refusal> {
  const judgement = await keys.recheck(key, secret);
  if (judgement.kind !== 'ACTIVE') return judgeKey(judgement);
  const now = judgement.key;
  return {
    kind: 'CALLER',
    caller: {
      key: now,
      secret: judgement.secret,
      privileges: surface.privilegesOf(now),
      policy: policyFor(now, plans),
    },
  };
}

/** An error of ours as it is; whatever else was thrown is masked when it leaves. */
function unexpected(thrown: unknown): GraphQLError {
  if (thrown instanceof GraphQLError) return thrown;
  return codedError('INTERNAL_SERVER_ERROR', 'Unexpected error.', {}, { originalError: asError(thrown) });
}

function ending({ errors, headers }: Refusal): EventAnswer<ExecutionResult> {
  return { value: refuse(errors, headers), ends: true };
}

function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return Symbol.asyncIterator in value;
}
