import { boundOfEntries } from '../../kernel/bounded-cache.ts';
import type { Clock } from '../../kernel/clock.ts';
import {
  type Account,
  type AccountChange,
  decideReserve,
  fullAt,
  type Micros,
  type Moment,
  type Spending,
  settledAccount,
  stateAt,
} from '../decide.ts';
import { decideCount, type WindowCount } from '../decide-count.ts';
import { periodAt } from '../quota-period.ts';
import type { Bucket, RequestsWindow, ThrottleStore } from '../throttle-store.ts';
import { forgetfulMap } from './forgetful-map.ts';

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
  spending: Spending | undefined;
  /** When it is full, and the period of its quota is over. */
  worthlessAt: Micros;
  held: Map<string, Held> | undefined;
}

/** A reservation in flight. */
interface Held {
  /** When its slot is free again. */
  readonly expiresAt: Micros;
  /** Start of the period whose quota it was taken from. */
  readonly reservedIn: number | undefined;
}

interface WindowEntry extends WindowCount {
  readonly endsAt: Micros;
}

/** A bucket in use holds its reservations beside that, as many as may run at once. */
export const memoryStoreBound = boundOfEntries(
  'budgets, and as many request windows, where they are kept in memory; while a shared store is down a tenth of it',
  1_000_000,
  500,
);

export function createMemoryStore({
  clock,
  maximumBuckets = memoryStoreBound.entries,
}: MemoryStoreOptions): MemoryStore {
  const buckets = forgetfulMap<BucketEntry>(maximumBuckets, keepUntil);
  const counters = forgetfulMap<WindowEntry>(maximumBuckets, (entry) => entry.endsAt);
  const moment = (): Moment => ({ micros: Math.floor(clock.monotonic() * 1000), wall: clock.now() });

  function account(bucket: Bucket, now: Moment): Account {
    const entry = buckets.get(bucket.id);
    if (!entry) return { bucket, balance: undefined, spending: undefined, inFlight: 0 };
    freeExpired(entry, now.micros);
    return { bucket, balance: entry, spending: entry.spending, inFlight: entry.held?.size ?? 0 };
  }

  function write(bucket: Bucket, { balance, spending }: AccountChange, now: Moment): BucketEntry {
    const known = buckets.get(bucket.id);
    const entry: BucketEntry = known ?? { available: 0, at: 0, spending, worthlessAt: 0, held: undefined };
    entry.available = balance.available;
    entry.at = balance.at;
    entry.worthlessAt = fullAt(bucket, balance);
    if (bucket.quota) {
      entry.spending = spending;
      const left = periodAt(bucket.quota.period, now.wall).endsAt - now.wall;
      entry.worthlessAt = Math.max(entry.worthlessAt, now.micros + left * 1000);
    }
    if (!known) buckets.set(bucket.id, entry, now.micros);
    return entry;
  }

  const statesOf = (wanted: readonly Bucket[], now: Moment) =>
    wanted.map((bucket) => stateAt(account(bucket, now), now));

  return {
    get size() {
      return buckets.size;
    },

    async count(windows: readonly RequestsWindow[], requests = 1) {
      const now = moment().micros;
      const { answer, counts } = decideCount(
        windows.map((window) => ({ window, counted: counters.get(window.id) })),
        requests,
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
      const now = moment();
      const accounts = wanted.map((bucket) => account(bucket, now));
      if (wanted.some((bucket) => buckets.get(bucket.id)?.held?.has(id))) {
        return { kind: 'RESERVED', states: statesOf(wanted, now) };
      }
      const { answer, changes } = decideReserve(accounts, cost, now);
      for (const [index, bucket] of wanted.entries()) {
        const change = changes[index];
        if (!change) break;
        const entry = write(bucket, change, now);
        entry.held ??= new Map();
        entry.held.set(id, { expiresAt: now.micros + ttlMs * 1000, reservedIn: change.spending?.startsAt });
      }
      return answer;
    },

    async settle({ id, cost, buckets: reserved }, actual) {
      const now = moment();
      for (const bucket of reserved) {
        const before = account(bucket, now);
        const entry = buckets.get(bucket.id);
        const held = entry?.held?.get(id);
        if (!entry?.held || !held) continue;
        entry.held.delete(id);
        if (entry.held.size === 0) entry.held = undefined;
        write(bucket, settledAccount(before, { reserved: cost, actual, reservedIn: held.reservedIn }, now), now);
      }
      return statesOf(reserved, now);
    },

    async peek(wanted) {
      return statesOf(wanted, moment());
    },

    async close() {},
  };
}

function keepUntil({ worthlessAt, held }: BucketEntry): Micros {
  let until = worthlessAt;
  for (const { expiresAt } of held?.values() ?? []) until = Math.max(until, expiresAt);
  return until;
}

function freeExpired(entry: BucketEntry, now: Micros): void {
  if (!entry.held) return;
  for (const [id, { expiresAt }] of entry.held) {
    if (expiresAt <= now) entry.held.delete(id);
  }
  if (entry.held.size === 0) entry.held = undefined;
}
