import type { ApiKeyType } from '../keys/api-key.ts';
import type { StreamEvent } from './request-record.ts';

/** The steps of a request that whoever watches can tell apart, in their order. */
export type StepName =
  | 'key'
  | 'client restrictions'
  | 'requests window'
  | 'parse'
  | 'validate'
  | 'plan'
  | 'operation restrictions'
  | 'privileges'
  | 'cost'
  | 'throttle'
  | 'execute'
  | 'settle'
  | 'usage';

/** Whoever watches requests from inside the pipeline: traces and metrics. Nothing that happens depends on it. */
export interface PipelineWatch {
  /** Runs `work`, and answers (or throws) as it does. */
  step<Answer>(name: StepName, work: () => Answer): Answer;
  /**
   * For a stream, which outlives the request that opened it: what runs through the function that this answers, once for
   * each event, is watched on its own, and known to belong to the request that is running now.
   */
  stream(surface: ApiKeyType): <Answer>(work: () => Answer) => Answer;
  /** An event of a stream was executed and paid. */
  streamEvent(surface: ApiKeyType, event: StreamEvent): void;
}

/** Nobody watches. */
export const unwatched: PipelineWatch = {
  step: (_, work) => work(),
  stream: () => (work) => work(),
  streamEvent: () => {},
};
