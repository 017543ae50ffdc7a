import { createSourceEventStream, type ExecutionResult } from 'graphql';
import { refuseStream } from '../../admission/budget.ts';
import { admitOperation } from '../admit/admit-operation.ts';
import type { VariableValues } from '../admit/candidate.ts';
import { readingOf } from '../admit/read-text.ts';
import { type Stale, stale } from '../admit/recheck.ts';
import { refusedOperation, validatedOperation } from '../answer/cost-extensions.ts';
import { finishResult } from '../answer/finish-result.ts';
import { refuse, refuseAs } from '../answer/refusal.ts';
import { callerInForce, noteThrottled } from '../denials/measure-mode.ts';
import type { PreparedOperation } from '../document/prepare-operation.ts';
import type { Caller } from '../request-record.ts';
import { answerEvent, unexpected } from './answer-event.ts';
import { endWithKey } from './end-with-key.ts';
import { eventStream } from './event-stream.ts';
import { executionArgs } from './execute-halves.ts';
import { inTime } from './in-time.ts';
import { readOperation } from './read-operation.ts';
import { settle } from './settle.ts';
import type { Subscription } from './subscription.ts';

/**
 * Steps 7–13 of a subscription. It is judged when it starts and again at every event, which is priced and executed as an
 * operation of its own; one that cannot pass ends the stream with its code. Between events it holds nothing.
 */
export async function subscribeOperation(subscription: Subscription, opener: Caller): Promise<Opened> {
  const { args, record, surface, services } = subscription;
  const caller = callerInForce(opener, args, surface);
  const read = readOperation(args, record, caller, surface, services);
  if (read.kind === 'REFUSED') return refuseAs(record, read);
  const { variables } = read;
  const { operation } = read.running;

  // Opening it costs what one event may cost, so that opening and closing streams is no way around the budget.
  const admission = await admitOperation(
    {
      operation,
      document: args.document,
      variables,
      context: subscription.contextFor(caller),
      costMode: record.costMode,
      reading: readingOf(args.document, record, caller, surface, services),
    },
    caller,
    surface,
    services,
  );
  if (admission.kind === 'REFUSED') return refusedOperation(record, admission);
  if (admission.kind === 'VALIDATED') return validatedOperation(record, admission, caller);
  if (!services.keys.isCurrent(opener.key)) {
    settle(admission.reservation, 0, services);
    return stale;
  }
  // Only now: whoever may not have the stream is told why, and takes nobody's place.
  const places = opener.policy.buckets.map(({ id, inFlight }) => ({ id, max: inFlight }));
  const close = services.openStreams.open(places);
  if (!close) {
    settle(admission.reservation, 0, services);
    return refuseAs(record, refuseStream());
  }
  if (admission.measured) noteThrottled(record, admission.measured);
  record.admitted = { operation, variables, at: services.clock.now() };
  record.requestedQueryCost = admission.estimate.points;
  record.actualQueryCost = admission.estimate.points;
  settle(admission.reservation, admission.estimate.cost, services);
  let opened: Opened = {};
  try {
    opened = await openStream(subscription, { operation, variables, caller, opener }, close);
    return opened;
  } finally {
    if (!isAsyncIterable(opened)) close();
  }
}

interface Admitted {
  readonly operation: PreparedOperation;
  readonly variables: VariableValues;
  readonly caller: Caller;
  readonly opener: Caller;
}

/** The source, and what becomes of its events; `close` gives the stream's place back when it ends. */
async function openStream(
  subscription: Subscription,
  { operation, variables, caller, opener }: Admitted,
  close: () => void,
): Promise<ExecutionResult | AsyncIterableIterator<ExecutionResult>> {
  const { record, surface, services } = subscription;
  const execution = { variables: variables.coerced, contextValue: subscription.contextFor(caller) };
  const opening = await inTime(
    () => createSourceEventStream(executionArgs(operation.executed, surface.schema, execution)),
    services.executionTimeoutMs,
  );
  if (opening.kind === 'TIMED_OUT') {
    void opening.work.then(closeSource, () => {});
    return refuse([opening.error]);
  }
  const source = opening.value;
  const finish = (result: ExecutionResult) => finishResult(result, record.arrival.requestId, services);
  if (!isAsyncIterable(source)) {
    record.outcome = 'ERROR';
    return finish(source);
  }
  const watched = services.watch.stream(surface.type);
  const stream = { subscription, operation, variables, opener };
  let stopWatching = () => {};
  const events = eventStream(
    source,
    async (event: unknown) => {
      const { value, ends } = await watched(() => answerEvent(event, stream));
      return { value: finish(value), ends };
    },
    (thrown) => finish({ errors: refuse([unexpected(thrown, services)]).errors }),
    [services.draining, subscription.left],
    () => {
      close();
      stopWatching();
    },
  );
  stopWatching = endWithKey(stream, (last) => events.cut(finish(last)));
  // Whoever had left by then was told before there was anything to stop.
  if (subscription.left.aborted || services.draining.aborted) stopWatching();
  return events;
}

type Opened = ExecutionResult | AsyncIterableIterator<ExecutionResult> | Stale;

/** A source that came too late is nobody's. */
async function closeSource(source: object): Promise<void> {
  if (isAsyncIterable(source)) await source[Symbol.asyncIterator]().return?.();
}

function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return Symbol.asyncIterator in value;
}
