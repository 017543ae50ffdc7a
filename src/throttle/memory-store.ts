import type { Clock } from '../kernel/clock.ts';
import {
  type Account,
  availableAt,
  type Balance,
  decideCount,
  decideReserve,
  fullAt,
  type Micros,
  settledBalance,
  type WindowCount,
} from './decide.ts';
import { forgetfulMap } from './forgetful-map.ts';
import type { Bucket, BucketState, RequestsWindow, ThrottleStore } from './throttle-store.ts';

export interface MemoryStoreOptions {
  readonly clock: Clock;
  /** Buckets and windows that are remembered at most; a forgotten bucket is a full one. */
  readonly maximumBuckets?: number;
}

/** Balances in this process: right for one instance, lost when it ends. */
export interface MemoryStore extends ThrottleStore {
  /** Buckets that are remembered now. */
  readonly size: number;
}

interface BucketEntry {
  available: number;
  at: Micros;
  fullAt: Micros;
  /** Reservations in flight, by id, with the time when their slot is free again. */
  held: Map<string, Micros> | undefined;
}

interface WindowEntry extends WindowCount {
  readonly endsAt: Micros;
}

export function createMemoryStore({ clock, maximumBuckets = 1_000_000 }: MemoryStoreOptions): MemoryStore {
  const buckets = forgetfulMap<BucketEntry>(maximumBuckets, (entry) =>
    entry.held === undefined ? entry.fullAt : Math.max(entry.fullAt, ...entry.held.values()),
  );
  const counters = forgetfulMap<WindowEntry>(maximumBuckets, (entry) => entry.endsAt);
  const micros = () => Math.floor(clock.monotonic() * 1000);

  function account(bucket: Bucket, now: Micros): Account {
    const entry = buckets.get(bucket.id);
    if (!entry) return { bucket, balance: undefined, inFlight: 0 };
    freeExpired(entry, now);
    return { bucket, balance: entry, inFlight: entry.held?.size ?? 0 };
  }

  function write(bucket: Bucket, balance: Balance, now: Micros): BucketEntry {
    const known = buckets.get(bucket.id);
    const entry: BucketEntry = known ?? { available: 0, at: 0, fullAt: 0, held: undefined };
    entry.available = balance.available;
    entry.at = balance.at;
    entry.fullAt = fullAt(bucket, balance);
    if (!known) buckets.set(bucket.id, entry, now);
    return entry;
  }

  const statesOf = (accounts: readonly Account[], now: Micros): BucketState[] =>
    accounts.map((each) => ({ available: availableAt(each, now), inFlight: each.inFlight }));

  return {
    get size() {
      return buckets.size;
    },

    async count(windows: readonly RequestsWindow[]) {
      const now = micros();
      const { answer, counts } = decideCount(
        windows.map((window) => ({ window, counted: counters.get(window.id) })),
        now,
      );
      for (const [index, window] of windows.entries()) {
        const counted = counts[index];
        if (!counted) break;
        counters.set(window.id, { ...counted, endsAt: counted.startedAt + window.windowMs * 1000 }, now);
      }
      return answer;
    },

    async reserve({ id, cost, buckets: wanted, ttlMs }) {
      const now = micros();
      const accounts = wanted.map((bucket) => account(bucket, now));
      if (wanted.some((bucket) => buckets.get(bucket.id)?.held?.has(id))) {
        return { kind: 'RESERVED', states: statesOf(accounts, now) };
      }
      const { answer, balances } = decideReserve(accounts, cost, now);
      for (const [index, bucket] of wanted.entries()) {
        const balance = balances[index];
        if (!balance) break;
        const entry = write(bucket, balance, now);
        entry.held ??= new Map();
        entry.held.set(id, now + ttlMs * 1000);
      }
      return answer;
    },

    async settle({ id, cost, buckets: reserved }, actual) {
      const now = micros();
      for (const bucket of reserved) {
        const before = account(bucket, now);
        const entry = buckets.get(bucket.id);
        if (!entry?.held?.delete(id)) continue;
        if (entry.held.size === 0) entry.held = undefined;
        write(bucket, settledBalance(before, cost, actual, now), now);
      }
      return statesOf(
        reserved.map((bucket) => account(bucket, now)),
        now,
      );
    },

    async peek(wanted) {
      const now = micros();
      return statesOf(
        wanted.map((bucket) => account(bucket, now)),
        now,
      );
    },

    async close() {},
  };
}

function freeExpired(entry: BucketEntry, now: Micros): void {
  if (!entry.held) return;
  for (const [id, expiresAt] of entry.held) {
    if (expiresAt <= now) entry.held.delete(id);
  }
  if (entry.held.size === 0) entry.held = undefined;
}
