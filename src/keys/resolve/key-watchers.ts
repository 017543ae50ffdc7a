import type { ApiKeyRecord } from '../api-key.ts';
import type { StaleKeys } from '../invalidation/key-change.ts';

/** Those who act for a key for longer than a request, and want to hear of its changes. */
export interface KeyWatchers {
  /** Answers a function that ends it. `onStale` must not throw. */
  watch(key: ApiKeyRecord, onStale: () => void): () => void;
  tell(stale: StaleKeys): void;
}

interface Watcher {
  readonly key: ApiKeyRecord;
  readonly onStale: () => void;
}

export function createKeyWatchers(): KeyWatchers {
  const watchers = new Set<Watcher>();
  return {
    watch(key, onStale) {
      const watcher = { key, onStale };
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    tell({ keys, applications }) {
      const named = keys === 'ALL' ? undefined : new Set(keys);
      const owners = new Set(applications);
      for (const { key, onStale } of [...watchers]) {
        if (!named || named.has(key.publicId) || owners.has(key.application.id)) onStale();
      }
    },
  };
}
