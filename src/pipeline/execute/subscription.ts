import type { ExecutionArgs } from 'graphql';
import type { OperationContext } from '../caller-context.ts';
import type { Caller, RequestRecord } from '../request-record.ts';
import type { PipelineServices } from '../services.ts';
import type { Surface } from '../surface.ts';

/** Where one subscription runs, and for whom. */
export interface Subscription {
  readonly args: ExecutionArgs;
  readonly record: RequestRecord;
  readonly surface: Surface;
  readonly services: PipelineServices;
  /** Aborted when the client is gone. */
  readonly left: AbortSignal;
  /** A context of its own for each event: what was decided for one event is not decided for the next. */
  contextFor(caller: Caller): OperationContext;
}
