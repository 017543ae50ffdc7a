import { type ExecutionArgs, type ExecutionResult, Source } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { passed, type Refusal, refused } from '../admission/verdict.ts';
import { errorResponse } from '../http/error-response.ts';
import { codeOf } from '../kernel/errors.ts';
import { invariant } from '../kernel/invariant.ts';
import { countRequest, identify } from './admit/identify.ts';
import { chargeText, compileCharged } from './admit/read-text.ts';
import { asCurrent } from './admit/recheck.ts';
import { couldBeUrgent } from './admit/urgent.ts';
import { finishResult, outcomeOf } from './answer/finish-result.ts';
import { withKeyWarning } from './answer/key-warning.ts';
import { refuseAs } from './answer/refusal.ts';
import { streamAnswer } from './answer/stream-answer.ts';
import type { OperationContext } from './caller-context.ts';
import { errorsOnView, judgeOnView, sentBy } from './denials/hide-mode.ts';
import { callerInForce } from './denials/measure-mode.ts';
import { notAcceptable, onlyAsStream, unreadableBody } from './document/content-negotiation.ts';
import { findDocument } from './document/find-document.ts';
import {
  allowedForMutations,
  allowedForStreams,
  noOperationIn,
  noStreamByHead,
  notByMethod,
} from './document/operation-method.ts';
import { parseDocument } from './document/parse-document.ts';
import { paramsOfBody, type SentBody } from './document/read-body.ts';
import { readParams } from './document/read-params.ts';
import { firstProblem } from './document/validate-document.ts';
import { executeOperation } from './execute/execute-operation.ts';
import { subscribeOperation } from './execute/subscribe-operation.ts';
import type { Caller, RequestRecord } from './request-record.ts';
import type { PipelineServices } from './services.ts';
import type { Surface } from './surface.ts';

/** What the HTTP edge hands to Yoga beside the request. */
export interface ServerContext {
  readonly record: RequestRecord;
  /** Reads the body of the request as it came. */
  readonly readBody: () => Promise<SentBody>;
}

