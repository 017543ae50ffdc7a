import type { MicroPoints } from '../kernel/micro-points.ts';

export type QuotaPeriod = 'DAY' | 'MONTH';

/** Points that may be spent in one calendar day or month (UTC). */
export interface Quota {
  readonly points: MicroPoints;
  readonly period: QuotaPeriod;
  /**
   * What usage knows to have been spent in the period that began at `since` (milliseconds since the epoch). A store that
   * has lost its count goes on from there; one that has not is ahead of usage anyway.
   */
  readonly known?: { readonly since: number; readonly spent: MicroPoints };
  /** A store without a count of the period answers `UNCOUNTED`, instead of beginning one that may be too low. */
  readonly ask?: true;
}

/** A token bucket, an in-flight cap and a calendar quota, of a key or of an application. */
export interface Bucket {
  /** `key:<id>` or `application:<id>`. */
  readonly id: string;
  /** What is decided together has the same one, and stands on one node of a cluster: the application's id. */
  readonly partition: string;
  readonly capacity: MicroPoints;
  /** Micro-points a second. */
  readonly restoreRate: MicroPoints;
  readonly inFlight: number;
  /** How far below 0 it may fall when operations cost more than was reserved; 0 when absent. */
  readonly debt?: MicroPoints;
  readonly quota?: Quota;
}

/** State of a bucket after an answer. */
export interface BucketState {
  /** Below 0 it is a debt, which time pays first. */
  readonly available: MicroPoints;
  readonly inFlight: number;
  /** Of a bucket that has one. `endsAt` in milliseconds since the epoch, when the next period begins. */
  readonly quota?: { readonly spent: MicroPoints; readonly endsAt: number };
}

export interface Reservation {
  /** UUID; the same id again changes nothing. */
  readonly id: string;
  readonly cost: MicroPoints;
  /** All or none. */
  readonly buckets: readonly Bucket[];
  /** Frees the in-flight slot of a process that died: execution timeout and a margin, in milliseconds. */
  readonly ttlMs: number;
}

export type ReserveAnswer = (
  | { readonly kind: 'RESERVED'; readonly states: readonly BucketState[] }
  | {
      readonly kind: 'REFUSED';
      /** Position in `buckets` of the one that refused; no bucket was changed. */
      readonly bucket: number;
      readonly reason: 'COST' | 'IN_FLIGHT' | 'QUOTA';
      /** Exact for an otherwise idle key; 0 when only a running operation can free a slot. Of a quota: to its period's end. */
      readonly retryAfterMs: number;
      readonly states: readonly BucketState[];
    }
  /** Dearer than the bucket can ever hold, or than its quota: never retry. */
  | { readonly kind: 'IMPOSSIBLE'; readonly bucket: number; readonly states: readonly BucketState[] }
  /** Nothing was changed: a quota that asks has no count here. Reserve again, with what is known of it. */
  | { readonly kind: 'UNCOUNTED'; readonly states: readonly BucketState[] }
) & {
  /** The shared balances could not be reached, and this instance decided, on a share of each bucket. */
  readonly local?: true;
};

export interface RequestsWindow {
  /** As of a bucket. */
  readonly id: string;
  readonly partition: string;
  readonly max: number;
  readonly windowMs: number;
}

export type CountAnswer =
  | {
      readonly kind: 'COUNTED';
      /** Of the fullest window, and when that ends. */
      readonly remaining: number;
      readonly resetMs: number;
      /** When the first of the windows ends. */
      readonly firstResetMs: number;
    }
  | { readonly kind: 'REFUSED'; readonly retryAfterMs: number };

/**
 * Where balances live. Every call is atomic and ends within the store's own deadline. Three implementations pass one
 * conformance suite: memory (one process), Redis, PostgreSQL.
 */
export interface ThrottleStore {
  /** Counts a request, or so many, in each window: all of them or none. */
  count(windows: readonly RequestsWindow[], requests?: number): Promise<CountAnswer>;
  reserve(reservation: Reservation): Promise<ReserveAnswer>;
  /**
   * Gives back what was reserved and not used, or takes what was used and not reserved, as far as a bucket may be in
   * debt, and frees the in-flight slots. Once: settling the same id again, or after its time to live, changes nothing. A
   * quota gets back what was taken from it, or pays the rest, while its period lasts: the next one has not paid for it. A process that dies before this line leaves the reservation charged.
   */
  settle(reservation: Reservation, actual: MicroPoints): Promise<readonly BucketState[]>;
  /** Looks without taking. */
  peek(buckets: readonly Bucket[]): Promise<readonly BucketState[]>;
  /** The shared balances cannot be reached, and this instance decides alone. */
  readonly degraded?: boolean;
  close(): Promise<void>;
}
