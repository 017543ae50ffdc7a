import type { Database } from '../../db/database.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import { createPartitions } from '../partitions.ts';
import { removeOldUsage, type UsageRetention } from './remove-old-usage.ts';
import { rollUp } from './roll-up.ts';

export interface UsageJobsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly retention: UsageRetention;
}

export interface UsageJobs {
  /** Makes the partitions of the next days, rolls up what is over and removes what is old. Rejects when the database is away; the next run makes up for it. */
  run(): Promise<void>;
  close(): Promise<void>;
}

const intervalMs = 60_000;
const dayMs = 86_400_000;

/** Runs every minute, one run at a time. */
export function startUsageJobs({ database, clock, logger, retention }: UsageJobsOptions): UsageJobs {
  const partitions = createPartitions(database);
  let closing = false;
  let running: Promise<void> | undefined;

  async function runOnce(): Promise<void> {
    const now = clock.now();
    await partitions.ensure([now, now + dayMs, now + 2 * dayMs]);
    await rollUp(database, now, { isStopped: () => closing });
    if (closing) return;
    await removeOldUsage(database, clock.now(), retention);
  }

  function run(): Promise<void> {
    running ??= runOnce().finally(() => {
      running = undefined;
    });
    return running;
  }

  const timer = setInterval(() => {
    run().catch((err: unknown) => logger.warn({ err }, 'usage was not rolled up; it is tried again in a minute'));
  }, intervalMs);
  timer.unref();

  return {
    run,
    async close() {
      clearInterval(timer);
      closing = true;
      await running?.catch(() => {});
    },
  };
}
