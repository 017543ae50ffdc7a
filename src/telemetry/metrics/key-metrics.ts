import type { MetricReaders } from './registry.ts';

/** Told of every look-up of a key in the cache. */
export function createKeyMetrics(readers: MetricReaders): (hit: boolean) => void {
  let hits = 0;
  let misses = 0;
  readers.values('fieldpass_key_cache_lookups_total', () => [
    [hits, 'hit'],
    [misses, 'miss'],
  ]);
  return (hit) => {
    if (hit) hits++;
    else misses++;
  };
}