/** Makes the context value of one execution for a caller. */
export type ContextFor = (record: RequestRecord, caller: Caller) => OperationContext;

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
    async onRequestParse({ request, serverContext: { record, readBody }, setRequestParser }) {
      const identified = await identify(request, record, surface, services);
      if (identified.kind === 'REFUSED') throw refusal(record, identified);
      record.caller = identified.caller;
      const counted = await countRequest(identified.caller, services);
      if (counted.kind === 'REFUSED') {
        // What ends a key is never throttled, nor is what is only measured, and only the document tells.
        const measures = identified.caller.key.enforcement?.throttle === 'MEASURE';
        if (surface.urgentMutations.size === 0 && !measures) {
          record.isAccepted = true;
          throw refusal(record, counted);
        }
        record.heldBack = counted;
      }
      const unreadable = unreadableBody(request);
      if (unreadable) throw refusal(record, refused('INVALID', [unreadable]));
      if (request.method === 'GET') return;
      setRequestParser(async () => {
        const read = paramsOfBody(await readBody(), services.maxBodyBytes);
        if (read.kind === 'REFUSED') throw refusal(record, read);
        return read.params;
      });
    },

    // 7 What is asked. What is known of a document is the same for every key; the rest is read anew, and has its price.
    async onParams({ params, request, setParams, context }) {
      const read = readParams(params);
      if (read.kind === 'REFUSED') throw refusal(context.record, read);
      const { record } = context;
      const found = await findDocument(read.params, request, services.documents);
      const text: unknown = found.kind === 'FOUND' ? found.params?.query : undefined;
      record.isAccepted = found.kind === 'REFUSED' || typeof text === 'string';
      if (found.kind === 'REFUSED') throw refusal(record, found);
      setParams(found.params);
      const paid =
        typeof text === 'string' ? await chargeText(text, record, callerOf(record), surface, services) : passed;
      if (paid.kind === 'REFUSED') throw refusal(record, paid);
    },
    onParse({ context: { record, params }, setParseFn }) {
      setParseFn(
        (source: string) =>
          surface.documents.find(source) ??
          services.watch.step('parse', () => parseDocument(new Source(source), services)),
      );
      return ({ result }) => {
        if (result === null || result instanceof Error) return;
        const nothing = noOperationIn(result);
        if (nothing) throw refusal(record, refused('INVALID', [nothing]));
        const wrongMethod = notByMethod(record.arrival.method, result, params.operationName);
        if (wrongMethod) throw refusal(record, refused('INVALID', [wrongMethod], { Allow: allowedForMutations }));
        const { heldBack } = record;
        if (!heldBack || callerOf(record).key.enforcement?.throttle === 'MEASURE') return;
        if (!couldBeUrgent(result, params.operationName, surface.urgentMutations)) throw refusal(record, heldBack);
      };
    },
    onValidate({ context, params, setValidationFn }) {
      const { record } = context;
      record.document = params.documentAST;
      record.operationName = context.params.operationName ?? undefined;
      setValidationFn((...given: Parameters<typeof firstProblem>) =>
        surface.documents.isKnown(params.documentAST)
          ? []
          : services.watch.step('validate', () => firstProblem(...given)),
      );
    },

    // 8–13 May it, what may it cost, is there so much; run; settle.
    onExecute({ args, setExecuteFn }) {
      const { record } = args.contextValue;
      setExecuteFn(async (given: ExecutionArgs) => {
        const run = await asCurrent(callerOf(record), record, surface, services, async (current) => {
          const caller = callerInForce(current, args, surface);
          const fitsView = judgeOnView(sentBy(args), caller, surface);
          if (fitsView.kind === 'REFUSED') return refuseAs(record, fitsView);
          const compiled = await compileCharged(args, record, caller, surface, services);
          if (compiled.kind === 'REFUSED') return refuseAs(record, compiled);
          const contextValue = contextFor(record, caller);
          return executeOperation(given, contextValue, record, caller, surface, services);
        });
        return run.kind === 'DONE' ? run.answer : refuseAs(record, run);
      });
    },
    onSubscribe({ args, setSubscribeFn }) {
      const { record, request } = args.contextValue;
      const fitsView = judgeOnView(sentBy(args), callerInForce(callerOf(record), args, surface), surface);
      if (fitsView.kind === 'REFUSED') return setSubscribeFn(() => refuseAs(record, fitsView));
      // Yoga would find that it cannot answer only after the source was opened, and never close it.
      if (!record.arrival.accept.answer?.eventStream) throw refusal(record, refused('INVALID', [onlyAsStream()]));
      if (record.arrival.method === 'HEAD') {
        throw refusal(record, refused('INVALID', [noStreamByHead()], { Allow: allowedForStreams }));
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
        const opened = await asCurrent(callerOf(record), record, surface, services, async (current) => {
          const compiled = await compileCharged(given, record, current, surface, services);
          return compiled.kind === 'REFUSED' ? refuseAs(record, compiled) : subscribeOperation(subscription, current);
        });
        return opened.kind === 'DONE' ? opened.answer : refuseAs(record, opened);
      });
    },

    // The last word on errors, wherever they came from.
    onResultProcess({ result, setResult, resultProcessor, setResultProcessor, serverContext: { record } }) {
      // No media type that the caller accepts: Yoga would answer with nothing, and not say why.
      const { accept } = record.arrival;
      if (!resultProcessor) setResultProcessor(() => errorResponse(accept, notAcceptable()), 'application/json');
      const isStream = Symbol.asyncIterator in result || accept.answer?.preferred === 'text/event-stream';
      if (isStream) setResultProcessor(streamAnswer(record), 'text/event-stream');
      if (Symbol.asyncIterator in result || Array.isArray(result)) return;
      // Refused by the throttle, and nothing that passes it all the same: whatever else is wrong is not looked at.
      if (record.heldBack && !record.admitted && result.errors) {
        record.errors = record.heldBack.errors;
        return setResult(refuseAs(record, record.heldBack));
      }
      const isDecided = record.outcome !== 'OK';
      const told = isDecided ? result : fromView(result, record, surface);
      const finished = finishResult(told, record.arrival.requestId, services);
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
