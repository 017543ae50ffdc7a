import type { Logger } from 'pino';
import type { Turn } from '../db/turn.ts';
import type { AlarmClock } from '../kernel/clock.ts';
import type { Counter } from '../kernel/counter.ts';
import type { MakeId } from '../kernel/uuid.ts';
import type { ApiKeyEnvironment, ApiKeyRecord, KeySecretRecord } from '../keys/api-key.ts';
import type { KeyResolver } from '../keys/resolve/key-resolver.ts';
import type { TrustedDocuments } from '../restrictions/trusted-documents.ts';
import type { FailedAttempts } from '../throttle/failed-attempts.ts';
import type { OpenStreams } from '../throttle/open-streams.ts';
import type { ThrottlePlans } from '../throttle/plans.ts';
import type { ThrottleStore } from '../throttle/throttle-store.ts';
import type { UsageRecorder } from '../usage/record/usage-recorder.ts';
import type { OwnUsage, OwnUsageRange } from '../usage/report/own-usage.ts';
import type { PipelineWatch } from './pipeline-watch.ts';

/** What the pipeline works with; made once by the composition root. */
export interface PipelineServices {
  readonly keys: KeyResolver;
  /** Those of which keys are accepted. */
  readonly environments: readonly ApiKeyEnvironment[];
  /** Step 5 was passed with a pending secret: from now on it is the key's own. */
  readonly activateSecret: (key: ApiKeyRecord, secret: KeySecretRecord) => Promise<void>;
  /** What clients may name instead of sending it; of the protected API. */
  readonly documents: TrustedDocuments;
  readonly throttle: ThrottleStore;
  /** Operations that cost more than their estimate: always 0, or there is a fault in the cost room. */
  readonly estimateViolations: Counter;
  readonly failedAttempts: FailedAttempts;
  readonly openStreams: OpenStreams;
  readonly plans: ThrottlePlans;
  readonly usage: UsageRecorder;
  /** What one key did; `undefined` when the range has too many intervals. */
  readonly ownUsage: (turn: Turn, apiKeyId: string, range: OwnUsageRange) => OwnUsage | undefined;
  readonly watch: PipelineWatch;
  readonly clock: AlarmClock;
  readonly makeId: MakeId;
  /** A client's text without what has a key's shape: for whatever is kept, logged or repeated. */
  readonly redact: (text: string) => string;
  readonly logger: Logger;
  readonly maxTokens: number;
  readonly maxBodyBytes: number;
  readonly executionTimeoutMs: number;
  /** Aborted when the server drains: streams end. */
  readonly draining: AbortSignal;
}
