import { microPerPoint } from '../../../kernel/micro-points.ts';
import type { ThrottleOverride } from '../../../keys/api-key.ts';
import type { ThrottleStore } from '../../../throttle/throttle-store.ts';

export interface QuotaOwner {
  /** As the throttle's policy names it: `key:<id>` or `application:<id>`. */
  readonly bucketId: string;
  /** Id of the application. */
  readonly partition: string;
}

export interface QuotaState {
  /** Points. */
  readonly used: number;
  /** Milliseconds since the epoch. */
  readonly resetAt: number;
}

/** Asks the store once, however many fields want to know. */
export function quotaReader(
  throttle: Pick<ThrottleStore, 'peek'>,
  { bucketId, partition }: QuotaOwner,
  { points, period }: NonNullable<ThrottleOverride['quota']>,
): () => Promise<QuotaState> {
  let asked: Promise<QuotaState> | undefined;
  async function ask(): Promise<QuotaState> {
    const quota = { points: Math.round(points * microPerPoint), period };
    // Of the bucket only the quota is looked at: its size does not matter.
    const bucket = { id: bucketId, partition, capacity: 1, restoreRate: 1, inFlight: 1, quota };
    const [state] = await throttle.peek([bucket]);
    return { used: (state?.quota?.spent ?? 0) / microPerPoint, resetAt: state?.quota?.endsAt ?? 0 };
  }
  return () => {
    asked ??= ask();
    return asked;
  };
}
