import type { Database } from '../../db/database.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import { removeOldUsage, type UsageRetention } from './remove-old-usage.ts';
import { rollUp } from './roll-up.ts';

export interface UsageJobsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly retention: UsageRetention;
}

export interface UsageJobs {
  /** Rolls up what is over and removes what is old. Rejects when the database is away; the next run makes up for it. */
  run(): Promise<void>;
  close(): Promise<void>;
}

const intervalMs = 60_000;

/** Runs every minute, one run at a time. */
export function startUsageJobs({ database, clock, logger, retention }: UsageJobsOptions): UsageJobs {
  let running: Promise<void> | undefined;

  async function runOnce(): Promise<void> {
    await rollUp(database, clock.now());
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
      await running?.catch(() => {});
    },
  };
}
