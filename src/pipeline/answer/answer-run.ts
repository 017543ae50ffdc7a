import type { ExecutionResult } from 'graphql';
import type { RunningOperation } from '../denials/denial-mode.ts';
import { type AnswerMeter, tooLarge } from '../execute/fields/answer-meter.ts';
import type { InTime } from '../execute/in-time.ts';
import type { Caller, RequestRecord } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';
import { finishResult } from './finish-result.ts';
import { fitAnswer, isOverflow, withTexts } from './fit-answer.ts';
import { withKeyWarning } from './key-warning.ts';
import { refuse } from './refusal.ts';

/** What ran, for whom. */
export interface AnsweredOperation {
  readonly record: RequestRecord;
  readonly caller: Caller;
  readonly running: Pick<RunningOperation, 'operation' | 'answerOf' | 'isWhole'>;
  readonly size: AnswerMeter;
  readonly surface: Surface;
  readonly services: PipelineServices;
}

export interface AnsweredRun {
  readonly result: ExecutionResult;
  /** Nothing of it is answered: it would have been too much. */
  readonly isTooLarge: boolean;
}

/**
 * The answer to a run: errors as they leave, and within `MAX_RESPONSE_BYTES` with what `describe` says of it in
 * `extensions`.
 */
export function answerRun(
  run: InTime<ExecutionResult>,
  { record, caller, running, size, surface, services }: AnsweredOperation,
  describe: (result: ExecutionResult) => ExecutionResult,
): AnsweredRun {
  const { plan } = running.operation;
  const finish = (result: ExecutionResult) => finishResult(result, record.arrival.requestId, services);
  if (run.kind === 'TIMED_OUT') {
    const left = withTexts(refuse([run.error]), { plan, meter: size });
    return { result: finish(left), isTooLarge: false };
  }
  const isMutation = plan.operation.operation === 'mutation';
  // What is left of a query that was stopped is nobody's, and may be thousands of errors.
  const isLost = size.isFull && !isMutation;
  const { maximumBytes } = surface.answers;
  const whole = isLost ? {} : running.answerOf(withoutOverflow(run.value, size), maximumBytes - size.bytes);
  if (whole === 'TOO_LARGE') return { result: refuse([tooLarge(maximumBytes)]), isTooLarge: true };
  const result = isLost ? whole : finish(whole);
  const fitted = fitAnswer(result, {
    plan,
    meter: size,
    isCounted: running.isWhole && !plan.introspects && !isMutation,
    maximumBytes,
    whole: (answer) => withKeyWarning(describe(answer), caller, services.clock.now()),
  });
  if (fitted.kind === 'FITS') return { result: fitted.result, isTooLarge: false };
  return { result: refuse([fitted.error]), isTooLarge: true };
}

function withoutOverflow(result: ExecutionResult, { isFull }: AnswerMeter): ExecutionResult {
  if (!isFull || !result.errors) return result;
  const { errors: all, ...others } = result;
  const errors = all.filter((error) => !isOverflow(error));
  return errors.length > 0 ? { ...others, errors } : others;
}
