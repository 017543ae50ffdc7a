import type { Database } from '../db/database.ts';
import type { Clock } from '../kernel/clock.ts';
import { microPerPoint } from '../kernel/micro-points.ts';
import type { SpentSince } from '../throttle/known-spending.ts';
import type { UsageRecorder } from '../usage/record/usage-recorder.ts';
import { type Spender, spentPoints } from '../usage/report/spent-points.ts';

/** What the throttle asks usage: what this instance has counted is written first, by one write for all who ask. */
export function spentInUsage(database: Database, usage: Pick<UsageRecorder, 'flush'>, clock: Clock): SpentSince {
  let writing: Promise<void> | undefined;
  const written = (): Promise<void> => {
    writing ??= usage.flush().finally(() => {
      writing = undefined;
    });
    return writing;
  };
  return async (bucketId, since) => {
    await written();
    return (await spentPoints(database, spenderOf(bucketId), since, clock.now())) * microPerPoint;
  };
}

function spenderOf(bucketId: string): Spender {
  const [kind, id = ''] = bucketId.split(':');
  return kind === 'application' ? { applicationId: id } : { apiKeyId: id };
}
