import { expect, it } from 'vitest';
import { quotaReader } from '../../../../src/apis/management/throttle/quota-state.ts';
import type { Bucket } from '../../../../src/throttle/throttle-store.ts';

it('asks about a quota of parts of a point in whole micro-points, which is all that a store takes', async () => {
  const asked: Bucket[] = [];
  const throttle = {
    peek: async (buckets: readonly Bucket[]) => {
      asked.push(...buckets);
      return [{ available: 1, inFlight: 0, quota: { spent: 2_500_000, endsAt: 86_400_000 } }];
    },
  };
  const read = quotaReader(throttle, { bucketId: 'key:1', partition: 'a' }, { points: 64.1, period: 'DAY' });
  expect(await read()).toEqual({ used: 2.5, resetAt: 86_400_000 });
  expect(asked.map(({ quota }) => quota?.points)).toEqual([64_100_000]);
});
