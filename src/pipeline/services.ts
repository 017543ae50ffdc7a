import type { Logger } from 'pino';
import type { Clock } from '../kernel/clock.ts';
import type { MakeId } from '../kernel/uuid.ts';
import type { KeyResolver } from '../keys/resolve/key-resolver.ts';
import type { FailedAttempts } from '../throttle/failed-attempts.ts';
import type { ThrottlePlans } from '../throttle/plans.ts';
import type { ThrottleStore } from '../throttle/throttle-store.ts';

/** What the pipeline works with; made once by the composition root. */
export interface PipelineServices {
  readonly keys: KeyResolver;
  readonly throttle: ThrottleStore;
  readonly failedAttempts: FailedAttempts;
  readonly plans: ThrottlePlans;
  readonly clock: Clock;
  readonly makeId: MakeId;
  readonly logger: Logger;
  readonly maxTokens: number;
  readonly executionTimeoutMs: number;
  /** Aborted when the server drains: streams end. */
  readonly draining: AbortSignal;
}
