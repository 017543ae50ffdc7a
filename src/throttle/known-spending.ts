import { boundedCache, boundOfEntries } from '../kernel/bounded-cache.ts';
import type { Clock } from '../kernel/clock.ts';
import { withDeadline } from '../kernel/deadline.ts';
import type { MicroPoints } from '../kernel/micro-points.ts';
import { periodAt } from './quota-period.ts';
import type { Bucket, BucketState, Quota, Reservation, ThrottleStore } from './throttle-store.ts';

/** What usage says that a bucket (`key:<id>` or `application:<id>`) has spent since a moment, in milliseconds since the epoch. */
export type SpentSince = (bucketId: string, since: number) => Promise<MicroPoints>;

export interface KnownSpendingOptions {
  readonly store: ThrottleStore;
  readonly spentSince: SpentSince;
  readonly clock: Clock;
  /** Usage has no answer: the count begins at what was known before, and is corrected later. */
  readonly onFailure: (error: unknown) => void;
  /** Milliseconds: when usage holds what was being written, and what was still running, while a count began. */
  readonly correctAfterMs: readonly number[];
  /** Runs work later, in milliseconds; nothing waits for it. */
  readonly later?: (work: () => void, ms: number) => void;
  /** Longest wait for usage, in milliseconds. */
  readonly deadlineMs?: number;
}

export const knownSpendingBounds = {
  remembered: boundOfEntries('what usage says was spent of quotas', 10_000, 300),
  corrected: boundOfEntries('quotas whose count was corrected', 10_000, 250),
};
const togetherMs = 500;

/**
 * A quota survives the loss of its store. A store that has no count of the period says so, and the count begins at what
 * usage knows of the period: also for a quota that was given in the middle of it. Usage is some seconds behind; so the
 * count is raised to what usage knows then, once or twice more.
 */
export function withKnownSpending(options: KnownSpendingOptions): ThrottleStore {
  const { store, spentSince, clock, onFailure, correctAfterMs, later = runLater, deadlineMs = 500 } = options;
  const remembered = boundedCache<string, NonNullable<Quota['known']>>(knownSpendingBounds.remembered);
  const lookUps = new Map<string, Promise<void>>();
  const correctedFrom = boundedCache<string, number>(knownSpendingBounds.corrected);
  let corrections = Promise.resolve();
  let closed = false;

  function withRemembered(bucket: Bucket, more: { readonly ask?: true } = {}): Bucket {
    if (!bucket.quota) return bucket;
    const known = remembered.get(bucket.id);
    return { ...bucket, quota: { ...bucket.quota, ...(known && { known }), ...more } };
  }

  /** Once for all who want to know the same at once. */
  function lookUp(bucket: Bucket): Promise<void> {
    const name = `${bucket.id} ${bucket.quota?.period}`;
    const asking = lookUps.get(name) ?? askUsage(bucket).finally(() => lookUps.delete(name));
    lookUps.set(name, asking);
    return asking;
  }

  async function askUsage({ id, quota }: Bucket): Promise<void> {
    if (!quota) return;
    const since = periodAt(quota.period, clock.now()).startsAt;
    try {
      const spent = await withDeadline(spentSince(id, since), deadlineMs, 'Usage');
      remembered.set(id, { since, spent });
    } catch (error) {
      onFailure(error);
    }
  }

  async function correct(bucket: Bucket): Promise<void> {
    if (closed) return;
    await askUsage(bucket);
    await tell(bucket);
  }

  /** Costs nothing and takes no room: it only tells the store what is known. */
  async function tell(bucket: Bucket): Promise<void> {
    const { quota, ...rest } = withRemembered(bucket);
    if (!quota?.known || store.degraded) return;
    const roomy = { ...rest, inFlight: Number.MAX_SAFE_INTEGER, quota: { ...quota, points: Number.MAX_SAFE_INTEGER } };
    const id = `known:${bucket.id}:${quota.known.since}:${quota.known.spent}`;
    const nothing: Reservation = { id, cost: 0, buckets: [roomy], ttlMs: 10_000 };
    await store.reserve(nothing);
    await store.settle(nothing, 0);
  }

  /** One at a time: at the begin of a period all keys begin to count. */
  function inTurn(work: () => Promise<void>): void {
    corrections = corrections.then(work).catch(onFailure);
  }

  /** Not again for those who find the same count missing at the same time. */
  function correctLater(buckets: readonly Bucket[]): void {
    const now = clock.monotonic();
    const due = buckets.filter(({ id }) => now - (correctedFrom.get(id) ?? Number.NEGATIVE_INFINITY) >= togetherMs);
    if (due.length === 0) return;
    for (const { id } of due) correctedFrom.set(id, now);
    const correctAll = () => {
      for (const bucket of due) inTurn(() => correct(bucket));
    };
    for (const ms of correctAfterMs) later(correctAll, ms);
  }

  return {
    get degraded() {
      return store.degraded ?? false;
    },
    count: (windows, requests) => store.count(windows, requests),
    async reserve(reservation) {
      const { buckets } = reservation;
      const counted = buckets.filter(({ quota }) => quota);
      if (counted.length === 0) return store.reserve(reservation);
      const asking = { ...reservation, buckets: buckets.map((bucket) => withRemembered(bucket, { ask: true })) };
      const answer = await store.reserve(asking);
      if (answer.kind !== 'UNCOUNTED') return answer;
      await Promise.all(counted.map(lookUp));
      correctLater(counted);
      const known = await store.reserve({ ...reservation, buckets: buckets.map((bucket) => withRemembered(bucket)) });
      // A refusal begins no count: without one every further request would ask usage.
      if (known.kind !== 'RESERVED') for (const bucket of counted) inTurn(() => tell(bucket));
      return known;
    },
    settle: (reservation, actual) => store.settle(reservation, actual),
    async peek(buckets) {
      const states = await store.peek(buckets.map((bucket) => withRemembered(bucket)));
      // A count of nothing is perhaps none.
      const unsure = buckets.filter(({ quota }, index) => quota && !states[index]?.quota?.spent);
      await Promise.all(unsure.map(lookUp));
      return states.map((state, index) => stateWithKnown(state, buckets[index], remembered, clock.now()));
    },
    async close() {
      closed = true;
      await store.close();
    },
  };
}

function stateWithKnown(
  state: BucketState,
  bucket: Bucket | undefined,
  remembered: { get(id: string): Quota['known'] },
  now: number,
): BucketState {
  const known = bucket?.quota && remembered.get(bucket.id);
  if (!state.quota || !known || known.since !== periodAt(bucket.quota.period, now).startsAt) return state;
  return { ...state, quota: { ...state.quota, spent: Math.max(state.quota.spent, known.spent) } };
}

function runLater(work: () => void, ms: number): void {
  setTimeout(work, ms).unref();
}
