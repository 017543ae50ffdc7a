import type { Database } from '../../db/database.ts';
import type { SharedTime } from '../../db/shared-time.ts';
import type { Logger } from '../../kernel/logger.ts';
import { type Repeating, repeating } from '../../kernel/repeating.ts';
import { createPartitions } from '../partitions.ts';
import { removeOldUsage, type UsageRetention } from './remove-old-usage.ts';
import { rollUp } from './roll-up.ts';

export interface UsageJobsOptions {
  readonly database: Database;
  readonly time: SharedTime;
  readonly logger: Logger;
  readonly retention: UsageRetention;
}

const intervalMs = 60_000;
const dayMs = 86_400_000;

/**
 * Every minute: makes the partitions of the next days, rolls up what is over and removes what is old, by the time that
 * all instances share; an instance that has another leaves it to them. A run rejects when the database is away; the next
 * one makes up for it.
 */
export function startUsageJobs({ database, time, logger, retention }: UsageJobsOptions): Repeating {
  const partitions = createPartitions(database);
  let closing = false;

  async function runOnce(): Promise<void> {
    const now = await time.now();
    if (now === undefined) return;
    await partitions.ensure([now, now + dayMs, now + 2 * dayMs]);
    await rollUp(database, now, { isStopped: () => closing });
    if (closing) return;
    await removeOldUsage(database, now, retention);
  }

  const jobs = repeating(runOnce, intervalMs, (err) =>
    logger.warn({ err }, 'usage was not rolled up; it is tried again in a minute'),
  );
  return {
    run: jobs.run,
    close() {
      closing = true;
      return jobs.close();
    },
  };
}
