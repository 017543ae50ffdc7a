import type { Verb } from '../plan/verb.ts';
import type { UsageOutcome } from './outcomes.ts';

/** One request that was answered, as usage counts it. It holds no argument, no variable and nothing secret. */
export interface UsageEvent {
  /** When it was answered, in milliseconds since the epoch. */
  readonly at: number;
  /** 0: an event of a stream, which is no request of its own. */
  readonly requests: 0 | 1;
  readonly requestId: string;
  readonly surface: 'API' | 'MANAGEMENT';
  /** The key that it named, also when the key was refused. */
  readonly apiKey: UsageKey | undefined;
  readonly operation: UsageOperation | undefined;
  readonly outcome: UsageOutcome;
  /** Of its first error. */
  readonly errorCode: string | undefined;
  /** Errors in its answer. */
  readonly errors: number;
  /** Points; 0 for what was refused before. */
  readonly requestedCost: number;
  readonly actualCost: number;
  readonly latencyMs: number;
  readonly clientAddress: string;
  readonly clientName: string | undefined;
  readonly clientVersion: string | undefined;
  /** Privileges that it used; requests of one kind may share one array. */
  readonly uses: readonly FieldUse[];
  /** Privileges that it was denied. */
  readonly denials: readonly FieldUse[];
}

export interface UsageKey {
  readonly id: string;
  /** The secret that proved it; `undefined` when the key was named but not proved. */
  readonly secretId: string | undefined;
  readonly applicationId: string;
}

export interface UsageOperation {
  readonly type: string;
  readonly name: string | undefined;
  /** Absent when there is none: the SDL of the caller's view was asked for. */
  readonly document: UsageDocument | undefined;
}

/** A document without its literals. */
export interface UsageDocument {
  /** Hex SHA-256 of the whole text. */
  readonly hash: string;
  /** Its beginning when it is long. */
  readonly normalized: string;
}

export interface FieldUse {
  /** `City.population` */
  readonly coordinate: string;
  readonly verb: Verb;
}
