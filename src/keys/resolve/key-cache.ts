import {
  boundedCache,
  boundOfEntries,
  type CacheBound,
  type EvenBound,
  weighedCache,
} from '../../kernel/bounded-cache.ts';
import type { Clock } from '../../kernel/clock.ts';
import { codedError } from '../../kernel/errors.ts';
import { heapBytes } from '../../kernel/heap-bytes.ts';
import type { ApiKeyRecord } from '../api-key.ts';
import type { StoredKey } from './key-resolution.ts';

export type LoadKey = (publicId: string) => Promise<StoredKey | undefined>;

export interface KeyCacheOptions {
  readonly clock: Clock;
  /** Reads the committed state of one key; one statement. */
  readonly load: LoadKey;
  /** Unknown ids have room of their own: guessing cannot push living keys out. */
  readonly bounds?: { readonly keys: CacheBound; readonly unknown: EvenBound };
  /** Told of each look-up: whether the cache knew, be it that there is no such key. */
  readonly onLookup?: ((hit: boolean) => void) | undefined;
}

export interface KeyCache {
  /** @param read how it is read when it is not cached, if otherwise than by `load` */
  get(publicId: string, read?: LoadKey): Promise<StoredKey | undefined>;
  /** Whether this very record is what is kept of its key: nothing made it stale since it was read. */
  holds(key: ApiKeyRecord): boolean;
  forgetKeys(publicIds: readonly string[]): void;
  /** Of an application's keys all are forgotten. */
  forgetApplications(applicationIds: readonly string[]): void;
  clear(): void;
}

/** Changes come by invalidation; these ages only bound what somebody edits by hand in the database. */
const keyAgeMs = 60_000;
const unknownAgeMs = 5_000;

/** More rounds than this means that a key changes faster than it can be read. */
const maxRounds = 8;

export const keyCacheBounds = {
  keys: {
    holds: 'keys that were looked up, with their secrets and restrictions',
    maxBytes: 150_000_000,
  } satisfies CacheBound,
  unknown: boundOfEntries('ids of which there is no key', 20_000, 200),
};

/** The compiled form of what a key's record holds lives as long as the record (`compile-restrictions.ts`). */
function keyBytes({ stored }: Entry): number {
  return 1_000 + 2 * heapBytes(stored, 150);
}

interface Entry {
  readonly stored: StoredKey;
  readonly at: number;
}

interface Fill {
  readonly promise: Promise<StoredKey | undefined>;
  /** Set by an invalidation while the read was under way: what it brings may be older than the change. */
  overtaken: boolean;
}

/**
 * Keys by public id, read once however many requests wait (single flight). A fill is a compare-and-set: a read that was
 * under way when its key was invalidated is neither kept nor used, but done again; so a revocation that returned is
 * seen by every request that decides after it.
 */
export function createKeyCache({ clock, load, bounds = keyCacheBounds, onLookup }: KeyCacheOptions): KeyCache {
  const entries = weighedCache<string, Entry>(bounds.keys, keyBytes);
  const unknown = boundedCache<string, number>(bounds.unknown);
  const fills = new Map<string, Fill>();

  function cached(publicId: string): { readonly stored: StoredKey | undefined } | undefined {
    const now = clock.monotonic();
    const entry = entries.get(publicId);
    if (entry && now - entry.at < keyAgeMs) return entry;
    const since = unknown.get(publicId);
    return since !== undefined && now - since < unknownAgeMs ? { stored: undefined } : undefined;
  }

  function startFill(publicId: string, read: LoadKey): Fill {
    const fill: Fill = {
      overtaken: false,
      promise: read(publicId)
        .then((stored) => {
          if (!fill.overtaken) keep(publicId, stored);
          return stored;
        })
        .finally(() => {
          if (fills.get(publicId) === fill) fills.delete(publicId);
        }),
    };
    fills.set(publicId, fill);
    return fill;
  }

  function keep(publicId: string, stored: StoredKey | undefined): void {
    if (stored === undefined) {
      entries.delete(publicId);
      unknown.set(publicId, clock.monotonic());
      return;
    }
    const present = entries.get(publicId);
    if (present && present.stored.key.version > stored.key.version) return;
    unknown.delete(publicId);
    entries.set(publicId, { stored, at: clock.monotonic() });
  }

  function overtake(publicId: string): void {
    const fill = fills.get(publicId);
    if (fill) fill.overtaken = true;
    fills.delete(publicId);
  }

  return {
    async get(publicId, read = load) {
      for (let round = 0; round < maxRounds; round++) {
        const hit = cached(publicId);
        if (round === 0) onLookup?.(hit !== undefined);
        if (hit) return hit.stored;
        const fill = fills.get(publicId) ?? startFill(publicId, read);
        const stored = await fill.promise;
        if (!fill.overtaken) return stored;
      }
      throw codedError('DATABASE_UNAVAILABLE', 'The key changes faster than it can be read. Try again.');
    },
    holds: (key) => entries.peek(key.publicId)?.stored.key === key,
    forgetKeys(publicIds) {
      for (const publicId of publicIds) {
        entries.delete(publicId);
        unknown.delete(publicId);
        overtake(publicId);
      }
    },
    forgetApplications(applicationIds) {
      const gone = new Set(applicationIds);
      for (const [publicId, { stored }] of entries.entries()) {
        if (gone.has(stored.key.application.id)) entries.delete(publicId);
      }
      // Whose keys are being read is not known before they are here.
      for (const publicId of [...fills.keys()]) overtake(publicId);
    },
    clear() {
      entries.clear();
      unknown.clear();
      for (const publicId of [...fills.keys()]) overtake(publicId);
    },
  };
}
