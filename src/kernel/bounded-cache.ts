import { LRUCache } from 'lru-cache';

/** A place in a cache: in its index and in its lists. */
const slotBytes = 120;

/** What a cache may hold. All of them stand in `docs/configuration.md`, which is made from them. */
export interface CacheBound {
  /** What is in it, for an operator who reads the table. */
  readonly holds: string;
  /** Of the heap: what its entries weigh together at most. */
  readonly maxBytes: number;
}

/** Of entries that are all alike. */
export interface EvenBound extends CacheBound {
  readonly entries: number;
  /** With its key and its place. */
  readonly entryBytes: number;
}

/** Room for so many entries, each of which holds so many bytes with its key. */
export function boundOfEntries(holds: string, entries: number, bytes: number): EvenBound {
  const entryBytes = bytes + slotBytes;
  return { holds, entries, maxBytes: entries * entryBytes, entryBytes };
}

/** A map whose entries never weigh more than its bound: the least recently used ones go first. */
export type BoundedCache<Key extends {}, Value extends {}> = Pick<
  LRUCache<Key, Value>,
  'get' | 'peek' | 'has' | 'delete' | 'clear' | 'size' | 'values' | 'entries'
> & {
  /** One that weighs more than the bound is not kept. */
  set(key: Key, value: Value): void;
  /** To be told of a value that has grown since it was set: others make room, or it goes itself. */
  grown(key: Key): void;
  /** What the entries weigh together. */
  readonly bytes: number;
};

export function boundedCache<Key extends {}, Value extends {}>({
  maxBytes,
  entryBytes,
}: EvenBound): BoundedCache<Key, Value> {
  return weighingCache({ maxBytes, sizeCalculation: () => entryBytes });
}

/**
 * `weigh`: bytes of the heap that an entry holds, with its key, never fewer than it does. It is asked when an entry is
 * set, and again when the cache is told that it has grown.
 */
export function weighedCache<Key extends {}, Value extends {}>(
  { maxBytes }: CacheBound,
  weigh: (value: Value, key: Key) => number,
): BoundedCache<Key, Value> {
  return weighingCache({ maxBytes, sizeCalculation: (value, key) => Math.ceil(weigh(value, key)) + slotBytes });
}

function weighingCache<Key extends {}, Value extends {}>({
  maxBytes,
  sizeCalculation,
}: {
  readonly maxBytes: number;
  readonly sizeCalculation: (value: Value, key: Key) => number;
}): BoundedCache<Key, Value> {
  const cache = new LRUCache<Key, Value>({ maxSize: maxBytes, sizeCalculation });
  return {
    get: (key) => cache.get(key),
    peek: (key) => cache.peek(key),
    has: (key) => cache.has(key),
    delete: (key) => cache.delete(key),
    clear: () => cache.clear(),
    values: () => cache.values(),
    entries: () => cache.entries(),
    set: (key, value) => void cache.set(key, value),
    grown(key) {
      const value = cache.peek(key);
      if (value === undefined || !cache.delete(key)) return;
      cache.set(key, value);
    },
    get size() {
      return cache.size;
    },
    get bytes() {
      return cache.calculatedSize;
    },
  };
}
