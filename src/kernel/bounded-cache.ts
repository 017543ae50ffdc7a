import { LRUCache } from 'lru-cache';

/** A map that never holds more than `max` entries: the least recently used one goes first. */
export type BoundedCache<Key extends {}, Value extends {}> = LRUCache<Key, Value>;

export function boundedCache<Key extends {}, Value extends {}>(max: number): BoundedCache<Key, Value> {
  return new LRUCache<Key, Value>({ max });
}
