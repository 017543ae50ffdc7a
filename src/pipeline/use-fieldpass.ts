import { type ExecutionArgs, type ExecutionResult, Source } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { type Refusal, refused } from '../admission/verdict.ts';
import { errorResponse } from '../http/error-response.ts';
import { codeOf } from '../kernel/errors.ts';
import { invariant } from '../kernel/invariant.ts';
import { countRequest, identify } from './admit/identify.ts';
import { asCurrent } from './admit/recheck.ts';
import { finishResult, outcomeOf } from './answer/finish-result.ts';
import { withKeyWarning } from './answer/key-warning.ts';
import { refuseAs } from './answer/refusal.ts';
import { errorsOnView, judgeOnView, sentBy } from './denials/hide-mode.ts';
import { callerInForce } from './denials/measure-mode.ts';
import { acceptsEventStream, notAcceptable, unacceptable, unreadableBody } from './document/content-negotiation.ts';
import { findDocument } from './document/find-document.ts';
import { parseDocument } from './document/parse-document.ts';
import { validateDocument } from './document/validate-document.ts';
import { executeOperation } from './execute/execute-operation.ts';
import { subscribeOperation } from './execute/subscribe-operation.ts';
import type { Caller, RequestRecord } from './request-record.ts';
import type { PipelineServices } from './services.ts';
import type { Surface } from './surface.ts';

/** What the HTTP edge hands to Yoga beside the request. */
export interface ServerContext {
  readonly record: RequestRecord;
}

/** Makes the context value of one execution for a caller. */
export type ContextFor = (record: RequestRecord, caller: Caller) => object;

/**
 * The gate, as one plugin: **request → key → restrictions → plan → privileges → cost → throttle → execute → settle →
 * usage**. Nothing of it is decided in validation, whose results Yoga shares between all callers: the decision is taken
 * at execution, on the document that is executed.
 */
export function useFieldpass(
  surface: Surface,
  services: PipelineServices,
  contextFor: ContextFor,
): Plugin<ServerContext, ServerContext> {
  return {
    // 1–6 Who calls, from where, how often: before the body is read.
    async onRequestParse({ request, serverContext: { record } }) {
      const identified = await identify(request, record, surface, services);
      if (identified.kind === 'REFUSED') throw refusal(record, identified);
      record.caller = identified.caller;
      const counted = await countRequest(identified.caller, services);
      if (counted.kind === 'REFUSED') {
        // What ends a key is never throttled, nor is what is only measured, and only the document tells.
        const measures = identified.caller.key.enforcement?.throttle === 'MEASURE';
        if (surface.urgentMutations.size === 0 && !measures) throw refusal(record, counted);
        record.overWindow = counted;
      }
      const unreadable = unreadableBody(request) ?? unacceptable(request);
      if (unreadable) throw refusal(record, refused('INVALID', [unreadable]));
    },

    // 7 What is asked. All answers are cached, and the same for every key.
    async onParams({ params, request, setParams, context }) {
      const found = await findDocument(params, request, services.documents);
      if (found.kind === 'REFUSED') throw refusal(context.record, found);
      setParams(found.params);
    },
    onParse({ setParseFn }) {
      setParseFn((source: string) => services.watch.step('parse', () => parseDocument(new Source(source), services)));
    },
    onValidate({ context, params, setValidationFn }) {
      const { record } = context;
      record.document = params.documentAST;
      record.operationName = context.params.operationName ?? undefined;
      setValidationFn((...given: Parameters<typeof validateDocument>) =>
        services.watch.step('validate', () => validateDocument(...given)),
      );
    },

    // 8–13 May it, what may it cost, is there so much; run; settle.
    onExecute({ args, executeFn, setExecuteFn }) {
      const { record } = args.contextValue;
      setExecuteFn(async (given: ExecutionArgs) => {
        const run = await asCurrent(callerOf(record), record, surface, services, async (current) => {
          const caller = callerInForce(current, args, surface);
          const fitsView = judgeOnView(sentBy(args), caller, surface);
          if (fitsView.kind === 'REFUSED') return refuseAs(record, fitsView);
          const contextValue = contextFor(record, caller);
          return executeOperation({ ...given, contextValue }, executeFn, record, caller, surface, services);
        });
        return run.kind === 'DONE' ? run.answer : refuseAs(record, run);
      });
    },
    onSubscribe({ args, setSubscribeFn }) {
      const { record, request } = args.contextValue;
      const fitsView = judgeOnView(sentBy(args), callerInForce(callerOf(record), args, surface), surface);
      if (fitsView.kind === 'REFUSED') return setSubscribeFn(() => refuseAs(record, fitsView));
      // Yoga would find that it cannot answer only after the source was opened, and never close it.
      if (!acceptsEventStream(request.headers.get('accept'))) {
        throw refusal(record, refused('INVALID', [notAcceptable()]));
      }
      return setSubscribeFn(async (given: ExecutionArgs) => {
        const subscription = {
          args: given,
          record,
          surface,
          services,
          left: request.signal,
          contextFor: (current: Caller) => contextFor(record, current),
        };
        const opened = await asCurrent(callerOf(record), record, surface, services, (current) =>
          subscribeOperation(subscription, current),
        );
        return opened.kind === 'DONE' ? opened.answer : refuseAs(record, opened);
      });
    },

    // The last word on errors, wherever they came from.
    onResultProcess({ request, result, setResult, resultProcessor, setResultProcessor, serverContext: { record } }) {
      // No media type that the caller accepts: Yoga would answer with nothing, and not say why.
      if (!resultProcessor) setResultProcessor(() => errorResponse(request, notAcceptable()), 'application/json');
      if (Symbol.asyncIterator in result || Array.isArray(result)) return;
      // Over the window, and nothing that passes it all the same: whatever else is wrong is not looked at.
      if (record.overWindow && !record.admitted && result.errors) {
        record.errors = record.overWindow.errors;
        return setResult(refuseAs(record, record.overWindow));
      }
      const isDecided = record.outcome !== 'OK';
      const told = isDecided ? result : fromView(result, record, surface);
      const finished = finishResult(told, record.arrival.requestId, services.logger);
      if (finished.errors && !isDecided) record.outcome = outcomeOf(finished.errors);
      record.errors = finished.errors ?? [];
      setResult(withKeyWarning(finished, record.caller, services.clock.now()));
    },
  };
}

/** What a hook throws: all errors of a refusal, with their status and headers. */
function refusal(record: RequestRecord, verdict: Refusal): Error {
  return new AggregateError(refuseAs(record, verdict).errors);
}

function callerOf({ caller }: RequestRecord): Caller {
  invariant(caller, 'an operation runs only for a caller that was identified');
  return caller;
}

/** What is wrong with a document, and what stands near, is said from the caller's own view of the schema. */
function fromView(
  result: ExecutionResult,
  { caller: identified, document, operationName }: RequestRecord,
  surface: Surface,
): ExecutionResult {
  const { errors } = result;
  if (!identified || !document) return result;
  if (!errors?.some((error) => codeOf(error) === 'GRAPHQL_VALIDATION_FAILED')) return result;
  const hides = identified.key.onDenied === 'HIDE';
  const caller = hides ? callerInForce(identified, { document, operationName }, surface) : identified;
  return { ...result, errors: errorsOnView({ document, operationName }, caller, surface) };
}
